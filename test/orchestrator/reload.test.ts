import { describe, expect, it } from "vitest";
import { STATES } from "../policy/workflow-facts.ts";
import { POLL_MS, Stage } from "./stage.ts";

const TWO = { A: { state: "In Progress" }, B: { state: "In Progress" } };

describe("a reload while the service runs", () => {
  it("S-073, S-074: more slots are used at once", async () => {
    const stage = await Stage.start({ cards: TWO, workflow: { agent: { maxConcurrentAgents: 1 } } });
    expect(stage.hands.taken).toEqual(["A run"]);
    stage.workflow = { ...stage.workflow, agent: { ...stage.workflow.agent, maxConcurrentAgents: 2 } };
    stage.orchestrator.hint();
    await stage.pass(0);
    expect(stage.hands.taken).toEqual(["A run", "B run"]);
    await stage.stop();
  });

  it("S-074, S-075: fewer slots end nothing that runs, and hold for the next start", async () => {
    const stage = await Stage.start({ cards: { ...TWO, C: { state: "In Progress" } } });
    expect(stage.hands.taken).toEqual(["A run", "B run"]);
    stage.workflow = { ...stage.workflow, agent: { ...stage.workflow.agent, maxConcurrentAgents: 1 } };
    await stage.pass(POLL_MS);
    expect(stage.hands.revoked).toEqual([]);
    await stage.handOff("A");
    expect(stage.hands.count("C")).toBe(0);
    await stage.handOff("B");
    expect(stage.hands.count("C")).toBe(1);
    await stage.stop();
  });

  it("S-074: states mean what the new file says", async () => {
    const stage = await Stage.start({ cards: { A: { state: "Backlog" } } });
    const states = STATES.map((state) =>
      state.name === "Backlog" ? { ...state, route: null, category: "in_progress" as const } : state,
    );
    stage.workflow = { ...stage.workflow, tracker: { ...stage.workflow.tracker, states } };
    await stage.pass(POLL_MS);
    expect(stage.hands.taken).toEqual(["A run"]);
    await stage.stop();
  });

  it("S-075: the back-off of the next failure follows the new file", async () => {
    const stage = await Stage.start({ cards: { A: { state: "In Progress" } } });
    stage.workflow = { ...stage.workflow, agent: { ...stage.workflow.agent, maxRetryBackoffMs: 3_000 } };
    await stage.fail("A");
    await stage.pass(3_000);
    expect(stage.hands.count("A")).toBe(2);
    await stage.stop();
  });

  it("S-075: a run keeps the workflow it was started with, the next one gets the new one", async () => {
    const stage = await Stage.start({ cards: { A: { state: "In Progress" } } });
    expect(stage.hands.lease("A").work.payload.workflowHash).toBe("hash");
    stage.workflow = { ...stage.workflow, hash: "newer" };
    await stage.pass(POLL_MS);
    expect(stage.hands.lease("A").work.payload.workflowHash).toBe("hash");
    await stage.idle("A");
    await stage.pass(1_000);
    expect(stage.hands.lease("A").work.payload.workflowHash).toBe("newer");
    await stage.stop();
  });

  it("S-077, S-110: a change that nobody announced is found at the tick, and its interval holds from then on", async () => {
    const stage = await Stage.start();
    stage.onRecheck = () => {
      stage.workflow = { ...stage.workflow, polling: { intervalMs: 5_000 } };
    };
    await stage.pass(POLL_MS);
    expect(stage.calls).toHaveLength(2);
    await stage.pass(5_000);
    expect(stage.calls).toHaveLength(3);
    await stage.stop();
  });

  it("S-080: a file with a problem starts nothing, reconciles on, and starts again when it is mended", async () => {
    const stage = await Stage.start({ cards: { A: { state: "In Progress" }, B: { state: "Backlog" } } });
    stage.problem = "line 3 is broken";
    await stage.move("A", "Canceled");
    await stage.move("B", "In Progress");
    stage.calls.length = 0;
    await stage.pass(POLL_MS);
    expect(new Set(stage.verbs())).toEqual(new Set(["issuesByIds"]));
    expect(stage.hands.revoked).toHaveLength(1);
    expect(stage.hands.count("B")).toBe(0);
    stage.problem = null;
    await stage.pass(POLL_MS);
    expect(stage.hands.count("B")).toBe(1);
    await stage.stop();
  });

  it("S-080: a retry that falls due meanwhile waits, with the reason, and is not forgotten", async () => {
    const stage = await Stage.start({ cards: { A: { state: "In Progress" } } });
    await stage.fail("A");
    stage.problem = "line 3 is broken";
    await stage.pass(60_000);
    expect(stage.hands.count("A")).toBe(1);
    expect(stage.why("A")).toBe("workflow_rejected");
    stage.problem = null;
    stage.orchestrator.hint();
    await stage.pass(0);
    expect(stage.hands.count("A")).toBe(2);
    await stage.stop();
  });
});
