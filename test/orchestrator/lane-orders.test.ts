import { describe, expect, it } from "vitest";
import { HAND_OFF, HEAD, outcomeOf } from "../policy/facts.ts";
import { POLL_MS, Stage } from "./stage.ts";

const SIGNAL = new AbortController().signal;
const ONE = { A: { state: "In Progress" } };
const CODING = { withRepo: true, completion: { deliversChange: true, routes: ["review"] }, commands: [] } as const;
const CANCELED = outcomeOf({ status: "canceled", reason: { code: "work_revoked", sentence: "Taken back." } });

async function atWork(): Promise<Stage> {
  const stage = await Stage.start({ cards: ONE, workflow: CODING });
  const { branch } = await stage.lane("A");
  stage.people.forge.receivePush("main", "0".repeat(40), null);
  stage.people.forge.receivePush(branch?.name ?? "", HEAD, null);
  return stage;
}

async function inReview(): Promise<Stage> {
  const stage = await atWork();
  await stage.hands.finish("A", outcomeOf({ headSha: HEAD, signal: HAND_OFF }));
  await stage.pass(POLL_MS);
  return stage;
}

async function changeState(stage: Stage): Promise<string | undefined> {
  const [change] = await stage.people.forge.changesByIds(["1"], { signal: SIGNAL });
  return change?.state;
}

describe("pause and resume", () => {
  it("let what runs end, begin nothing new, and go on from there, also after a crash", async () => {
    const stage = await atWork();
    expect(await stage.ask("pause_lane", { issue: "A", body: "Wait for Bob." })).toMatchObject({ ok: true });
    expect(stage.hands.revoked).toEqual([]);
    await stage.hands.finish("A", outcomeOf({ headSha: HEAD, signal: HAND_OFF }));
    await stage.pass(POLL_MS * 3);
    expect(stage.hands.taken).toEqual(["A run"]);
    expect(stage.why("A")).toBe("lane_paused");
    await stage.crash();
    await stage.start();
    await stage.pass(POLL_MS);
    expect(stage.hands.taken).toEqual([]);
    expect(await stage.ask("pause_lane", { issue: "A" })).toMatchObject({ ok: true, code: "already" });
    expect(await stage.ask("resume_lane", { issue: "A" })).toMatchObject({ ok: true, code: "resumed" });
    await stage.pass(POLL_MS);
    expect(stage.hands.taken).toEqual(["A validate"]);
    expect(await stage.lane("A")).toMatchObject({ stage: "review_wait", paused: null });
    expect(await stage.ask("resume_lane", { issue: "A" })).toMatchObject({ ok: false, code: "not_paused" });
    await stage.stop();
  });

  it("keeps the counters of failures and what is due", async () => {
    const stage = await Stage.start({ cards: ONE });
    await stage.fail("A");
    await stage.ask("pause_lane", { issue: "A" });
    const { failures, retry } = await stage.lane("A");
    expect([failures, retry === null]).toEqual([1, false]);
    await stage.pass(POLL_MS * 20);
    expect(stage.hands.count("A")).toBe(1);
    await stage.ask("resume_lane", { issue: "A" });
    await stage.pass(POLL_MS);
    expect(stage.hands.count("A")).toBe(2);
    expect(await stage.lane("A")).toMatchObject({ failures: 1 });
    await stage.stop();
  });
});

describe("steer", () => {
  it("without a session that can be told becomes input of the next run, which is told once", async () => {
    const stage = await Stage.start({ cards: ONE });
    const told = await stage.ask("steer", { issue: "A", body: "Use the existing table." });
    expect(told).toMatchObject({ ok: true, code: "told_next_run" });
    expect(await stage.ask("steer", { issue: "A", body: " " })).toMatchObject({ ok: false, code: "body_missing" });
    await stage.idle("A");
    expect((await stage.lane("A")).words).toHaveLength(1);
    await stage.pass(POLL_MS);
    expect(stage.hands.lease("A").work.payload.words).toBe("ann: Use the existing table.");
    await stage.idle("A");
    expect((await stage.lane("A")).words).toEqual([]);
    await stage.pass(POLL_MS);
    expect(stage.hands.lease("A").work.payload.words ?? null).toBeNull();
    await stage.stop();
  });

  it("tells a run that was broken off again", async () => {
    const stage = await Stage.start({ cards: ONE });
    await stage.ask("steer", { issue: "A", body: "Mind the index." });
    await stage.idle("A");
    await stage.pass(POLL_MS);
    await stage.fail("A");
    await stage.pass(POLL_MS);
    expect(stage.hands.lease("A").work.payload.words).toBe("ann: Mind the index.");
    await stage.stop();
  });
});

describe("land", () => {
  it("stands for the approval of the present head, and for nothing else", async () => {
    const stage = await inReview();
    expect(stage.hands.count("A", "land")).toBe(0);
    expect(await stage.ask("land", { issue: "A", head: "b".repeat(40) })).toMatchObject({ code: "head_changed" });
    await stage.people.forge.review(
      "1",
      { author: "ann", decision: "changes_requested", body: "No." },
      { signal: SIGNAL },
    );
    await stage.pass(POLL_MS);
    expect(await stage.ask("land", { issue: "A" })).toMatchObject({ ok: false });
    expect(stage.hands.count("A", "land")).toBe(0);
    await stage.stop();
  });

  it("refuses an order for files that only a review lets in", async () => {
    const stage = await inReview();
    // The hands tell nothing of the tree, and what nobody has seen is taken for guarded.
    expect(await stage.ask("land", { issue: "A" })).toMatchObject({ ok: false, code: "review_needed" });
    await stage.stop();
  });

  it("lands what was seen to touch nothing guarded", async () => {
    const stage = await inReview();
    const { id, lastRun, fence } = await stage.lane("A");
    const seen = { witness: "host", ok: true, sentence: "Seen.", headSha: HEAD } as const;
    const facts = { changed: true, clean: true, guarded: [] };
    const scope = { workflowId: stage.workflow.id, laneId: id, run: lastRun, fence };
    const event = { type: "evidence_recorded", data: { kind: "commit", ...seen, facts } } as const;
    await stage.open.record.transact((tx) => tx.append([{ ...scope, event }]));
    expect(await stage.ask("land", { issue: "A" })).toMatchObject({ ok: true, code: "land_asked" });
    await stage.pass(POLL_MS);
    expect(stage.hands.count("A", "land")).toBe(1);
    await stage.stop();
  });
});

describe("abandon", () => {
  it("takes back what runs, closes the change, moves the issue and puts the lane away", async () => {
    const stage = await inReview();
    expect(await changeState(stage)).toBe("open");
    expect(await stage.ask("abandon", { issue: "A", to: "moon" })).toMatchObject({ ok: false, code: "no_state" });
    expect(await stage.ask("abandon", { issue: "A", body: "Not wanted." })).toMatchObject({ ok: true });
    await stage.pass(POLL_MS);
    expect(await changeState(stage)).toBe("closed");
    expect((await stage.issue("A")).state).toBe("Canceled");
    expect(stage.hands.count("A", "clean")).toBe(1);
    expect(await stage.lane("A")).toMatchObject({ stage: "closed" });
    await stage.stop();
  });

  it("ends a run first, and leaves its issue where work starts anew", async () => {
    const stage = await atWork();
    expect(await stage.ask("abandon", { issue: "A", to: "start" })).toMatchObject({ ok: true, code: "abandoned" });
    await stage.pass(POLL_MS);
    expect(stage.hands.revoked).toHaveLength(1);
    expect(await stage.lane("A")).toMatchObject({ stage: "working" });
    await stage.hands.finish("A", CANCELED);
    await stage.pass(0);
    const [newest, first] = await stage.lanes("A");
    expect(first ?? newest).toMatchObject({ stage: "closed", ordinal: 1 });
    expect(stage.hands.count("A", "clean")).toBe(1);
    expect((await stage.issue("A")).state).toBe("Todo");
    await stage.stop();
  });
});

describe("the ledger in the workpad", () => {
  it("names the run from its start, and change, head and result at the hand-off, in one comment", async () => {
    const stage = await Stage.open({ cards: ONE, workflow: CODING });
    const { profile } = stage.workflow;
    stage.workflow = { ...stage.workflow, profile: { ...profile, tools: ["run_checkpoint"] } };
    await stage.start();
    const { branch, id } = await stage.lane("A");
    stage.people.forge.receivePush("main", "0".repeat(40), null);
    stage.people.forge.receivePush(branch?.name ?? "", HEAD, null);
    const ledgers = async () => {
      const comments = await stage.people.tracker.comments("a", null, { signal: SIGNAL });
      return comments.filter(({ topic }) => topic === "workpad").map(({ body }) => body);
    };
    await stage.pass(0);
    expect(await ledgers()).toEqual([expect.stringContaining(`"run_id": "${id}/1"`)]);
    await stage.hands.finish("A", outcomeOf({ headSha: HEAD, signal: HAND_OFF }));
    await stage.pass(POLL_MS);
    expect(await stage.lane("A")).toMatchObject({ stage: "review_wait" });
    const [told, ...others] = await ledgers();
    expect(others).toEqual([]);
    for (const part of ['"id": "1"', `"head_sha": "${HEAD}"`, '"result": "passed"', '"attempt": 1'])
      expect(told).toContain(part);
    await stage.stop();
  });
});
