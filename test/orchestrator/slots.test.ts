import { describe, expect, it } from "vitest";
import { POLL_MS, Stage } from "./stage.ts";

const THREE = { A: { state: "In Progress" }, B: { state: "In Progress" }, C: { state: "In Progress" } };

describe("slots", () => {
  it("S-115: no more runs than slots, and the sentence says so", async () => {
    const stage = await Stage.start({ cards: THREE, workflow: { agent: { maxConcurrentAgents: 2 } } });
    expect(stage.hands.taken).toEqual(["A run", "B run"]);
    expect(stage.why("C")).toBe("no_slot");
    await stage.stop();
  });

  it("a slot that frees is filled at once, not at the next tick", async () => {
    const stage = await Stage.start({ cards: THREE, workflow: { agent: { maxConcurrentAgents: 1 } } });
    await stage.handOff("A");
    expect(stage.hands.taken.filter((entry) => entry.endsWith("run"))).toEqual(["A run", "B run"]);
    await stage.stop();
  });

  it("S-116: a state's own limit holds beside the global one", async () => {
    const stage = await Stage.start({
      cards: { ...THREE, R: { state: "Rework" } },
      workflow: { agent: { maxConcurrentAgents: 4, maxConcurrentAgentsByState: { "in progress": 1 } } },
    });
    expect(stage.hands.taken).toEqual(["A run", "R run"]);
    await stage.stop();
  });

  it("S-116: a state's slot that frees is filled at once too", async () => {
    const stage = await Stage.start({
      cards: THREE,
      workflow: { agent: { maxConcurrentAgents: 3, maxConcurrentAgentsByState: { "in progress": 1 } } },
    });
    await stage.handOff("A");
    expect(stage.hands.count("B")).toBe(1);
    await stage.stop();
  });

  it("S-116: runs count by the state in which their issue is now", async () => {
    const stage = await Stage.start({
      cards: { A: { state: "In Progress" }, B: { state: "In Progress" } },
      workflow: { agent: { maxConcurrentAgents: 3, maxConcurrentAgentsByState: { "in progress": 1 } } },
    });
    await stage.move("A", "Rework");
    await stage.pass(POLL_MS);
    expect(stage.hands.taken).toEqual(["A run", "B run"]);
    await stage.stop();
  });

  it("S-116: an issue that is moved before its start needs a slot of the state that it is moved to", async () => {
    const stage = await Stage.start({
      cards: { A: { state: "Todo" }, B: { state: "Todo" }, R: { state: "Rework" } },
      workflow: { agent: { maxConcurrentAgents: 2, maxConcurrentAgentsByState: { "in progress": 1 } } },
    });
    expect(stage.hands.taken.toSorted()).toEqual(["A run", "R run"]);
    expect((await stage.issue("B")).state).toBe("Todo");
    await stage.stop();
  });

  it("an issue that is still being moved holds the slot that it will need", async () => {
    const stage = await Stage.open({
      cards: { A: { state: "Todo" }, B: { state: "Todo" } },
      workflow: { agent: { maxConcurrentAgents: 1 } },
    });
    stage.fault = (verb) => (verb === "move" ? "fail" : undefined);
    await stage.start();
    await stage.pass(POLL_MS);
    expect(await stage.lanes("A")).toHaveLength(1);
    expect(await stage.lanes("B")).toHaveLength(0);
    await stage.stop();
  });

  it("a lane whose start had to wait for a slot is taken up when one frees, not at the next tick", async () => {
    const stage = await Stage.start({ cards: THREE, workflow: { agent: { maxConcurrentAgents: 2 } } });
    // A is let go and comes back while its slot is somebody else's.
    await stage.fail("A");
    await stage.pass(10_000);
    expect(stage.hands.taken).toEqual(["A run", "B run", "C run"]);
    await stage.idle("B");
    expect(stage.hands.count("A")).toBe(2);
    await stage.stop();
  });

  it("while all slots are taken, waiting for one asks the tracker nothing between two ticks", async () => {
    const stage = await Stage.start({ cards: THREE, workflow: { agent: { maxConcurrentAgents: 2 } } });
    await stage.fail("A");
    await stage.pass(10_000);
    stage.workflow = { ...stage.workflow, polling: { intervalMs: 600_000 } };
    await stage.ask("refresh");
    const before = stage.calls.length;
    await stage.pass(500_000);
    expect(stage.calls.length).toBe(before);
    await stage.stop();
  });
});
