import { describe, expect, it } from "vitest";
import type { Lane } from "../../src/model/lane.ts";
import { Stage } from "./stage.ts";

const TWO = { A: { state: "In Progress" }, B: { state: "In Progress" } };

/** `runOnce`, watched. */
function once(stage: Stage): { lanes: readonly Lane[] | null; error: unknown } {
  const result: { lanes: readonly Lane[] | null; error: unknown } = { lanes: null, error: null };
  stage.orchestrator.runOnce().then(
    (lanes) => {
      result.lanes = lanes;
    },
    (error: unknown) => {
      result.error = error;
    },
  );
  return result;
}

describe("one poll", () => {
  it("ends when what it started has come to a verdict and what lanes have due is done", async () => {
    const stage = await Stage.open({ cards: TWO });
    const result = once(stage);
    await stage.pass(60_000);
    expect(result.lanes).toBeNull();
    await stage.handOff("A");
    await stage.handOff("B");
    await stage.pass(5_000);
    expect(result.lanes?.map((lane) => [lane.issue.identifier, lane.stage])).toEqual([
      ["A", "closed"],
      ["B", "closed"],
    ]);
    expect((await stage.issue("A")).state).toBe("Done");
    await stage.stop();
  });

  it("polls once, and starts nothing that came later or waited for a slot", async () => {
    const stage = await Stage.open({ cards: TWO, workflow: { agent: { maxConcurrentAgents: 1 } } });
    const result = once(stage);
    await stage.pass(120_000);
    await stage.handOff("A");
    await stage.pass(5_000);
    expect(result.lanes).toHaveLength(1);
    expect(stage.hands.taken).toEqual(["A run", "A clean"]);
    expect(stage.verbs().filter((verb) => verb === "issuesByStates")).toHaveLength(1);
    await stage.stop();
  });

  it("does not wait for a retry", async () => {
    const stage = await Stage.open({ cards: TWO });
    const result = once(stage);
    await stage.pass(0);
    await stage.fail("A");
    await stage.fail("B");
    expect(result.lanes).toMatchObject([{ failures: 1 }, { failures: 1 }]);
    expect(stage.hands.taken).toEqual(["A run", "B run"]);
    await stage.stop();
  });

  it("takes up a retry that is due", async () => {
    const stage = await Stage.start({ cards: { A: { state: "In Progress" } } });
    await stage.fail("A");
    await stage.crash();
    await stage.clock.advance(3_600_000);
    const result = once(stage);
    await stage.pass(0);
    expect(stage.hands.taken).toEqual(["A run"]);
    await stage.handOff("A");
    await stage.pass(5_000);
    expect(result.lanes).toHaveLength(1);
    await stage.stop();
  });

  it("ends although a start is due that a pause holds back", async () => {
    const stage = await Stage.start({ cards: { A: { state: "In Progress" } } });
    await stage.fail("A");
    await stage.ask("pause");
    await stage.crash();
    await stage.clock.advance(3_600_000);
    const result = once(stage);
    await stage.pass(60_000);
    expect(result.lanes).toEqual([]);
    expect(stage.hands.taken).toEqual([]);
    await stage.stop();
  });

  it("fails when the tracker could not be asked", async () => {
    const stage = await Stage.open({ cards: TWO });
    stage.fault = (verb) => (verb === "issuesByStates" ? "fail" : undefined);
    const result = once(stage);
    await stage.pass(60_000);
    expect(result.error).toMatchObject({ code: "tracker_status" });
    await stage.stop();
  });
});
