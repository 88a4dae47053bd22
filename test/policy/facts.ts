import type { Change, ChangeCheck, ChangeComment, ChangeReview, ChangeThread } from "../../src/model/change.ts";
import type { Proof } from "../../src/model/evidence.ts";
import type { CandidateFacts, LaneFacts } from "../../src/model/facts.ts";
import type { Issue } from "../../src/model/issue.ts";
import type { Lane, LaneBranch, LaneWork, Parking, Retry, Run } from "../../src/model/lane.ts";
import type { Intent, OutboxRow } from "../../src/model/outbox.ts";
import type { Step } from "../../src/model/plan.ts";
import type { CompletionSignal, WorkOutcome } from "../../src/model/run.ts";
import { NO_USAGE } from "../../src/model/usage.ts";
import { workflowOf } from "./workflow-facts.ts";

export const NOW = 1_000_000;
export const HEAD = "aaaaaaaaaaaaaaaaaaaa";

export function issueOf(changes: Partial<Issue> = {}): Issue {
  return {
    id: "1",
    nativeRef: null,
    identifier: "DEMO-1",
    title: "Greet the world",
    description: null,
    priority: null,
    state: "In Progress",
    branchName: null,
    url: "https://tracker.example/DEMO-1",
    assigneeId: null,
    labels: [],
    blockedBy: [],
    dispatchable: true,
    createdAt: 1,
    updatedAt: 500,
    ...changes,
  };
}

export function branchOf(changes: Partial<LaneBranch> = {}): LaneBranch {
  return {
    name: "maestro/DEMO-1",
    baseSha: "base",
    headSha: HEAD,
    pushedSha: HEAD,
    validatedSha: HEAD,
    changeId: "7",
    changeUrl: "https://forge.example/7",
    repairedFor: null,
    mergedSha: null,
    tree: { headSha: HEAD, changed: true, clean: true, guarded: [] },
    proofs: { workpad: { headSha: HEAD, at: 0, ok: true, witness: "tracker" } },
    ...changes,
  };
}

/** The branch of a lane that has handed nothing off. */
export const FRESH_BRANCH = branchOf({
  pushedSha: null,
  validatedSha: null,
  changeId: null,
  changeUrl: null,
  proofs: {},
});

export function laneOf(changes: Partial<Lane> = {}): Lane {
  return {
    id: "lane-1",
    workflowId: "demo-00000000",
    ordinal: 1,
    issue: issueOf(),
    profile: "coding_pr_delivery",
    workflowHash: "hash",
    machine: "here",
    workspaceKey: "DEMO-1",
    stage: "working",
    reason: { code: "first_start", sentence: "It was started." },
    fence: 3,
    lastRun: 1,
    work: null,
    retry: null,
    parked: null,
    branch: FRESH_BRANCH,
    failures: 0,
    interruptions: 0,
    idleSessions: 0,
    sessions: 1,
    handOff: null,
    usage: NO_USAGE,
    openedAt: 1,
    updatedAt: 2,
    closedAt: null,
    ...changes,
  };
}

/** A lane whose change is up for review. */
export function reviewLane(changes: Partial<Lane> = {}): Lane {
  return laneOf({
    stage: "review_wait",
    branch: branchOf(),
    issue: issueOf({ state: "In Review" }),
    handOff: { route: "review", summary: "Greets.", noChange: null },
    ...changes,
  });
}

export function workOf(changes: Partial<LaneWork> = {}): LaneWork {
  return {
    id: "work-1",
    kind: "run",
    run: 1,
    purpose: "first",
    state: "leased",
    queuedAt: 1,
    startedAt: 2,
    canceled: null,
    outcome: null,
    ...changes,
  };
}

export function outcomeOf(changes: Partial<WorkOutcome> = {}): WorkOutcome {
  return {
    status: "succeeded",
    reason: { code: "ended", sentence: "It ended." },
    failure: null,
    signal: { kind: "none" },
    headSha: HEAD,
    changed: true,
    turns: 1,
    notBefore: null,
    ...changes,
  };
}

export const HAND_OFF: CompletionSignal = { kind: "hand_off", route: null, summary: "Greets.", noChange: null };

/** A lane whose work has ended so. */
export function endedLane(work: Partial<LaneWork>, outcome: Partial<WorkOutcome>, lane: Partial<Lane> = {}): Lane {
  return laneOf({ ...lane, work: workOf({ ...work, state: "settled", outcome: outcomeOf(outcome) }) });
}

export function reviewOf(changes: Partial<ChangeReview> = {}): ChangeReview {
  return {
    id: "r1",
    author: "ann",
    decision: "approved",
    body: "Fine.",
    headSha: HEAD,
    at: 10,
    trust: "member",
    ...changes,
  };
}

export function remarkOf(changes: Partial<ChangeComment> = {}): ChangeComment {
  return { id: "c1", author: "ann", body: "Why?", at: 20, topic: null, trust: "member", ...changes };
}

export function threadOf(changes: Partial<ChangeThread> = {}): ChangeThread {
  return { id: "t1", path: "src/a.ts", line: 7, resolved: false, comments: [remarkOf()], ...changes };
}

export function proofSeen(changes: Partial<Proof> = {}): Proof {
  return { headSha: HEAD, at: 0, ok: true, witness: "host", ...changes };
}

export function checkOf(changes: Partial<ChangeCheck> = {}): ChangeCheck {
  return { name: "ci", headSha: HEAD, status: "passed", required: true, summary: "", ...changes };
}

export function changeOf(changes: Partial<Change> = {}): Change {
  return {
    id: "7",
    url: "https://forge.example/7",
    title: "DEMO-1: Greet the world",
    body: "",
    branch: "maestro/DEMO-1",
    base: "main",
    headSha: HEAD,
    baseSha: "base",
    state: "open",
    draft: false,
    mergeability: "clean",
    mergedSha: null,
    reviews: [],
    comments: [],
    checks: [],
    updatedAt: 400,
    ...changes,
  };
}

export function rowOf(intent: Intent, changes: Partial<OutboxRow> = {}): OutboxRow {
  return {
    key: `lane-1/${intent.kind}`,
    workflowId: "demo-00000000",
    laneId: "lane-1",
    fence: 3,
    intent,
    state: "planned",
    tries: 0,
    dueAt: 0,
    result: null,
    plannedAt: 0,
    settledAt: null,
    ...changes,
  };
}

export const COMMENT_ROW = rowOf({ kind: "issue_comment", issueId: "1", topic: "attention", body: "Help." });
export const PUSH_ROW = rowOf({ kind: "push", branch: "maestro/DEMO-1", sha: HEAD, expected: null });

export function retryOf(changes: Partial<Retry> = {}): Retry {
  return { kind: "failure", attempt: 1, dueAt: NOW - 1, error: "It broke.", ...changes };
}

export function parkedOf(changes: Partial<Parking> = {}): Parking {
  return { code: "no_progress", sentence: "Nothing came of it.", at: 1, until: "input", ...changes };
}

export function runOf(changes: Partial<Run> = {}): Run {
  return {
    laneId: "lane-1",
    workflowId: "demo-00000000",
    number: 1,
    purpose: "first",
    phase: "streaming_turn",
    fence: 3,
    sessionId: "s",
    turns: 1,
    toolCalls: 0,
    usage: NO_USAGE,
    workspacePath: null,
    outcome: null,
    lastEvent: null,
    lastMessage: null,
    claimedAt: 0,
    startedAt: 0,
    lastEventAt: 0,
    endedAt: null,
    ...changes,
  };
}

/** Facts about a lane; the issue is as the lane kept it and the change is not asked for, unless said otherwise. */
export function factsOf(lane: Lane, changes: Partial<LaneFacts> = {}): LaneFacts {
  return {
    workflow: workflowOf(),
    lane,
    issue: lane.issue,
    change: undefined,
    openOutbox: [],
    now: NOW,
    ...changes,
  };
}

export function candidateOf(changes: Partial<CandidateFacts> = {}): CandidateFacts {
  return { workflow: workflowOf(), issue: issueOf(), lane: null, openOutbox: [], now: NOW, ...changes };
}

/** The steps of a plan in short: what is done, with what tells two of them apart. */
export function brief(plan: readonly Step[]): string[] {
  return plan.map((step) => {
    switch (step.do) {
      case "stage":
        return `stage ${step.stage}`;
      case "write":
        return `write ${step.write.intent.kind}`;
      case "close_work":
        return `close ${step.counts}`;
      case "schedule":
        return `schedule ${step.retry.kind}`;
      case "start_run":
        return `start_run ${step.purpose}`;
      case "park":
        return `park ${step.reason.code}`;
      case "wait":
        return `wait ${step.reason.code}`;
      default:
        return step.do;
    }
  });
}

/** The one step of its kind in a plan. */
export function stepOf<K extends Step["do"]>(plan: readonly Step[], kind: K): Extract<Step, { do: K }> {
  const found = plan.find((step): step is Extract<Step, { do: K }> => step.do === kind);
  if (found === undefined) throw new Error(`no ${kind} in ${brief(plan).join(", ")}`);
  return found;
}

/** The intents that a plan writes. */
export function intentsOf(plan: readonly Step[]): Intent[] {
  return plan.flatMap((step) => (step.do === "write" ? [step.write.intent] : []));
}
