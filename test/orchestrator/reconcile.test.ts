import { describe, expect, it } from "vitest";
import { outcomeOf } from "../policy/facts.ts";
import { OPT_OUT } from "../policy/workflow-facts.ts";
import { POLL_MS, Stage } from "./stage.ts";

const AT_WORK = { A: { state: "In Progress" } };
const CANCELED = outcomeOf({ status: "canceled", failure: null, reason: { code: "canceled", sentence: "Ended." } });

/** The run was taken back; its worker ends it. */
async function end(stage: Stage): Promise<void> {
  expect(stage.hands.revoked).toHaveLength(1);
  await stage.hands.finish("A", CANCELED);
  await stage.pass(0);
}

describe("reconciliation", () => {
  it("S-126: an issue that ended while its agent works: the agent is ended and the workspace cleaned", async () => {
    const stage = await Stage.start({ cards: AT_WORK });
    await stage.move("A", "Done");
    await stage.pass(POLL_MS);
    await end(stage);
    expect(stage.hands.taken).toEqual(["A run", "A clean"]);
    expect(await stage.lane("A")).toMatchObject({ stage: "closed" });
    await stage.stop();
  });

  it("S-127: an issue that goes on is kept as it is now", async () => {
    const stage = await Stage.start({ cards: AT_WORK });
    await stage.move("A", "Rework");
    await stage.pass(POLL_MS);
    expect(stage.hands.revoked).toEqual([]);
    expect((await stage.lane("A")).issue.state).toBe("Rework");
    await stage.stop();
  });

  it.each([
    ["S-128: an issue that may not be worked on any more", "In Progress", [OPT_OUT]],
    ["S-129: an issue that is neither active nor ended", "Backlog", []],
  ])("%s: the agent is ended, the workspace stays", async (_, state, labels) => {
    const stage = await Stage.start({ cards: AT_WORK });
    await stage.move("A", state);
    await stage.label("A", labels);
    await stage.pass(POLL_MS);
    await end(stage);
    expect(stage.hands.taken).toEqual(["A run"]);
    expect(await stage.lane("A")).toMatchObject({ stage: "released", work: null });
    await stage.stop();
  });

  it("S-130: an issue that is gone: the agent is ended, the workspace stays", async () => {
    const stage = await Stage.start({ cards: AT_WORK });
    stage.gone.add("a");
    await stage.pass(POLL_MS);
    await end(stage);
    expect(stage.hands.taken).toEqual(["A run"]);
    expect(await stage.lane("A")).toMatchObject({ stage: "released" });
    await stage.stop();
  });

  it("S-131: a tracker that does not answer ends no agent, and is asked again at the next tick", async () => {
    const stage = await Stage.start({ cards: AT_WORK });
    stage.fault = () => "fail";
    await stage.pass(POLL_MS * 5);
    expect(stage.hands.revoked).toEqual([]);
    stage.fault = () => undefined;
    await stage.move("A", "Done");
    await stage.pass(POLL_MS);
    expect(stage.hands.revoked).toHaveLength(1);
    await stage.stop();
  });

  it("S-126: an end that arrives after the agent handed off is not undone", async () => {
    const stage = await Stage.start({ cards: AT_WORK });
    await stage.handOff("A");
    await stage.pass(POLL_MS);
    expect((await stage.issue("A")).state).toBe("Done");
    expect(await stage.lane("A")).toMatchObject({ stage: "closed" });
    await stage.stop();
  });

  it("an issue that is released and ends then is cleaned up", async () => {
    const stage = await Stage.start({ cards: AT_WORK });
    await stage.move("A", "Backlog");
    await stage.pass(POLL_MS);
    await end(stage);
    await stage.move("A", "Canceled");
    await stage.pass(POLL_MS);
    expect(stage.hands.taken).toEqual(["A run", "A clean"]);
    await stage.stop();
  });

  it("a move that people make while Maestro makes its own is not overwritten", async () => {
    const stage = await Stage.open({ cards: { A: { state: "Todo" } } });
    let moved = false;
    stage.fault = (verb) => {
      if (verb === "move" && !moved) {
        moved = true;
        void stage.move("A", "Backlog");
      }
      return undefined;
    };
    await stage.start();
    await stage.pass(POLL_MS);
    expect((await stage.issue("A")).state).toBe("Backlog");
    expect(stage.hands.taken).toEqual([]);
    await stage.stop();
  });

  it("an issue that comes back after its lane was closed gets the next lane, with a branch and runs of its own", async () => {
    const stage = await Stage.start({ cards: AT_WORK });
    await stage.handOff("A");
    await stage.pass(POLL_MS);
    await stage.move("A", "In Progress");
    await stage.pass(POLL_MS);
    const lanes = await stage.lanes("A");
    expect(lanes.map(({ ordinal, stage: at }) => [ordinal, at])).toEqual([
      [2, "working"],
      [1, "closed"],
    ]);
    expect(stage.hands.lease("A").work).toMatchObject({ run: 1, payload: { purpose: "first", attempt: null } });
    await stage.stop();
  });

  it("an issue that comes back at once, while its lane is being cleaned, gets its next lane too", async () => {
    const stage = await Stage.start({ cards: AT_WORK });
    stage.hands.holds.add("clean");
    await stage.move("A", "Canceled");
    await stage.pass(POLL_MS);
    await end(stage);
    await stage.move("A", "In Progress");
    await stage.pass(1_000);
    await stage.hands.finish("A", outcomeOf());
    await stage.pass(POLL_MS * 5);
    expect(await stage.lanes("A")).toHaveLength(2);
    await stage.stop();
  });

  it("a tracker that lags behind the end of an issue gets no second lane", async () => {
    const stage = await Stage.start({ cards: AT_WORK });
    await stage.handOff("A");
    expect(await stage.lane("A")).toMatchObject({ stage: "closed" });
    stage.fault = (verb) => (verb.startsWith("issuesBy") ? "stale" : undefined);
    await stage.pass(POLL_MS);
    stage.fault = () => undefined;
    await stage.pass(POLL_MS * 5);
    expect(await stage.lanes("A")).toHaveLength(1);
    await stage.stop();
  });
});
