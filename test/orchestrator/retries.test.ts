import { describe, expect, it } from "vitest";
import { NO_SLOT_ERROR } from "../../src/policy/index.ts";
import { outcomeOf } from "../policy/facts.ts";
import { ATTENTION } from "../policy/workflow-facts.ts";
import { POLL_MS, Stage } from "./stage.ts";

const AT_WORK = { A: { state: "In Progress" } };

describe("retries", () => {
  it("S-094, S-118, S-137: a clean end leads to a continuation, attempt 1, one second later", async () => {
    const stage = await Stage.start({ cards: AT_WORK });
    await stage.idle("A");
    const due = stage.clock.now() + 1_000;
    expect(await stage.lane("A")).toMatchObject({ retry: { kind: "continuation", attempt: 1, dueAt: due } });
    await stage.pass(999);
    expect(stage.hands.count("A")).toBe(1);
    await stage.pass(1);
    expect(stage.hands.count("A")).toBe(2);
    expect(stage.hands.lease("A").work.payload).toMatchObject({ purpose: "continuation", attempt: 1 });
    await stage.stop();
  });

  it("S-119, S-137: failures are tried again after 10 s, 20 s, 40 s, up to the greatest back-off", async () => {
    const stage = await Stage.start({
      cards: AT_WORK,
      workflow: { agent: { maxAttempts: 10, maxRetryBackoffMs: 50_000 } },
    });
    for (const [at, delay] of [10_000, 20_000, 40_000, 50_000].entries()) {
      await stage.fail("A");
      expect(await stage.lane("A")).toMatchObject({
        retry: { kind: "failure", attempt: at + 1, error: "worker exited: boom" },
      });
      await stage.pass(delay - 1);
      expect(stage.hands.count("A")).toBe(at + 1);
      await stage.pass(1);
      expect(stage.hands.count("A")).toBe(at + 2);
      expect(stage.hands.lease("A").work.payload).toMatchObject({ purpose: "retry", attempt: at + 1 });
    }
    await stage.stop();
  });

  it("S-119: a success starts the count of failures afresh", async () => {
    const stage = await Stage.start({ cards: AT_WORK });
    await stage.fail("A");
    await stage.pass(10_000);
    await stage.idle("A");
    expect((await stage.lane("A")).failures).toBe(0);
    await stage.stop();
  });

  it("G-5: a failure after a continuation is the second attempt", async () => {
    const stage = await Stage.start({ cards: AT_WORK });
    await stage.idle("A");
    await stage.pass(1_000);
    await stage.fail("A");
    expect(await stage.lane("A")).toMatchObject({ retry: { kind: "failure", attempt: 2 } });
    await stage.pass(19_999);
    expect(stage.hands.count("A")).toBe(2);
    await stage.pass(1);
    expect(stage.hands.count("A")).toBe(3);
    await stage.stop();
  });

  it("S-096: after a failure the run is over: it holds no slot, and its time is in the totals", async () => {
    const stage = await Stage.start({
      cards: { A: { state: "In Progress" }, B: { state: "In Progress" } },
      workflow: { agent: { maxConcurrentAgents: 1 } },
    });
    await stage.pass(5_000);
    await stage.fail("A");
    expect(stage.hands.taken).toEqual(["A run", "B run"]);
    expect(await stage.open.record.views.run((await stage.lane("A")).id, 1)).toMatchObject({
      phase: "ended",
      endedAt: stage.clock.now(),
    });
    await stage.stop();
  });

  it("S-117: one issue has one pending start: a later one takes the place of the earlier", async () => {
    const stage = await Stage.start({ cards: AT_WORK });
    await stage.fail("A");
    stage.fault = (verb) => (verb === "issuesByIds" ? "fail" : undefined);
    await stage.pass(10_000);
    stage.fault = () => undefined;
    expect(await stage.lane("A")).toMatchObject({ retry: { kind: "refresh" } });
    await stage.pass(300_000);
    expect(stage.hands.count("A")).toBe(2);
    await stage.stop();
  });

  it("S-120: a retry whose issue is gone gives up the claim", async () => {
    const stage = await Stage.start({ cards: AT_WORK });
    await stage.fail("A");
    stage.gone.add("a");
    await stage.pass(10_000);
    expect(stage.hands.count("A")).toBe(1);
    expect(await stage.lane("A")).toMatchObject({ stage: "closed", retry: null });
    await stage.stop();
  });

  it("S-121, G-3: a retry whose issue has ended cleans the workspace and gives up the claim", async () => {
    const stage = await Stage.start({ cards: AT_WORK });
    await stage.fail("A");
    await stage.move("A", "Done");
    await stage.pass(10_000);
    expect(stage.hands.taken).toEqual(["A run", "A clean"]);
    expect(await stage.lane("A")).toMatchObject({ stage: "closed" });
    await stage.stop();
  });

  it.each([
    ["is not active any more", "In Review", []],
    ["may not be worked on any more", "In Progress", ["maestro:manual-only"]],
  ])("S-123: a retry whose issue %s lets it go, without a start and without cleaning", async (_, state, labels) => {
    const stage = await Stage.start({ cards: AT_WORK });
    await stage.fail("A");
    await stage.move("A", state);
    await stage.label("A", labels);
    await stage.pass(10_000);
    expect(stage.hands.taken).toEqual(["A run"]);
    expect(await stage.lane("A")).toMatchObject({ stage: "released", retry: null });
    await stage.stop();
  });

  it("S-123: an issue that was let go starts again when it comes back, in the same lane", async () => {
    const stage = await Stage.start({ cards: AT_WORK });
    await stage.fail("A");
    await stage.move("A", "In Review");
    await stage.pass(10_000);
    await stage.move("A", "In Progress");
    await stage.pass(POLL_MS);
    expect(stage.hands.taken).toEqual(["A run", "A run"]);
    expect(await stage.lanes("A")).toHaveLength(1);
    await stage.stop();
  });

  it("S-122, G-4: a retry without a slot waits with the specified error, counts nothing, and starts when a slot frees", async () => {
    const stage = await Stage.start({
      cards: { A: { state: "In Progress" }, B: { state: "In Progress" } },
      workflow: { agent: { maxConcurrentAgents: 1 } },
    });
    await stage.fail("A");
    await stage.pass(10_000);
    expect(await stage.lane("A")).toMatchObject({ retry: { kind: "slot", attempt: 1, error: NO_SLOT_ERROR } });
    expect(stage.why("A")).toBe("no_slot");
    await stage.pass(POLL_MS * 4);
    expect((await stage.lane("A")).retry?.attempt).toBe(1);
    await stage.idle("B");
    expect(stage.hands.taken).toEqual(["A run", "B run", "A run"]);
    expect(stage.hands.lease("A").work.payload).toMatchObject({ purpose: "retry", attempt: 1 });
    await stage.stop();
  });

  it("S-124: a retry whose issue cannot be looked at is tried again, one attempt on, with the specified error", async () => {
    const stage = await Stage.start({ cards: AT_WORK });
    await stage.fail("A");
    stage.fault = (verb) => (verb === "issuesByIds" ? "fail" : undefined);
    await stage.pass(10_000);
    expect(await stage.lane("A")).toMatchObject({
      retry: { kind: "refresh", attempt: 2, error: "retry refresh failed", dueAt: stage.clock.now() + 20_000 },
    });
    stage.fault = () => undefined;
    await stage.pass(20_000);
    expect(stage.hands.count("A")).toBe(2);
    await stage.stop();
  });

  it("S-125: a run that is silent for too long is ended and tried again as a failure", async () => {
    const stage = await Stage.start({ cards: AT_WORK, workflow: { agent: { stallTimeoutMs: 60_000 } } });
    await started(stage);
    await stage.pass(60_000);
    expect(stage.hands.revoked).toEqual([]);
    await stage.pass(POLL_MS);
    expect(stage.hands.revoked).toHaveLength(1);
    await stage.hands.finish("A", CANCELED);
    await stage.pass(0);
    expect(await stage.lane("A")).toMatchObject({ failures: 1, retry: { kind: "failure", attempt: 1 } });
    await stage.stop();
  });

  it("S-125: without a stall time-out no silence ends a run", async () => {
    const stage = await Stage.start({ cards: AT_WORK, workflow: { agent: { stallTimeoutMs: 0 } } });
    await started(stage);
    await stage.pass(24 * 3_600_000);
    expect(stage.hands.revoked).toEqual([]);
    await stage.stop();
  });

  it("S-135: a start takes the pending one away and is on record as a run of its own, with nothing counted yet", async () => {
    const stage = await Stage.start({ cards: AT_WORK });
    await stage.fail("A");
    await stage.pass(10_000);
    const lane = await stage.lane("A");
    expect(lane).toMatchObject({ retry: null, lastRun: 2, work: { kind: "run", run: 2, state: "leased" } });
    expect(await stage.open.record.views.run(lane.id, 2)).toMatchObject({
      purpose: "retry",
      startedAt: stage.clock.now(),
      usage: { totalTokens: 0 },
      turns: 0,
    });
    await stage.stop();
  });

  it("S-136: an agent that could not be started is a failure like any other", async () => {
    const stage = await Stage.start({ cards: AT_WORK });
    await stage.fail("A", { reason: { code: "agent_not_found", sentence: "failed to spawn agent" } });
    expect(await stage.lane("A")).toMatchObject({
      retry: { kind: "failure", attempt: 1, error: "worker exited: failed to spawn agent" },
    });
    await stage.stop();
  });

  it("G-6: sessions in a row without a deliverable park the issue, with label and comment, until a person comes", async () => {
    const stage = await Stage.start({ cards: AT_WORK, workflow: { agent: { maxSessionsWithoutProgress: 2 } } });
    await stage.idle("A");
    await stage.pass(1_000);
    await stage.idle("A");
    await stage.pass(POLL_MS * 10);
    expect(stage.hands.count("A")).toBe(2);
    expect(stage.why("A")).toBe("no_progress");
    expect((await stage.issue("A")).labels).toContain(ATTENTION);
    await stage.label("A", [], [ATTENTION]);
    await stage.pass(POLL_MS);
    expect(stage.hands.count("A")).toBe(3);
    await stage.stop();
  });

  it("S-119: too many failures in a row park the issue", async () => {
    const stage = await Stage.start({ cards: AT_WORK, workflow: { agent: { maxAttempts: 2 } } });
    await stage.fail("A");
    await stage.pass(10_000);
    await stage.fail("A");
    await stage.pass(POLL_MS * 10);
    expect(stage.hands.count("A")).toBe(2);
    expect(stage.why("A")).toBe("retry_budget_exhausted");
    await stage.stop();
  });

  it("a provider without capacity is asked again when it said, and counts as no failure", async () => {
    const stage = await Stage.start({ cards: AT_WORK });
    await stage.fail("A", { failure: "capacity", notBefore: stage.clock.now() + 600_000 });
    expect(await stage.lane("A")).toMatchObject({ failures: 0, retry: { kind: "capacity" } });
    await stage.pass(599_999);
    expect(stage.hands.count("A")).toBe(1);
    await stage.pass(1);
    expect(stage.hands.count("A")).toBe(2);
    await stage.stop();
  });
});

const CANCELED = outcomeOf({ status: "canceled", failure: null, reason: { code: "canceled", sentence: "Ended." } });

/** The run says that its agent has begun. */
async function started(stage: Stage): Promise<void> {
  const { work, fence } = stage.hands.lease("A");
  const { workflowId, laneId, run } = work;
  const event = { type: "turn_started" as const, data: { turn: 1 } };
  await stage.open.record.transact((tx) => tx.append([{ workflowId, laneId, run, fence, event }]));
}
