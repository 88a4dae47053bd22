import { describe, expect, it } from "vitest";
import type { LaneFacts } from "../../src/model/facts.ts";
import type { Lane } from "../../src/model/lane.ts";
import type { FailureKind, WorkOutcome } from "../../src/model/run.ts";
import type { WorkKind } from "../../src/model/work.ts";
import { planAfterWork } from "../../src/policy/index.ts";
import {
  branchOf,
  brief,
  changeOf,
  endedLane,
  factsOf,
  FRESH_BRANCH,
  HEAD,
  intentsOf,
  issueOf,
  laneOf,
  NOW,
  stepOf,
  workOf,
} from "./facts.ts";

function planAfter(
  kind: WorkKind,
  outcome: Partial<WorkOutcome>,
  lane: Partial<Lane> = {},
  facts: Partial<LaneFacts> = {},
) {
  return planAfterWork(factsOf(endedLane({ kind }, outcome, lane), facts));
}

const failed = (failure: FailureKind | null, code = "broke"): Partial<WorkOutcome> => ({
  status: "failed",
  failure,
  reason: { code, sentence: "It broke." },
});
const handOff = { route: "review", summary: "Greets.", noChange: null };

describe("after validation", () => {
  const validating = { stage: "validating", handOff } as const;

  it("a good head becomes a change", () => {
    const plan = planAfter("validate", {}, { ...validating, failures: 2 });
    expect(brief(plan)).toEqual(["close success", "stage handing_off", "write ensure_change"]);
    expect(intentsOf(plan)).toEqual([
      {
        kind: "ensure_change",
        branch: "maestro/DEMO-1",
        base: "main",
        headSha: HEAD,
        title: "DEMO-1: Greet the world",
        body: "Greets.\n\nChecks: It ended.\n\nIssue: [DEMO-1](https://tracker.example/DEMO-1)",
      },
    ]);
  });

  it("cuts a title that forges refuse", () => {
    const plan = planAfter("validate", {}, { ...validating, issue: issueOf({ title: "x".repeat(400), url: null }) });
    const [intent] = intentsOf(plan);
    expect(intent?.kind === "ensure_change" && intent.title.length).toBe(200);
    expect(intent?.kind === "ensure_change" && intent.body.endsWith("Issue: DEMO-1")).toBe(true);
  });

  it("a fault of the change goes back to the agent", () => {
    const plan = planAfter("validate", failed("validation"), validating);
    expect(brief(plan)).toEqual(["close failure", "stage working", "schedule failure"]);
    expect(stepOf(plan, "stage").reason).toEqual({ code: "validation_failed", sentence: "It broke." });
  });

  it("of a repair goes back to repair", () => {
    const plan = planAfter("validate", failed("validation"), { ...validating, branch: branchOf() });
    expect(brief(plan)).toEqual(["close failure", "stage review_repair", "schedule failure"]);
  });

  it("ends in parking when the checks fail again and again", () => {
    expect(brief(planAfter("validate", failed("validation"), { ...validating, failures: 4 })).slice(0, 3)).toEqual([
      "close failure",
      "stage working",
      "park retry_budget_exhausted",
    ]);
  });

  it.each<[FailureKind]>([["outside"], ["workspace"], ["timed_out"], ["agent"]])(
    "trouble of our own (%s) costs no agent",
    (failure) => {
      expect(brief(planAfter("validate", failed(failure), validating))).toEqual(["close failure", "schedule failure"]);
    },
  );

  it.each<[string, Partial<WorkOutcome>, Partial<Lane>, string[]]>([
    ["lost", { status: "lost" }, {}, ["close interruption", "schedule interruption"]],
    ["taken back", { status: "canceled" }, {}, ["close nothing", "stage released"]],
    ["ended issue", {}, { issue: issueOf({ state: "Canceled" }) }, ["close nothing", "stage cleanup", "start_clean"]],
  ])("%s", (_name, outcome, lane, expected) => {
    expect(brief(planAfter("validate", outcome, { ...validating, ...lane }))).toEqual(expected);
  });

  it("without a head or a branch fails", () => {
    const branch = { ...FRESH_BRANCH, headSha: null };
    expect(brief(planAfter("validate", { headSha: null }, { ...validating, branch }))).toEqual([
      "close failure",
      "schedule failure",
    ]);
    expect(brief(planAfter("validate", {}, { ...validating, branch: null }))).toEqual([
      "close failure",
      "schedule failure",
    ]);
  });
});

describe("after landing", () => {
  const landing = { stage: "landing", branch: branchOf(), issue: issueOf({ state: "Merging" }), handOff } as const;

  it("a merged change is closed out", () => {
    const plan = planAfter("land", {}, landing, { change: changeOf({ state: "merged", mergedSha: "mmm" }) });
    expect(brief(plan)).toEqual(["close success", "stage closeout", "write issue_comment", "write issue_move"]);
    const [comment, move] = intentsOf(plan);
    expect(comment).toMatchObject({
      topic: "landed",
      body: "It ended.\n\nChange: https://forge.example/7\n\nCommit: `mmm`",
    });
    expect(move).toEqual({ kind: "issue_move", issueId: "1", from: "Merging", to: "Done" });
  });

  it("an issue that ended with the merge is not moved", () => {
    expect(brief(planAfter("land", {}, { ...landing, issue: issueOf({ state: "Done" }) }))).toEqual([
      "close success",
      "stage closeout",
      "write issue_comment",
    ]);
  });

  it.each([
    ["merge_conflict", "stage review_repair"],
    ["conflict", "stage review_repair"],
    ["behind", "stage review_repair"],
    ["head_moved", "stage review_wait"],
    ["not_allowed", "stage review_wait"],
  ])("a refusal by %s leads to %s and a back-off", (code, stage) => {
    const plan = planAfter("land", failed("outside", code), landing);
    expect(brief(plan)).toEqual(["close failure", stage, "schedule failure"]);
    expect(stepOf(plan, "schedule").retry.dueAt).toBe(NOW + 10_000);
  });

  it("is parked when it is refused again and again", () => {
    expect(brief(planAfter("land", failed("outside"), { ...landing, failures: 4 }))).toContain(
      "park retry_budget_exhausted",
    );
  });

  it.each<[string, Partial<WorkOutcome>, Partial<Lane>, string[]]>([
    ["lost", { status: "lost" }, {}, ["close interruption", "schedule interruption"]],
    ["taken back", { status: "canceled" }, {}, ["close interruption", "schedule interruption"]],
    ["capacity", failed("capacity"), {}, ["close nothing", "schedule capacity"]],
    ["fatal", failed("fatal"), {}, ["close failure", "park fatal", "write issue_label", "write issue_comment"]],
    [
      "failed on an ended issue",
      failed("outside"),
      { issue: issueOf({ state: "Canceled" }) },
      ["close nothing", "stage cleanup", "start_clean"],
    ],
  ])("%s", (_name, outcome, lane, expected) => {
    expect(brief(planAfter("land", outcome, { ...landing, ...lane }))).toEqual(expected);
  });
});

describe("after cleaning", () => {
  const cleanup = { stage: "cleanup", issue: issueOf({ state: "Done" }) } as const;

  it.each<[string, Partial<WorkOutcome>, Partial<Lane>, string[]]>([
    ["succeeded", {}, {}, ["close success", "close_lane"]],
    ["failed", failed("workspace"), {}, ["close failure", "schedule failure"]],
    ["lost", { status: "lost" }, {}, ["close interruption", "schedule interruption"]],
    ["canceled", { status: "canceled" }, {}, ["close interruption", "schedule interruption"]],
  ])("%s", (_name, outcome, lane, expected) => {
    expect(brief(planAfter("clean", outcome, { ...cleanup, ...lane }))).toEqual(expected);
  });

  it.each<[string, Partial<WorkOutcome>, number]>([
    ["retry_budget_exhausted", failed("workspace"), 4],
    ["fatal", failed("fatal"), 0],
  ])("is left to a person's command: %s", (code, outcome, failures) => {
    const plan = planAfter("clean", outcome, { ...cleanup, failures });
    expect(stepOf(plan, "park")).toMatchObject({ until: "command", reason: { code } });
  });
});

it("work that has not ended decides nothing", () => {
  for (const work of [null, workOf(), workOf({ state: "queued" }), workOf({ state: "settled", outcome: null })]) {
    expect(brief(planAfterWork(factsOf(laneOf({ work }))))).toEqual(["wait no_settled_work"]);
  }
});
