import { describe, expect, it } from "vitest";
import { planAfterWork } from "../../src/policy/index.ts";
import type { Lane } from "../../src/model/lane.ts";
import type { WorkOutcome } from "../../src/model/run.ts";
import {
  branchOf,
  brief,
  COMMENT_ROW,
  endedLane,
  factsOf,
  HAND_OFF,
  intentsOf,
  issueOf,
  NOW,
  stepOf,
} from "./facts.ts";
import { type WorkflowOptions, workflowOf } from "./workflow-facts.ts";

function planAfter(outcome: Partial<WorkOutcome>, lane: Partial<Lane> = {}, options: WorkflowOptions = {}) {
  return planAfterWork(factsOf(endedLane({}, outcome, lane), { workflow: workflowOf(options) }));
}

const failed = (failure: WorkOutcome["failure"]): Partial<WorkOutcome> => ({ status: "failed", failure });
const PARK_WRITES = ["write issue_label", "write issue_comment"];

describe("a run that ends without a word", () => {
  it("goes on after one second, attempt 1 (S-118)", () => {
    const plan = planAfter({});
    expect(brief(plan)).toEqual(["close idle", "schedule continuation"]);
    expect(stepOf(plan, "schedule").retry).toEqual({
      kind: "continuation",
      attempt: 1,
      dueAt: NOW + 1_000,
      error: null,
    });
  });

  it("is parked when too many did so in a row (G-6)", () => {
    expect(brief(planAfter({}, { idleSessions: 1 }))).toContain("schedule continuation");
    expect(brief(planAfter({}, { idleSessions: 2 }))).toEqual(["close idle", "park no_progress", ...PARK_WRITES]);
    expect(brief(planAfter({}, { idleSessions: 99 }, { agent: { maxSessionsWithoutProgress: 0 } }))).toContain(
      "schedule continuation",
    );
  });

  it.each(["In Review", "Backlog", "Merging"])("lets go of an issue in %s", (state) => {
    expect(brief(planAfter({}, { issue: issueOf({ state }) }))).toEqual(["close idle", "stage released"]);
  });

  it("lets go of an issue that is gone, and decides nothing about one that cannot be asked about", () => {
    const lane = endedLane({}, {});
    expect(brief(planAfterWork(factsOf(lane, { issue: null })))).toEqual(["close idle", "stage released"]);
    expect(brief(planAfterWork(factsOf(lane, { issue: undefined })))).toEqual(["close idle", "schedule continuation"]);
  });

  it("goes on with a repair while the issue is in review", () => {
    const lane = endedLane(
      { purpose: "repair" },
      {},
      { stage: "review_repair", issue: issueOf({ state: "In Review" }) },
    );
    expect(brief(planAfterWork(factsOf(lane)))).toContain("schedule continuation");
  });
});

describe("a run that asks for a person", () => {
  it("is parked until there is input; label and comment say so", () => {
    const plan = planAfter({ signal: { kind: "attention", summary: "Which greeting?", question: "Hi or hello?" } });
    expect(brief(plan)).toEqual(["close success", "park attention_asked", ...PARK_WRITES, "write issue_move"]);
    expect(stepOf(plan, "park").until).toBe("input");
    const [label, comment] = intentsOf(plan);
    expect(label).toEqual({ kind: "issue_label", issueId: "1", add: "maestro:needs-attention", remove: null });
    expect(comment).toMatchObject({
      topic: "attention",
      body: expect.stringContaining("Which greeting? Hi or hello?"),
    });
  });

  it("does not set a label twice", () => {
    const issue = issueOf({ labels: ["maestro:needs-attention"] });
    const plan = planAfter({ signal: { kind: "attention", summary: "Which?", question: null } }, { issue });
    expect(brief(plan)).toEqual(["close success", "park attention_asked", "write issue_comment", "write issue_move"]);
  });

  const attention = { signal: { kind: "attention" as const, summary: "Which?", question: null } };

  it("puts the issue back to where work on it starts", () => {
    const moves = intentsOf(planAfter(attention)).filter(({ kind }) => kind === "issue_move");
    expect(moves).toEqual([{ kind: "issue_move", issueId: "1", to: "Todo", from: "In Progress" }]);
  });

  it.each<[string, Partial<Lane>]>([
    ["whose change people look at", { branch: branchOf({ changeId: "7" }) }],
    ["that is in repair", { stage: "review_repair" }],
    ["that stands there already", { issue: issueOf({ state: "Todo" }) }],
  ])("leaves one %s where it is", (_, lane) => {
    expect(brief(planAfter(attention, lane))).not.toContain("write issue_move");
  });
});

describe("a run that fails", () => {
  it.each<[WorkOutcome["failure"]]>([
    ["agent"],
    ["workspace"],
    ["hook"],
    ["prompt"],
    ["protocol"],
    ["stalled"],
    ["timed_out"],
  ])("by %s is tried again after the back-off (S-119, S-137)", (failure) => {
    const plan = planAfter(failed(failure), { failures: 1 });
    expect(brief(plan)).toEqual(["close failure", "schedule failure"]);
    expect(stepOf(plan, "schedule").retry).toEqual({
      kind: "failure",
      attempt: 2,
      dueAt: NOW + 20_000,
      error: "worker exited: It ended.",
    });
  });

  it("after a continuation is the second attempt (G-5)", () => {
    expect(stepOf(planAfter(failed("agent"), { idleSessions: 1 }), "schedule").retry).toMatchObject({
      attempt: 2,
      dueAt: NOW + 20_000,
    });
  });

  it("too often is parked", () => {
    const plan = planAfter(failed("agent"), { failures: 4 });
    expect(brief(plan)).toEqual(["close failure", "park retry_budget_exhausted", ...PARK_WRITES]);
    expect(stepOf(plan, "park").reason.sentence).toContain("It ended.");
  });

  it("with an invalid signal says which", () => {
    const plan = planAfter({ signal: { kind: "invalid", reason: { code: "two_signals", sentence: "Two signals." } } });
    expect(brief(plan)).toEqual(["close failure", "schedule failure"]);
    expect(stepOf(plan, "close_work").reason.code).toBe("two_signals");
  });

  it("fatally is parked at once, even when the issue has ended", () => {
    for (const state of ["In Progress", "Done"]) {
      expect(brief(planAfter(failed("fatal"), { issue: issueOf({ state }) }))).toEqual([
        "close failure",
        "park fatal",
        ...PARK_WRITES,
      ]);
    }
  });

  it("for want of capacity counts nothing and waits as long as it was told", () => {
    const plan = planAfter({ ...failed("capacity"), notBefore: NOW + 5 });
    expect(brief(plan)).toEqual(["close nothing", "schedule capacity"]);
    expect(stepOf(plan, "schedule").retry.dueAt).toBe(NOW + 5);
    expect(stepOf(planAfter(failed("capacity")), "schedule").retry.dueAt).toBe(NOW + 60_000);
    expect(stepOf(planAfter({ ...failed("capacity"), notBefore: 5 }), "schedule").retry.dueAt).toBe(NOW + 60_000);
    expect(stepOf(planAfter(failed("capacity"), {}, { agent: { maxRetryBackoffMs: 7 } }), "schedule").retry.dueAt).toBe(
      NOW + 7,
    );
  });

  it.each<[string, Partial<WorkOutcome>]>([
    ["failed as interrupted", failed("interrupted")],
    ["canceled by a shutdown", { status: "canceled", failure: "interrupted" }],
    ["lost", { status: "lost" }],
  ])("%s goes on at once, but not without end", (_name, outcome) => {
    const plan = planAfter(outcome, { interruptions: 9 });
    expect(brief(plan)).toEqual(["close interruption", "schedule interruption"]);
    expect(stepOf(plan, "schedule").retry.dueAt).toBe(NOW);
    expect(brief(planAfter(outcome, { interruptions: 10 }))).toEqual(["close failure", "schedule failure"]);
  });
});

describe("a run that was taken back", () => {
  const released = { code: "state_not_active", sentence: "It left." };

  it("is let go of, the workspace stays (S-128 to S-130)", () => {
    for (const outcome of [
      { status: "canceled" },
      { status: "lost" },
      failed("interrupted"),
      failed("agent"),
    ] as const) {
      const plan = planAfterWork(factsOf(endedLane({ canceled: released }, outcome)));
      expect(brief(plan)).toEqual(["close nothing", "stage released"]);
      expect(stepOf(plan, "stage").reason.sentence).toBe("It left.");
    }
  });

  it("because it stalled has failed (S-125)", () => {
    const stalled = { code: "stalled", sentence: "Silent." };
    const plan = planAfterWork(factsOf(endedLane({ canceled: stalled }, { status: "canceled" })));
    expect(brief(plan)).toEqual(["close failure", "schedule failure"]);
  });

  it("but succeeded before, counts", () => {
    const stalled = { code: "stalled", sentence: "Silent." };
    expect(brief(planAfterWork(factsOf(endedLane({ canceled: stalled }, { signal: HAND_OFF }))))).toContain(
      "start_validate",
    );
  });

  it("for cleanup is cleaned, also when the tracker is silent now", () => {
    const lane = endedLane({ canceled: released }, { status: "canceled" }, { stage: "cleanup" });
    const plan = planAfterWork(factsOf(lane, { issue: undefined }));
    expect(brief(plan)).toEqual(["close nothing", "stage cleanup", "start_clean"]);
  });
});

describe("an issue that has ended", () => {
  it.each<[string, Partial<WorkOutcome>]>([
    ["succeeded", { signal: HAND_OFF }],
    ["failed", failed("agent")],
    ["was canceled", { status: "canceled" }],
    ["was lost", { status: "lost" }],
  ])("is cleaned when its run %s (S-121, S-126)", (_name, outcome) => {
    const plan = planAfter(outcome, { issue: issueOf({ state: "Done" }) });
    expect(brief(plan)).toEqual(["close nothing", "stage cleanup", "start_clean"]);
    expect(stepOf(plan, "start_clean").deleteBranch).toBe(false);
  });

  it("waits with the cleaning for open outside writes", () => {
    const lane = endedLane({}, {}, { issue: issueOf({ state: "Done" }) });
    expect(brief(planAfterWork(factsOf(lane, { openOutbox: [COMMENT_ROW] })))).toEqual([
      "close nothing",
      "stage cleanup",
    ]);
  });
});
