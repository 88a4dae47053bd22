import { describe, expect, it } from "vitest";
import type { Intent } from "../../src/model/outbox.ts";
import { ATTENTION } from "../policy/workflow-facts.ts";
import { Stage } from "./stage.ts";

const TWO = { A: { state: "In Progress" }, B: { state: "In Progress" } };

function comment(issueId: string, body: string): Intent {
  return { kind: "issue_comment", issueId, topic: body, body };
}

/** Plans outside writes on the lane of an issue, and lets the service see to them. */
async function plan(stage: Stage, identifier: string, ...intents: readonly Intent[]): Promise<void> {
  const lane = await stage.lane(identifier);
  const dueAt = stage.clock.now();
  for (const [at, intent] of intents.entries()) {
    const key = `${lane.id}/${intent.kind}/test/${dueAt}-${at}`;
    await stage.write(lane.id, { type: "outbox_planned", data: { key, fence: lane.fence, intent, dueAt } });
  }
  await stage.pass(0);
}

/** What became of the writes, oldest first. */
async function ends(stage: Stage) {
  return (await stage.events("outbox_settled")).map(({ event }) => event.data);
}

describe("the sender", () => {
  it("sends the writes of a lane in the order in which they were planned", async () => {
    const stage = await Stage.start({ cards: TWO });
    await plan(stage, "A", comment("a", "one"), comment("a", "two"), comment("a", "three"));
    const bodies = stage.calls.filter(({ verb }) => verb === "ensureComment").map((call) => call.arguments.body);
    expect(bodies).toEqual(["one", "two", "three"]);
    await stage.stop();
  });

  it("sends nothing before what was planned earlier on the lane has come to an end", async () => {
    const stage = await Stage.start({ cards: TWO });
    stage.fault = (verb) => (verb === "ensureComment" ? "fail" : undefined);
    await plan(stage, "A", comment("a", "one"), { kind: "issue_label", issueId: "a", add: ATTENTION, remove: null });
    await stage.pass(1_000);
    expect((await stage.issue("A")).labels).toEqual([]);
    stage.fault = () => undefined;
    await stage.pass(10_000);
    expect((await stage.issue("A")).labels).toEqual([ATTENTION]);
    expect(await ends(stage)).toMatchObject([{ state: "done" }, { state: "done" }]);
    await stage.stop();
  });

  it("does not let one lane wait for another one's outside", async () => {
    const stage = await Stage.start({ cards: TWO });
    stage.fault = (verb) => (verb === "ensureComment" ? "late" : undefined);
    await plan(stage, "A", comment("a", "slow"));
    stage.fault = () => undefined;
    await plan(stage, "B", comment("b", "quick"));
    expect(await ends(stage)).toMatchObject([{ state: "done", key: expect.stringContaining("lane_") }]);
    expect((await stage.open.record.views.openOutbox()).map(({ intent }) => intent)).toEqual([comment("a", "slow")]);
    await stage.stop();
  });

  it("tries a refused call again after 2 s, 4 s, 8 s, and then it is done", async () => {
    const stage = await Stage.start({ cards: TWO });
    const tries: number[] = [];
    stage.fault = (verb) => {
      if (verb !== "ensureComment") return undefined;
      tries.push(stage.clock.now());
      return tries.length < 4 ? "fail" : undefined;
    };
    await plan(stage, "A", comment("a", "one"));
    await stage.pass(60_000);
    const pauses = tries.slice(1).map((at, index) => at - (tries[index] ?? 0));
    expect(pauses).toEqual([2_000, 4_000, 8_000]);
    expect(await ends(stage)).toMatchObject([{ state: "done" }]);
    await stage.stop();
  });

  it("looks a lost answer up instead of sending again", async () => {
    const stage = await Stage.start({ cards: TWO });
    let lost = false;
    stage.fault = (verb) => {
      if (verb !== "ensureComment" || lost) return undefined;
      lost = true;
      return "lose_answer";
    };
    await plan(stage, "A", comment("a", "one"));
    expect(await stage.open.record.views.openOutbox()).toMatchObject([{ state: "unknown" }]);
    await stage.pass(10_000);
    expect(stage.verbs().filter((verb) => verb === "ensureComment")).toHaveLength(1);
    expect(stage.verbs()).toContain("comments");
    expect(await ends(stage)).toMatchObject([{ state: "done" }]);
    await stage.stop();
  });

  it("an answer that does not come within its deadline is a lost one", async () => {
    const stage = await Stage.start({ cards: TWO });
    stage.fault = (verb) => (verb === "ensureComment" ? "late" : undefined);
    await plan(stage, "A", comment("a", "one"));
    await stage.pass(30_000);
    expect(await stage.open.record.views.openOutbox()).toMatchObject([{ state: "unknown" }]);
    await stage.stop();
  });

  it("a move that people made impossible is refused, and the lane goes by what they did", async () => {
    const stage = await Stage.start({ cards: TWO });
    await stage.move("A", "Rework");
    await plan(stage, "A", { kind: "issue_move", issueId: "a", to: "In Review", from: "In Progress" });
    expect(await ends(stage)).toMatchObject([
      { state: "refused", result: expect.stringContaining("tracker_conflict") },
    ]);
    expect((await stage.issue("A")).state).toBe("Rework");
    await stage.stop();
  });

  it("a move that the tracker goes on refusing is given up, and the lane is parked with what it said", async () => {
    const stage = await Stage.open({ cards: { A: { state: "Todo" } } });
    stage.fault = (verb) => (verb === "move" ? "fail" : undefined);
    await stage.start();
    await stage.pass(2 * 3_600_000);
    expect(stage.why("A")).toBe("move_refused");
    expect((await stage.issue("A")).labels).toEqual([ATTENTION]);
    expect(stage.hands.taken).toEqual([]);
    await stage.stop();
  });

  it("a write under an old fence is refused and never sent", async () => {
    const stage = await Stage.start({ cards: TWO });
    const lane = await stage.lane("A");
    const data = { key: "k", fence: lane.fence - 1, intent: comment("a", "old"), dueAt: 0 };
    await stage.write(lane.id, { type: "outbox_planned", data });
    await stage.pass(0);
    expect(await ends(stage)).toMatchObject([{ state: "refused", result: "stale_fence" }]);
    expect(stage.verbs()).not.toContain("ensureComment");
    await stage.stop();
  });

  it("leaves to workers what workers carry out", async () => {
    const stage = await Stage.start({ cards: TWO });
    await plan(stage, "A", { kind: "push", branch: "b", sha: "s", expected: null }, comment("a", "one"));
    await stage.pass(60_000);
    expect(await stage.open.record.views.openOutbox()).toMatchObject([{ state: "planned", intent: { kind: "push" } }]);
    expect(await ends(stage)).toMatchObject([{ state: "done" }]);
    await stage.stop();
  });

  it("puts up a change, publishes its check, and finds both again after a lost answer", async () => {
    const stage = await Stage.start({ cards: TWO });
    stage.people.forge.receivePush("maestro/a", "h".repeat(40), null);
    const headSha = "h".repeat(40);
    let losses = 2;
    stage.fault = (verb) => {
      const isLost = ["ensureChange", "publishCheck"].includes(verb) && losses > 0;
      if (isLost) losses -= 1;
      return isLost ? "lose_answer" : undefined;
    };
    const change = {
      kind: "ensure_change",
      branch: "maestro/a",
      base: "main",
      headSha,
      title: "t",
      body: "b",
    } as const;
    await plan(stage, "A", change);
    await stage.pass(10_000);
    const [made] = await stage.people.forge.list({ state: "open" }, { signal: new AbortController().signal });
    const check = {
      kind: "publish_check",
      changeId: made?.id ?? "",
      name: "x",
      headSha,
      passed: true,
      summary: "",
    } as const;
    await plan(stage, "A", check);
    await stage.pass(10_000);
    expect(stage.verbs().filter((verb) => verb === "ensureChange" || verb === "publishCheck")).toHaveLength(2);
    expect(await ends(stage)).toMatchObject([{ state: "done", result: made?.id }, { state: "done" }]);
    expect((await stage.events("change_seen")).map(({ event }) => event.data)).toMatchObject([{ changeId: made?.id }]);
    await stage.stop();
  });

  it("makes no second change when somebody closed the first one before its lost answer was looked up", async () => {
    const stage = await Stage.start({ cards: TWO });
    const { forge } = stage.people;
    const headSha = "h".repeat(40);
    const signal = new AbortController().signal;
    forge.receivePush("maestro/a", headSha, null);
    let isClosed = false;
    stage.fault = (verb) => {
      if (verb === "ensureChange" && !isClosed) return "lose_answer";
      return verb === "findChange" && !isClosed ? "fail" : undefined;
    };
    const change = {
      kind: "ensure_change",
      branch: "maestro/a",
      base: "main",
      headSha,
      title: "t",
      body: "b",
    } as const;
    await plan(stage, "A", change);
    await stage.pass(1_000);
    const [made] = await forge.list({ state: "open" }, { signal });
    await forge.close(made?.id ?? "", { signal });
    isClosed = true;
    await stage.pass(60_000);
    expect(stage.verbs().filter((verb) => verb === "ensureChange")).toHaveLength(1);
    expect(await forge.list({ state: null }, { signal })).toMatchObject([{ id: made?.id, state: "closed" }]);
    expect(await ends(stage)).toMatchObject([{ state: "done", result: made?.id }]);
    await stage.stop();
  });

  it("rests when nothing is to be sent", async () => {
    const stage = await Stage.start();
    await stage.pass(10);
    const before = stage.clock.fired;
    await stage.pass(4_900);
    expect(stage.clock.fired).toBe(before);
    await stage.stop();
  });
});
