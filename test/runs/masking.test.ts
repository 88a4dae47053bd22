import { afterEach, describe, expect, it } from "vitest";
import type { Step } from "../../src/agents/mock/schema.ts";
import { Workshop } from "./workshop.ts";

const BRANCH = "maestro/demo-1";
const handOff: Step = { do: "call", tool: "run_handoff", arguments: { summary: "Said hello." } };
const finalize: Step = { do: "call", tool: "run_finalize", arguments: { path: "hand_off" } };

let shop: Workshop;
afterEach(() => shop.close());

describe("a secret in what an agent says", () => {
  const CANARY = "canary-4711-canary";
  // Neither half of it may be left where a text is cut: progress after 400 characters, a summary after 500, a failure after 4,000.
  const cut: [name: string, at: number, steps: (text: string) => Step[]][] = [
    ["progress", 400, (text) => [{ do: "say", text }, { do: "sleep", ms: 2_000 }, handOff, finalize]],
    ["a summary", 500, (text) => [{ do: "call", tool: "run_handoff", arguments: { summary: text } }, finalize]],
    ["a failure", 4_000, (text) => [{ do: "fail", message: text }]],
  ];
  it("reaches no commit message", async () => {
    const call: Step = { do: "call", tool: "run_handoff", arguments: { summary: `Set ${CANARY}.` } };
    shop = await new Workshop({ steps: [{ do: "write", path: "a.txt", text: "hello" }, call, finalize] }).start(BRANCH);
    shop.secrets.register("canary", CANARY);
    await shop.enqueue("run", { branch: BRANCH });
    await shop.outcome();
    expect(shop.git.asked).toEqual(["takeOver DEMO-1: Set [REDACTED:canary]."]);
  });

  it.each(cut)("is masked before %s is shortened", async (_, at, steps) => {
    shop = await new Workshop({ steps: steps(`${"x".repeat(at - 7)}${CANARY}${"y".repeat(100)}`) }).start(BRANCH);
    shop.secrets.register("canary", CANARY);
    await shop.enqueue("run", { branch: BRANCH });
    await shop.outcome();
    const events = await shop.open.record.views.events({ laneId: "lane-1", limit: 10_000 });
    const text = `${JSON.stringify(events)}${JSON.stringify(shop.log.entries)}`;
    expect(text).toContain("x".repeat(at - 7));
    expect(text).not.toMatch(/canary-/);
  });
});
