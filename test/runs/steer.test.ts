import { afterEach, describe, expect, it } from "vitest";
import type { AgentProvider, TurnResult } from "../../src/contracts/agent-provider.ts";
import { Workshop, type WorkshopOptions } from "./workshop.ts";

const STEER_LIMIT_MS = 8_000;

let shop: Workshop;
afterEach(() => shop.close());

/** A workshop with this agent. */
function having(provider: AgentProvider): WorkshopOptions {
  return { replace: () => ({ agent: async () => provider }) };
}

/** An agent whose turn lasts until it is told `done` or ended; `deaf` ones never confirm what they are told. */
function steered(heard: string[], deaf = false): AgentProvider {
  return {
    kind: "steered",
    capabilities: { resume: false, tools: true, usage: false, interrupt: true, steer: true },
    start: async ({ marker, signal }) => {
      let end = (): void => undefined;
      const turn = (): Promise<TurnResult> =>
        new Promise((resolve) => {
          end = () => resolve({ status: "completed", failure: null, finalMessage: null });
          signal.addEventListener("abort", () => end(), { once: true });
        });
      const steer = async (text: string): Promise<void> => {
        heard.push(text);
        if (text === "done") end();
        if (deaf) await new Promise(() => undefined);
      };
      const session = { id: marker, resumed: false, turn, steer };
      return { ok: true, session: { ...session, interrupt: async () => end(), stop: async () => end() } };
    },
  };
}

/** A worker in whose run a session is under way; returns the work's id. */
async function underWay(options: WorkshopOptions): Promise<string> {
  shop = await new Workshop(options).start();
  const id = await shop.enqueue("run");
  let isAsked = false;
  const stop = shop.open.record.subscribe((events) => {
    isAsked ||= events.some(({ event }) => event.type === "session_started");
  });
  await shop.until(() => isAsked);
  stop();
  return id;
}

describe("a word to a session that is under way", () => {
  it("reaches the running turn, once, and nothing after the run", async () => {
    const heard: string[] = [];
    const id = await underWay(having(steered(heard)));
    expect(await shop.worker.steer(id, "Use the existing table.")).toBe(true);
    expect(await shop.worker.steer("another-work", "Not for this one.")).toBe(false);
    expect(heard).toEqual(["Use the existing table."]);
    expect(await shop.worker.steer(id, "done")).toBe(true);
    await shop.worker.stop({ reason: "enough" });
    expect(await shop.worker.steer(id, "Too late.")).toBe(false);
    expect(heard).toEqual(["Use the existing table.", "done"]);
  });

  it("counts as not told when the agent does not confirm it in time", async () => {
    const id = await underWay(having(steered([], true)));
    let told: boolean | null = null;
    void shop.worker.steer(id, "Hello?").then((isTold) => {
      told = isTold;
    });
    await shop.clock.advance(STEER_LIMIT_MS);
    await shop.until(() => told !== null);
    expect(told).toBe(false);
  });

  it("is not told to an agent that takes nothing in the middle of its work", async () => {
    const id = await underWay({ steps: [{ do: "sleep", ms: 60_000 }] });
    expect(await shop.worker.steer(id, "Hello?")).toBe(false);
  });
});
