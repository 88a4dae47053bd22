import { describe, expect, it } from "vitest";
import type { Intent } from "../../src/model/outbox.ts";
import { HEAD, outcomeOf } from "../policy/facts.ts";
import { POLL_MS, Stage } from "./stage.ts";

const SIGNAL = new AbortController().signal;
const CODING = { withRepo: true, completion: { deliversChange: true, routes: ["review"] }, commands: [] } as const;

/** A stage on which A's change waits for review, so that no work is under way. */
async function inReview(): Promise<Stage> {
  const stage = await Stage.start({ cards: { A: { state: "In Progress" } }, workflow: CODING });
  const { branch } = await stage.lane("A");
  stage.people.forge.receivePush("main", "0".repeat(40), null);
  stage.people.forge.receivePush(branch?.name ?? "", HEAD, null);
  const signal = { kind: "hand_off", route: null, summary: "Greets.", noChange: null } as const;
  await stage.hands.finish("A", outcomeOf({ headSha: HEAD, signal }));
  await stage.pass(POLL_MS);
  return stage;
}

/** A row as work leaves it that died between its request and the answer. */
async function leave(stage: Stage, intent: Intent): Promise<string> {
  const lane = await stage.lane("A");
  const key = `${lane.id}/${intent.kind}/left`;
  await stage.write(
    lane.id,
    { type: "outbox_planned", data: { key, fence: lane.fence, intent, dueAt: stage.clock.now() } },
    { type: "outbox_sending", data: { key } },
  );
  return key;
}

/** How that row ended. */
async function endOf(stage: Stage, key: string) {
  const ends = (await stage.events("outbox_settled")).map(({ event }) => event.data);
  return ends.filter((end) => "key" in end && end.key === key);
}

describe("a worker's write whose work has ended without its answer", () => {
  it("a merge that happened is done, is put on record as seen, and is not asked for again", async () => {
    const stage = await inReview();
    await stage.people.forge.merge("1", HEAD, { signal: SIGNAL });
    const key = await leave(stage, { kind: "merge", changeId: "1", headSha: HEAD });
    await stage.pass(0);
    expect(await endOf(stage, key)).toMatchObject([{ state: "done" }]);
    expect(stage.verbs()).not.toContain("merge");
    expect((await stage.lane("A")).branch?.mergedSha).not.toBeNull();
    await stage.stop();
  });

  it("a merge that did not happen is given up, and not sent", async () => {
    const stage = await inReview();
    const key = await leave(stage, { kind: "merge", changeId: "1", headSha: HEAD });
    await stage.pass(0);
    expect(await endOf(stage, key)).toMatchObject([{ state: "refused", result: "work_ended" }]);
    expect(stage.verbs()).not.toContain("merge");
    await stage.stop();
  });

  it("a push is done when the forge shows its head, and given up when it shows another", async () => {
    const stage = await inReview();
    const branch = (await stage.lane("A")).branch?.name ?? "";
    const there = await leave(stage, { kind: "push", branch, sha: HEAD, expected: null });
    await stage.pass(0);
    expect(await endOf(stage, there)).toMatchObject([{ state: "done", result: "pushed" }]);
    stage.people.forge.receivePush(branch, "f".repeat(40), HEAD);
    const gone = await leave(stage, { kind: "push", branch, sha: "e".repeat(40), expected: HEAD });
    await stage.pass(0);
    expect((await endOf(stage, gone)).at(-1)).toMatchObject({ state: "refused" });
    await stage.stop();
  });

  it("a deleted branch is done when the forge has none", async () => {
    const stage = await inReview();
    const key = await leave(stage, { kind: "delete_branch", branch: "maestro/none", headSha: null });
    await stage.pass(0);
    expect(await endOf(stage, key)).toMatchObject([{ state: "done", result: "deleted" }]);
    await stage.stop();
  });

  it("stays open while the forge does not answer, and nothing new starts on the lane meanwhile", async () => {
    const stage = await inReview();
    stage.fault = (verb) => (verb === "branchHead" ? "fail" : undefined);
    const branch = (await stage.lane("A")).branch?.name ?? "";
    await leave(stage, { kind: "push", branch, sha: HEAD, expected: null });
    await stage.people.forge.review(
      "1",
      { author: "ann", decision: "changes_requested", body: "Louder." },
      { signal: SIGNAL },
    );
    await stage.pass(POLL_MS);
    expect(stage.why("A")).toBe("outbox_pending");
    expect(stage.hands.count("A")).toBe(1);
    stage.fault = () => undefined;
    await stage.pass(POLL_MS * 3);
    expect(stage.hands.count("A")).toBe(2);
    await stage.stop();
  });

  it("is left to its work while that goes on", async () => {
    const stage = await Stage.start({ cards: { A: { state: "In Progress" } }, workflow: CODING });
    const key = await leave(stage, { kind: "push", branch: "maestro/a", sha: HEAD, expected: null });
    await stage.pass(60_000);
    expect(await endOf(stage, key)).toEqual([]);
    await stage.stop();
  });

  it("is looked up when the work has been closed without its end", async () => {
    const stage = await Stage.start({ cards: { A: { state: "In Progress" } }, workflow: CODING });
    const key = await leave(stage, { kind: "push", branch: "maestro/a", sha: HEAD, expected: null });
    await stage.fail("A");
    await stage.pass(0);
    expect(await endOf(stage, key)).toMatchObject([{ state: "refused", result: "work_ended" }]);
    expect(stage.verbs()).toContain("branchHead");
    await stage.stop();
  });
});
