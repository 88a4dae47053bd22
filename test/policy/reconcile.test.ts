import { describe, expect, it } from "vitest";
import type { Issue } from "../../src/model/issue.ts";
import type { Lane, LaneWork, Run } from "../../src/model/lane.ts";
import { judgeReconcile, judgeStall, judgeUnpark } from "../../src/policy/index.ts";
import { brief, COMMENT_ROW, factsOf, issueOf, laneOf, parkedOf, PUSH_ROW, runOf, workOf } from "./facts.ts";
import { ATTENTION, OPT_OUT, workflowOf } from "./workflow-facts.ts";

const CLEAN = ["cancel_work", "stage cleanup"];
const RELEASE = ["cancel_work", "stage released"];
const GO_ON = ["wait under_way"];

describe("reconciliation of running work (S-126 to S-131)", () => {
  it.each<[string, Partial<LaneWork>, Partial<Issue>, string[]]>([
    ["active", {}, {}, GO_ON],
    ["a queued run, active", { state: "queued" }, {}, GO_ON],
    ["done", {}, { state: "Done" }, CLEAN],
    ["canceled", {}, { state: "Canceled" }, CLEAN],
    ["in review", {}, { state: "In Review" }, RELEASE],
    ["backlog", {}, { state: "Backlog" }, RELEASE],
    ["unheard of", {}, { state: "Later" }, RELEASE],
    ["opted out", {}, { labels: [OPT_OUT] }, RELEASE],
    ["not dispatchable", {}, { dispatchable: false }, RELEASE],
    ["the attention label alone", {}, { labels: [ATTENTION] }, GO_ON],
    ["a repair, in review", { purpose: "repair" }, { state: "In Review" }, GO_ON],
    ["a repair, backlog", { purpose: "repair" }, { state: "Backlog" }, RELEASE],
    ["validation, in review", { kind: "validate" }, { state: "In Review" }, GO_ON],
    ["validation, done", { kind: "validate" }, { state: "Done" }, CLEAN],
    ["validation, opted out", { kind: "validate" }, { labels: [OPT_OUT] }, RELEASE],
    ["landing, in review", { kind: "land" }, { state: "In Review" }, GO_ON],
    ["landing, done by the merge", { kind: "land" }, { state: "Done" }, GO_ON],
    ["landing, canceled", { kind: "land" }, { state: "Canceled" }, CLEAN],
    ["cleaning, active again", { kind: "clean" }, {}, GO_ON],
    ["cleaning, done", { kind: "clean" }, { state: "Done" }, GO_ON],
  ])("%s", (_name, work, issue, expected) => {
    expect(brief(judgeReconcile(factsOf(laneOf({ work: workOf(work) }), { issue: issueOf(issue) })))).toEqual(expected);
  });

  it("keeps a continued repair in review", () => {
    const lane = laneOf({ stage: "review_repair", work: workOf({ purpose: "continuation" }) });
    expect(brief(judgeReconcile(factsOf(lane, { issue: issueOf({ state: "In Review" }) })))).toEqual(GO_ON);
  });

  it("ends work whose label went", () => {
    const workflow = workflowOf({ requiredLabels: ["agent"] });
    expect(brief(judgeReconcile(factsOf(laneOf({ work: workOf() }), { workflow })))).toEqual(RELEASE);
  });

  it("ends work whose issue is gone, without cleanup (S-130), but not a merge", () => {
    expect(brief(judgeReconcile(factsOf(laneOf({ work: workOf() }), { issue: null })))).toEqual(RELEASE);
    expect(brief(judgeReconcile(factsOf(laneOf({ work: workOf({ kind: "land" }) }), { issue: null })))).toEqual(GO_ON);
  });

  it("leaves work alone when the tracker could not be asked (S-131)", () => {
    const lane = laneOf({ work: workOf() });
    expect(brief(judgeReconcile(factsOf(lane, { issue: undefined })))).toEqual(["wait issue_unknown"]);
  });

  it("takes work back once", () => {
    const canceled = { code: "stalled", sentence: "Silent." };
    const lane = laneOf({ work: workOf({ canceled }) });
    expect(brief(judgeReconcile(factsOf(lane, { issue: issueOf({ state: "Done" }) })))).toEqual([
      "wait cancel_pending",
    ]);
  });

  it("is not about lanes without running work", () => {
    for (const work of [null, workOf({ state: "settled" })]) {
      expect(brief(judgeReconcile(factsOf(laneOf({ work }))))).toEqual(["wait no_settled_work"]);
    }
  });
});

describe("stalling (S-125)", () => {
  it.each<[string, Partial<Run>, number, number, string]>([
    ["within the limit", { lastEventAt: 1_000 }, 300_000, 301_000, "alive"],
    ["beyond it", { lastEventAt: 1_000 }, 300_000, 301_001, "stalled"],
    ["silent since its start", { startedAt: 5_000, lastEventAt: 0 }, 1_000, 6_001, "stalled"],
    ["long in the queue", { startedAt: null }, 1_000, 999_999, "not_started"],
    ["switched off", {}, 0, 999_999, "stall_off"],
    ["switched off by a negative limit", {}, -1, 999_999, "stall_off"],
    ["an event from the future", { lastEventAt: 900 }, 1_000, 0, "alive"],
  ])("%s", (_name, run, stallTimeoutMs, now, code) => {
    const verdict = judgeStall(workflowOf({ agent: { stallTimeoutMs } }), runOf(run), now);
    expect(verdict).toMatchObject({ ok: code !== "stalled", code });
  });
});

describe("the end of a parking", () => {
  const labelled = issueOf({ labels: [ATTENTION] });

  it.each<[string, Partial<Lane>, Issue | null | undefined, string]>([
    ["nothing new", { issue: labelled }, labelled, "no_new_input"],
    ["the label came", {}, labelled, "no_new_input"],
    ["our label has not arrived yet", {}, issueOf(), "no_new_input"],
    ["the label went", { issue: labelled }, issueOf(), "attention_label_removed"],
    ["the state changed", { issue: labelled }, { ...labelled, state: "Todo" }, "state_changed"],
    ["the state in another spelling", { issue: labelled }, { ...labelled, state: "in progress" }, "no_new_input"],
    ["gone", { issue: labelled }, null, "issue_gone"],
    ["not to be asked", { issue: labelled }, undefined, "issue_unknown"],
    ["only by command", { parked: parkedOf({ until: "command" }), issue: labelled }, issueOf(), "parked_until_command"],
    ["not parked", { parked: null }, issueOf(), "not_parked"],
  ])("%s", (_name, lane, issue, code) => {
    const verdict = judgeUnpark(factsOf(laneOf({ parked: parkedOf(), ...lane }), { issue }));
    expect(verdict.code).toBe(code);
    expect(verdict.ok).toBe(["attention_label_removed", "state_changed"].includes(code));
  });

  it("waits for our own writes, which look like input", () => {
    const facts = factsOf(laneOf({ parked: parkedOf(), issue: labelled }), { issue: issueOf() });
    expect(judgeUnpark({ ...facts, openOutbox: [COMMENT_ROW] }).code).toBe("outbox_pending");
    expect(judgeUnpark({ ...facts, openOutbox: [PUSH_ROW] }).ok).toBe(true);
  });
});
