import { describe, expect, it } from "vitest";
import { ATTENTION, OPT_OUT, STATES } from "../policy/workflow-facts.ts";
import { POLL_MS, Stage } from "./stage.ts";

describe("the tick", () => {
  it("S-110: the first one comes at once, the next after the interval", async () => {
    const stage = await Stage.start();
    expect(stage.verbs()).toEqual(["issuesByStates"]);
    await stage.pass(POLL_MS - 1);
    expect(stage.verbs()).toEqual(["issuesByStates"]);
    await stage.pass(1);
    expect(stage.verbs()).toEqual(["issuesByStates", "issuesByStates"]);
    await stage.stop();
  });

  it("S-111: reconciles, then looks at the workflow's problem, then asks for candidates and starts them", async () => {
    const stage = await Stage.start({ cards: { A: { state: "In Progress" } } });
    expect(stage.hands.taken).toEqual(["A run"]);
    await stage.move("A", "Canceled");
    await stage.people.tracker.create(
      { title: "new", description: null, state: "In Progress", labels: [], priority: null, blockedBy: [] },
      { signal: new AbortController().signal },
    );
    const before = stage.calls.length;
    stage.fault = (verb) => {
      if (verb === "issuesByStates") expect(stage.hands.revoked).toHaveLength(1);
      return undefined;
    };
    await stage.pass(POLL_MS);
    expect(stage.verbs().slice(before, before + 2)).toEqual(["issuesByIds", "issuesByStates"]);
    expect(stage.hands.taken).toContain("MEM-1 run");
    await stage.stop();
  });

  it("S-111, S-202: asks for the active states only", async () => {
    const stage = await Stage.start();
    expect(stage.calls[0]?.arguments).toEqual({ states: ["Todo", "In Progress", "Merging", "Rework"] });
    await stage.stop();
  });

  it.each([
    ["an active state", "In Progress", {}, true],
    ["a terminal state", "Done", {}, false],
    ["a state that waits for people", "In Review", {}, false],
    ["a backlog", "Backlog", {}, false],
    ["a state that the workflow does not mention", "Elsewhere", {}, false],
    ["the opt-out label", "In Progress", { labels: [OPT_OUT] }, false],
    ["the label that asks for a person", "In Progress", { labels: [ATTENTION] }, false],
    ["a required label", "In Progress", { labels: ["agent"] }, true],
    ["an open blocker", "Todo", { blockedBy: ["B"] }, false],
    ["an open blocker after it was begun", "In Progress", { blockedBy: ["B"] }, true],
  ])("S-112: %s decides whether an issue starts", async (name, state, card, starts) => {
    const requiredLabels = name === "a required label" ? ["agent"] : [];
    const stage = await Stage.start({
      cards: { A: { state, ...card }, B: { state: "Backlog" } },
      workflow: { requiredLabels },
    });
    expect(stage.hands.taken.includes("A run")).toBe(starts);
    await stage.stop();
  });

  it("S-112: an issue without a required label waits, and says so", async () => {
    const stage = await Stage.start({
      cards: { A: { state: "In Progress" } },
      workflow: { requiredLabels: ["agent"] },
    });
    expect(stage.hands.taken).toEqual([]);
    expect(stage.why("A")).toBe("label_missing");
    await stage.stop();
  });

  it("S-113: a blocked issue starts at the poll after its blocker ended", async () => {
    const stage = await Stage.start({ cards: { A: { blockedBy: ["B"] }, B: { state: "In Review" } } });
    expect(stage.why("A")).toBe("blocked");
    await stage.move("B", "Done");
    await stage.pass(POLL_MS);
    expect(stage.hands.taken).toEqual(["A run"]);
    await stage.stop();
  });

  it("S-114: starts by priority, then age, then identifier", async () => {
    const stage = await Stage.start({
      cards: {
        OLD: { state: "In Progress" },
        NEW: { state: "In Progress" },
        LOW: { state: "In Progress", priority: 4 },
        HIGH: { state: "In Progress", priority: 1 },
        ODD: { state: "In Progress", priority: 0 },
      },
      workflow: { agent: { maxConcurrentAgents: 5 } },
    });
    expect(stage.hands.taken).toEqual(["HIGH run", "LOW run", "OLD run", "NEW run", "ODD run"]);
    await stage.stop();
  });

  it("S-097: an issue that is at work is not started again, however often it is seen", async () => {
    const stage = await Stage.start({ cards: { A: { state: "In Progress" } } });
    for (let tick = 0; tick < 3; tick += 1) await stage.pass(POLL_MS);
    await stage.ask("refresh");
    expect(stage.hands.taken).toEqual(["A run"]);
    expect(await stage.lanes("A")).toHaveLength(1);
    await stage.stop();
  });

  it("S-134: a failed candidate fetch starts nothing, is told, and the next tick comes", async () => {
    const stage = await Stage.open({ cards: { A: { state: "In Progress" } } });
    stage.fault = (verb) => (verb === "issuesByStates" ? "fail" : undefined);
    await stage.start();
    expect(stage.hands.taken).toEqual([]);
    expect(stage.log.entries.map(({ message }) => message)).toContain("candidate fetch failed");
    stage.fault = () => undefined;
    await stage.pass(POLL_MS);
    expect(stage.hands.taken).toEqual(["A run"]);
    await stage.stop();
  });

  it("S-134: a candidate fetch without an answer ends by its deadline", async () => {
    const stage = await Stage.open({ cards: { A: { state: "In Progress" } } });
    stage.fault = (verb) => (verb === "issuesByStates" ? "late" : undefined);
    await stage.start();
    await stage.pass(30_000);
    expect(stage.log.entries.map(({ message }) => message)).toContain("candidate fetch failed");
    stage.fault = () => undefined;
    await stage.pass(POLL_MS);
    expect(stage.hands.taken).toEqual(["A run"]);
    await stage.stop();
  });

  it("S-138: a candidate is looked at once more before it starts", async () => {
    const stage = await Stage.open({ cards: { A: { state: "In Progress" } } });
    stage.fault = (verb) => {
      // Between the two looks a person takes the issue back.
      if (verb === "issuesByIds") void stage.move("A", "Done");
      return undefined;
    };
    await stage.start();
    expect(stage.verbs()).toEqual(["issuesByStates", "issuesByIds"]);
    expect(await stage.lanes("A")).toEqual([]);
    await stage.stop();
  });

  it("S-138: a candidate that cannot be looked at again is not started", async () => {
    const stage = await Stage.open({ cards: { A: { state: "In Progress" } } });
    stage.fault = (verb) => (verb === "issuesByIds" ? "fail" : undefined);
    await stage.start();
    expect(await stage.lanes("A")).toEqual([]);
    await stage.stop();
  });

  it("S-132: without lanes nothing is asked but the candidates", async () => {
    const stage = await Stage.start({ cards: { A: { state: "Done" } } });
    await stage.pass(POLL_MS * 3);
    expect(new Set(stage.verbs())).toEqual(new Set(["issuesByStates"]));
    await stage.stop();
  });

  it("S-133, G-13: a restart cleans up after issues that ended meanwhile, and asks only about those it holds", async () => {
    const stage = await Stage.start({ cards: { A: { state: "In Progress" }, OLD: { state: "Done" } } });
    await stage.crash();
    await stage.move("A", "Canceled");
    stage.calls.length = 0;
    await stage.start();
    const asked = stage.calls.filter(({ verb }) => verb === "issuesByIds").map(({ arguments: args }) => args.ids);
    expect(new Set(asked.flat())).toEqual(new Set(["a"]));
    expect(stage.hands.taken).toContain("A clean");
    expect(await stage.lane("A")).toMatchObject({ stage: "closed" });
    await stage.stop();
  });

  it("G-16: a state that is both active and terminal starts nothing and ends what runs", async () => {
    const stage = await Stage.start({ cards: { A: { state: "In Progress" } } });
    const states = STATES.map((state) => (state.name === "Rework" ? { ...state, category: "done" as const } : state));
    stage.workflow = { ...stage.workflow, tracker: { ...stage.workflow.tracker, states } };
    await stage.move("A", "Rework");
    await stage.pass(POLL_MS);
    expect(stage.hands.revoked).toHaveLength(1);
    await stage.stop();
  });

  it("a hint makes the tick come at once", async () => {
    const stage = await Stage.start({ cards: { A: { state: "Backlog" } } });
    await stage.move("A", "In Progress");
    stage.orchestrator.hint();
    await stage.pass(0);
    expect(stage.hands.taken).toEqual(["A run"]);
    await stage.stop();
  });
});
