import { afterEach, describe, expect, it } from "vitest";
import type { Step } from "../../src/agents/mock/schema.ts";
import { MaestroError } from "../../src/base/errors.ts";
import { Workshop, type WorkshopOptions } from "./workshop.ts";

const BRANCH = "maestro/demo-1";
const handOff: Step = { do: "call", tool: "run_handoff", arguments: { summary: "Said hello." } };
const finalize: Step = { do: "call", tool: "run_finalize", arguments: { path: "hand_off" } };

let shop: Workshop;
afterEach(() => shop.close());

async function run(options: WorkshopOptions, prepare: (shop: Workshop) => void = () => undefined) {
  shop = await new Workshop(options).start(BRANCH);
  prepare(shop);
  await shop.enqueue("run", { branch: BRANCH });
  return shop.outcome();
}

async function summary() {
  const [first, ...more] = await shop.eventsOf("run_summarised");
  expect(more).toEqual([]);
  const run = await shop.open.record.views.run("lane-1", 1);
  expect(run?.summary).toEqual(first?.summary);
  return first?.summary;
}

describe("the summary of a run", () => {
  it("says who did it, how often, and what the host saw of it", async () => {
    await run({
      steps: [
        { do: "usage", input_tokens: 10, output_tokens: 5, model: "m-1" },
        { do: "usage", input_tokens: 1, output_tokens: 2 },
        { do: "call", tool: "run_handoff", arguments: {} },
        handOff,
        finalize,
      ],
    });
    const given = await summary();
    expect(given).toMatchObject({
      profile: "coding_pr_delivery",
      agent: "mock",
      model: "m-1",
      runtime: "local",
      machine: "here",
      worker: "worker",
      turns: 1,
      tools: [
        { name: "run_handoff", calls: 2, failed: 1 },
        { name: "run_finalize", calls: 1, failed: 0 },
      ],
      usage: { inputTokens: 11, outputTokens: 7, totalTokens: 18 },
      stderr: { lines: 0, bytes: 0, tail: [] },
      files: [{ path: "a.txt", added: 1, removed: 0 }],
      headSha: "head-1",
    });
    // Ready, two usages, three calls, the end of the turn.
    expect(given?.stdout.lines).toBeGreaterThanOrEqual(6);
    expect(given?.stdout.bytes).toBeGreaterThan(100);
  });

  it("stands on record together with the end", async () => {
    await run({ steps: [handOff, finalize] });
    const stored = await shop.open.record.views.events({ laneId: "lane-1", limit: 1_000 });
    const at = stored.findIndex(({ event }) => event.type === "work_settled");
    expect(stored[at + 1]?.event.type).toBe("run_summarised");
  });

  it("keeps the end of standard error, without secrets", async () => {
    const noise = Array.from({ length: 30 }, (_, n): Step => ({ do: "print", text: `line ${n}\n`, to: "stderr" }));
    await run(
      { steps: [...noise, { do: "print", text: "token hunter2-hunter2", to: "stderr" }, handOff, finalize] },
      (at) => at.secrets.register("token", "hunter2-hunter2"),
    );
    const given = await summary();
    expect(given?.stderr).toMatchObject({ lines: 31 });
    expect(given?.stderr.tail).toHaveLength(20);
    expect(given?.stderr.tail[0]).toBe("line 11");
    expect(given?.stderr.tail.at(-1)).toMatch(/^token \[REDACTED/);
  });

  it.each<[string, (shop: Workshop) => void]>([
    ["whose workspace could not be prepared", ({ workspaces }) => (workspaces.trouble.prepare = fails)],
    ["whose work could not be taken over", ({ git }) => (git.trouble.takeOver = fails)],
  ])("is there of a run %s", async (_name, prepare) => {
    expect(await run({ steps: [handOff, finalize] }, prepare)).toMatchObject({ status: "failed" });
    expect(await summary()).toMatchObject({ agent: "mock", files: null, headSha: null });
  });

  it("says what the host saw also when the agent was never started", async () => {
    await run({ steps: [handOff, finalize] }, ({ workspaces }) => (workspaces.trouble.beforeRun = fails));
    expect(await summary()).toMatchObject({ turns: 0, stdout: { lines: 0, bytes: 0 }, files: [{ path: "a.txt" }] });
  });

  it("puts the agent's own lines into the transcript", async () => {
    await run({ steps: [handOff, finalize] });
    const raw: string[] = [];
    for await (const line of shop.transcripts.read("lane-1", 1)) if (line.includes('"kind":"raw"')) raw.push(line);
    expect(raw).toHaveLength((await summary())?.stdout.lines ?? -1);
  });

  it("is there of a run that was broken off", async () => {
    shop = await new Workshop({ steps: [{ do: "hang" }] }).start(BRANCH);
    const id = await shop.enqueue("run", { branch: BRANCH });
    await shop.until(() => shop.journal.length > 0);
    await shop.engine.cancel(id);
    expect(await shop.outcome()).toMatchObject({ status: "canceled" });
    expect(await summary()).toMatchObject({ turns: 0, tools: [] });
  });

  it("is not written for anything but runs", async () => {
    shop = await new Workshop({}).start(BRANCH);
    await shop.enqueue("validate", { branch: BRANCH, headSha: "head-1" });
    await shop.outcome();
    expect(await shop.eventsOf("run_summarised")).toEqual([]);
  });
});

async function fails(): Promise<never> {
  throw new MaestroError({ code: "workspace_failed", message: "It went wrong." });
}
