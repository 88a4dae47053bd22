import { describe, expect, it } from "vitest";
import { describeLane, planRefusal } from "../../src/lanes/index.ts";
import type { Lane } from "../../src/model/lane.ts";
import type { Intent } from "../../src/model/outbox.ts";
import {
  branchOf,
  brief,
  COMMENT_ROW,
  factsOf,
  HEAD,
  issueOf,
  laneOf,
  NOW,
  parkedOf,
  retryOf,
  reviewLane,
  rowOf,
  workOf,
} from "../policy/facts.ts";

const move: Intent = { kind: "issue_move", issueId: "1", from: "In Progress", to: "In Review" };
const change: Intent = {
  kind: "ensure_change",
  branch: "maestro/DEMO-1",
  base: "main",
  headSha: HEAD,
  title: "t",
  body: "b",
};
const PARK_WRITES = ["write issue_label", "write issue_comment"];

describe("a refused outside write", () => {
  it("of the change parks the lane where it is checked and pushed again", () => {
    const facts = factsOf(laneOf({ stage: "handing_off", branch: branchOf() }));
    expect(brief(planRefusal(facts, rowOf(change)))).toEqual([
      "stage validating",
      "park change_refused",
      ...PARK_WRITES,
    ]);
  });

  it("of a move parks the lane when the issue is where it was", () => {
    const plan = planRefusal(factsOf(reviewLane(), { issue: issueOf() }), rowOf(move, { result: "not allowed" }));
    expect(brief(plan)).toEqual(["park move_refused", ...PARK_WRITES]);
    expect(plan.find((step) => step.do === "park")?.reason.sentence).toContain("not allowed");
  });

  it("of a move means nothing when a person was faster", () => {
    const facts = factsOf(reviewLane(), { issue: issueOf({ state: "Done" }) });
    expect(brief(planRefusal(facts, rowOf(move)))).toEqual(["wait write_refused"]);
    const unseen = factsOf(laneOf(), { issue: undefined });
    const row = rowOf(move, { result: "tracker_conflict: The issue is no longer In Progress." });
    expect(brief(planRefusal(unseen, row))).toEqual(["wait write_refused"]);
  });

  it.each<[string, Intent]>([
    ["comment", COMMENT_ROW.intent],
    ["label", { kind: "issue_label", issueId: "1", add: "x", remove: null }],
    ["check", { kind: "publish_check", changeId: "7", name: "x", headSha: HEAD, passed: true, summary: "" }],
    ["push", { kind: "push", branch: "b", sha: HEAD, expected: null }],
    ["merge", { kind: "merge", changeId: "7", headSha: HEAD }],
    ["branch deletion", { kind: "delete_branch", branch: "b", headSha: null }],
  ])("of a %s decides nothing", (_name, intent) => {
    expect(brief(planRefusal(factsOf(reviewLane()), rowOf(intent)))).toEqual(["wait write_refused"]);
  });

  it("does not park twice, nor a closed lane", () => {
    for (const lane of [laneOf({ parked: parkedOf() }), laneOf({ stage: "closed" })]) {
      expect(brief(planRefusal(factsOf(lane), rowOf(change)))).toEqual(["wait write_refused"]);
    }
  });
});

describe("the sentence about a lane", () => {
  it.each<[string, Partial<Lane>, string, string]>([
    ["queued", { work: workOf({ state: "queued" }) }, "lane_has_work", "Run 1 (first) is queued."],
    ["running", { work: workOf({ run: 2, purpose: "retry" }) }, "under_way", "Run 2 (retry) is under way."],
    ["validating", { work: workOf({ kind: "validate" }) }, "under_way", "validate of run 1 is under way."],
    [
      "settled",
      { work: workOf({ state: "settled" }) },
      "lane_has_work",
      "Run 1 (first) has ended and is being looked at.",
    ],
    [
      "being stopped",
      { work: workOf({ canceled: { code: "stalled", sentence: "Silent." } }) },
      "cancel_pending",
      "Run 1 (first) is under way. It is being stopped: Silent.",
    ],
    ["parked", { parked: parkedOf() }, "no_progress", "Nothing came of it."],
    ["closed", { stage: "closed" }, "first_start", "It was started."],
    [
      "waiting",
      { retry: retryOf({ dueAt: NOW + 9_001 }) },
      "retry_not_due",
      "Starts again in 10 s (failure, attempt 1): It broke.",
    ],
    ["about to start", { retry: retryOf() }, "retry_started", "DEMO-1 is tried again: It broke."],
  ])("%s", (_name, lane, code, sentence) => {
    expect(describeLane(factsOf(laneOf(lane)))).toEqual({ code, sentence });
  });
});
