import { describe, expect, it } from "vitest";
import { outcomeOf } from "../policy/facts.ts";
import { POLL_MS, Stage } from "./stage.ts";

const AT_WORK = { A: { state: "In Progress" } };

describe("after a crash", () => {
  it("S-098: what ran is buried first, then goes on in its lane, and counts as no failure", async () => {
    const stage = await Stage.start({ cards: AT_WORK });
    const { id } = await stage.lane("A");
    await stage.crash();
    await stage.start();
    expect(stage.buried.map(({ work }) => [work.laneId, work.run])).toEqual([[id, 1]]);
    expect(stage.hands.lease("A").work).toMatchObject({ laneId: id, run: 2, payload: { purpose: "retry" } });
    expect(await stage.lane("A")).toMatchObject({ failures: 0, interruptions: 1 });
    await stage.stop();
  });

  it("S-098: the fence of the lost run is worth nothing any more", async () => {
    const stage = await Stage.start({ cards: AT_WORK });
    const old = stage.hands.lease("A");
    await stage.crash();
    await stage.start();
    const { record } = stage.open;
    expect(await record.transact((tx) => stage.engine.settle(tx, old, outcomeOf()))).toBe(false);
    const { workflowId, laneId, run } = old.work;
    const event = { type: "turn_started" as const, data: { turn: 1 } };
    const write = record.transact((tx) => tx.append([{ workflowId, laneId, run, fence: old.fence, event }]));
    await expect(write).rejects.toMatchObject({ code: "stale_fence" });
    await stage.stop();
  });

  it("nothing starts on a lane while its left-over processes cannot be looked for; it goes on when they can", async () => {
    let broken = true;
    const endLeftovers = async () => {
      if (broken) throw new Error("the process table cannot be read");
      return 1;
    };
    const stage = await Stage.start({ cards: AT_WORK, endLeftovers });
    await stage.crash();
    await stage.start();
    await stage.pass(POLL_MS * 2);
    expect(stage.hands.taken).toEqual([]);
    broken = false;
    await stage.pass(5_000);
    expect(stage.hands.taken).toEqual(["A run"]);
    await stage.stop();
  });

  it("S-090: a worker's outcome is only a fact; what follows from it is decided by the service", async () => {
    const stage = await Stage.start({ cards: AT_WORK });
    await stage.orchestrator.stop("for a while");
    await stage.hands.finish("A", outcomeOf());
    await stage.pass(POLL_MS);
    expect(await stage.lane("A")).toMatchObject({ work: { state: "settled" }, retry: null, idleSessions: 0 });
    await stage.crash();
    await stage.start();
    expect(await stage.lane("A")).toMatchObject({ work: null, retry: { kind: "continuation" }, idleSessions: 1 });
    await stage.stop();
  });

  it("S-091: what was claimed, waited, was parked or counted is so after it", async () => {
    const stage = await Stage.start({
      cards: { A: { state: "In Progress" }, B: { state: "In Progress" } },
      workflow: { agent: { maxSessionsWithoutProgress: 1 } },
    });
    await stage.fail("A");
    await stage.idle("B");
    const before = [await stage.lane("A"), await stage.lane("B")];
    expect(before).toMatchObject([{ retry: { kind: "failure" } }, { parked: { code: "no_progress" } }]);
    await stage.crash();
    await stage.start();
    expect([await stage.lane("A"), await stage.lane("B")]).toMatchObject(
      before.map(({ retry, parked, failures }) => ({ retry, parked, failures })),
    );
    await stage.pass(10_000);
    expect(stage.hands.taken).toEqual(["A run"]);
    await stage.stop();
  });

  it("a retry that fell due while nobody ran starts at once, not at the next tick", async () => {
    const stage = await Stage.start({ cards: AT_WORK });
    await stage.fail("A");
    stage.open.abandon();
    await stage.clock.advance(3_600_000);
    await stage.crash();
    await stage.start();
    expect(stage.hands.taken).toEqual(["A run"]);
    await stage.stop();
  });

  it("an outside write that was being sent is looked up, and not sent again when it had its effect", async () => {
    const stage = await Stage.open({ cards: { A: { state: "Todo" } } });
    stage.fault = (verb) => (verb === "move" ? "late" : undefined);
    await stage.start();
    expect((await stage.issue("A")).state).toBe("In Progress");
    expect(await stage.open.record.views.openOutbox()).toMatchObject([{ state: "sending" }]);
    await stage.crash();
    stage.fault = () => undefined;
    stage.calls.length = 0;
    await stage.start();
    expect(stage.verbs()).not.toContain("move");
    expect(stage.hands.taken).toEqual(["A run"]);
    await stage.stop();
  });

  it("an outside write that was being sent without effect is sent after the look-up", async () => {
    const stage = await Stage.open({ cards: { A: { state: "Todo" } } });
    stage.fault = (verb) => (verb === "move" ? "lose_request" : undefined);
    await stage.start();
    expect((await stage.issue("A")).state).toBe("Todo");
    await stage.crash();
    stage.fault = () => undefined;
    await stage.start();
    await stage.pass(POLL_MS);
    expect((await stage.issue("A")).state).toBe("In Progress");
    expect(stage.verbs().filter((verb) => verb === "move")).toHaveLength(1);
    expect(stage.hands.taken).toEqual(["A run"]);
    await stage.stop();
  });
});

describe("a lease that runs out while the service lives", () => {
  it("is buried, and its lane goes on", async () => {
    const stage = await Stage.start({ cards: AT_WORK, leaseMs: 15_000 });
    await stage.pass(14_000);
    expect(stage.buried).toEqual([]);
    await stage.pass(6_000);
    expect(stage.buried.map(({ work }) => work.run)).toEqual([1]);
    expect(stage.hands.lease("A").work.run).toBe(2);
    await stage.stop();
  });

  it("is buried once", async () => {
    const stage = await Stage.start({
      cards: AT_WORK,
      leaseMs: 15_000,
      workflow: { agent: { maxConcurrentAgents: 1 } },
    });
    await stage.pass(20_000);
    await stage.pass(POLL_MS);
    const ends = (await stage.events("work_settled")).map(({ run }) => run);
    expect(new Set(ends).size).toBe(ends.length);
    await stage.stop();
  });
});
