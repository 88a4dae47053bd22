import type { StoredEvent } from "../../model/events/envelope.ts";
import type { EventOf } from "../../model/events/index.ts";
import type { Lane, LaneBranch, WorkCount } from "../../model/lane.ts";
import { sameState } from "../../model/issue.ts";
import { applyAsked, wordsGiven, wordsHeard } from "./asked.ts";
import { addSpending, NO_SPENDING } from "../../model/spending.ts";
import { addUsage, NO_USAGE } from "../../model/usage.ts";
import { applyEvidence, applyWrite } from "./branch-evidence.ts";
import { spendingIn } from "./ledger.ts";
import { applyMemory } from "./memory.ts";
import { askApproval, answerApproval, isAnsweredSince, useApproval, withoutDenied, withoutOpen } from "./approvals.ts";
import { applyToProgress } from "./progress.ts";

/** The lane after an event. Pure; an event that does not concern it gives the lane back as it is. */
export function applyToLane(lane: Lane | undefined, stored: StoredEvent): Lane | undefined {
  const { event } = stored;
  if (event.type === "lane_archived") return event.data.lane;
  if (lane === undefined) return event.type === "lane_opened" ? openLane(stored, event) : undefined;
  const next = withUse(
    lane,
    decided(lane, stored) ?? applyAsked(lane, stored) ?? applyMemory(lane, stored) ?? observed(lane, stored),
    stored,
  );
  return next.updatedAt === stored.at ? next : { ...next, updatedAt: stored.at };
}

/** What every kind of event may change: what was used up, whether the lane gets on, and who moved its issue. */
function withUse(before: Lane, after: Lane, stored: StoredEvent): Lane {
  const spending = spendingIn(stored);
  const progress = applyToProgress(before, stored);
  const moves = ownMovesAfter(before, stored);
  if (spending === null && progress === undefined && moves === undefined) return after;
  return {
    ...after,
    ...(spending === null ? {} : { spent: addSpending(before.spent ?? NO_SPENDING, spending) }),
    ...(progress === undefined ? {} : { progress }),
    ...moves,
  };
}

/** Own moves, and those that the tracker has not shown yet; `undefined`: as before. What somebody else did in between ends them all. */
function ownMovesAfter(
  { issue, ownMove = null, ownMoves = [] }: Lane,
  { event }: StoredEvent,
): Pick<Lane, "ownMove" | "ownMoves"> | undefined {
  if (event.type === "outbox_planned" && event.data.intent.kind === "issue_move") {
    const { to } = event.data.intent;
    return { ownMove: to, ownMoves: [...ownMoves, { key: event.data.key, to }] };
  }
  if (event.type === "outbox_settled" && event.data.state === "refused" && ownMoves.length > 0) {
    return { ownMoves: ownMoves.filter(({ key }) => key !== event.data.key) };
  }
  if (event.type !== "issue_refreshed" || sameState(event.data.issue.state, issue.state)) return undefined;
  const shown = ownMoves.findIndex(({ to }) => sameState(to, event.data.issue.state));
  if (shown >= 0) return { ownMoves: ownMoves.slice(shown + 1) };
  return ownMove === null ? undefined : { ownMove: null, ownMoves: [] };
}

function openLane(stored: StoredEvent, { data }: EventOf<"lane_opened">): Lane | undefined {
  if (stored.laneId === null) return undefined;
  return {
    id: stored.laneId,
    workflowId: stored.workflowId,
    ordinal: data.ordinal,
    issue: data.issue,
    profile: data.profile,
    workflowHash: data.workflowHash,
    machine: data.machine,
    workspaceKey: data.workspaceKey,
    stage: "working",
    reason: data.reason,
    fence: 0,
    lastRun: 0,
    work: null,
    retry: null,
    parked: null,
    branch: data.branch === null ? null : { ...NEW_BRANCH, name: data.branch },
    failures: 0,
    interruptions: 0,
    idleSessions: 0,
    sessions: 0,
    handOff: null,
    usage: NO_USAGE,
    ...data.carried,
    openedAt: stored.at,
    updatedAt: stored.at,
    closedAt: null,
  };
}

const NEW_BRANCH: Omit<LaneBranch, "name"> = {
  baseSha: null,
  headSha: null,
  pushedSha: null,
  validatedSha: null,
  changeId: null,
  changeUrl: null,
  repairedFor: null,
  mergedSha: null,
};

/** Decisions; `undefined` for every other event. */
function decided(lane: Lane, { event, at }: StoredEvent): Lane | undefined {
  switch (event.type) {
    case "issue_refreshed":
      return { ...lane, issue: event.data.issue };
    case "work_enqueued":
      return { ...enqueue(lane, at, event), ...wordsGiven(lane, event) };
    case "work_canceled":
      return cancel(lane, event);
    case "work_closed":
      return { ...closeWork(lane, event), ...wordsHeard(lane, event) };
    case "lane_staged":
      return stage(lane, event);
    case "hand_off_accepted":
      return { ...lane, handOff: event.data };
    case "retry_scheduled":
      return { ...lane, retry: event.data };
    case "retry_cleared":
      return { ...lane, retry: null };
    case "lane_parked":
      return { ...lane, parked: event.data, reason: { code: event.data.code, sentence: event.data.sentence } };
    case "lane_unparked":
      // A fresh start: with the old counters the breaker would park the issue again at once.
      return {
        ...{ ...withoutDenied(lane), parked: null, ...counters(lane, "success"), reason: event.data.reason },
        ...(event.data.answer === undefined ? {} : { answer: event.data.answer }),
      };
    case "approval_answered":
      return answerApproval(lane, event);
    case "lane_closed":
      return {
        ...withoutOpen(lane),
        stage: "closed",
        reason: event.data.reason,
        work: null,
        retry: null,
        parked: null,
        handOff: null,
        closedAt: at,
      };
    default:
      return undefined;
  }
}

function enqueue(lane: Lane, at: number, { data }: EventOf<"work_enqueued">): Lane {
  const { id, kind, run, purpose } = data;
  return {
    ...lane,
    workflowHash: data.workflowHash,
    reason: data.reason,
    lastRun: Math.max(lane.lastRun, run),
    work: { id, kind, run, purpose, state: "queued", queuedAt: at, startedAt: null, canceled: null, outcome: null },
    // What was due has begun.
    retry: null,
    branch: withBranch(lane, {
      ...(data.repairs === null ? {} : { repairedFor: data.repairs }),
      ...(data.answers === undefined ? {} : { answered: joined(lane.branch?.answered, data.answers) }),
    }),
  };
}

function joined(known: readonly string[] = [], more: readonly string[]): readonly string[] {
  return [...new Set([...known, ...more])];
}

/** The work stays until its holder has stopped, or the engine has taken it out of the queue. */
function cancel(lane: Lane, { data }: EventOf<"work_canceled">): Lane {
  if (lane.work?.id !== data.id) return lane;
  return { ...lane, work: { ...lane.work, canceled: data.reason }, reason: data.reason };
}

function closeWork(lane: Lane, { data }: EventOf<"work_closed">): Lane {
  if (lane.work?.id !== data.id) return lane;
  // A run that was broken off may not have read it.
  const isOver = data.kind === "run" && (data.counts === "success" || data.counts === "idle");
  const isUsed = isOver && !isAnsweredSince(lane, lane.work.queuedAt);
  const used = isUsed && lane.answer != null ? { answer: null } : {};
  return { ...lane, work: null, reason: data.reason, ...counters(lane, data.counts), ...used };
}

/** The table of `WorkCount`. */
function counters(lane: Lane, counts: WorkCount): Pick<Lane, "failures" | "interruptions" | "idleSessions"> {
  const { failures, interruptions, idleSessions } = lane;
  switch (counts) {
    case "success":
      return { failures: 0, interruptions: 0, idleSessions: 0 };
    case "failure":
      return { failures: failures + 1, interruptions: 0, idleSessions };
    case "idle":
      return { failures: 0, interruptions: 0, idleSessions: idleSessions + 1 };
    case "interruption":
      return { failures, interruptions: interruptions + 1, idleSessions };
    case "nothing":
      return { failures, interruptions, idleSessions };
  }
}

function stage(lane: Lane, { data }: EventOf<"lane_staged">): Lane {
  const startsOver = data.stage === "working" || data.stage === "review_repair" || data.stage === "released";
  return { ...lane, stage: data.stage, reason: data.reason, handOff: startsOver ? null : lane.handOff };
}

/** Observations. */
function observed(lane: Lane, { event, at }: StoredEvent): Lane {
  switch (event.type) {
    case "lease_granted":
      return { ...grant(lane, at, event.data.id), fence: event.data.fence };
    case "lease_lost":
      return { ...lane, fence: event.data.fence };
    case "work_settled":
      return settle(lane, event);
    case "approval_used":
      return useApproval(lane, event);
    case "approval_requested":
      return askApproval(lane, event, at);
    case "session_started":
      return { ...lane, sessions: lane.sessions + 1 };
    case "usage_reported":
      return { ...lane, usage: addUsage(lane.usage, event.data.usage) };
    case "workspace_prepared": {
      const { path, baseSha, headSha } = event.data;
      return { ...lane, workspacePath: path, branch: withBranch(lane, known({ baseSha, headSha })) };
    }
    case "workspace_removed":
      return { ...lane, workspacePath: null };
    case "commit_seen":
      return { ...lane, branch: withBranch(lane, { headSha: event.data.headSha }) };
    case "change_seen": {
      const { changeId, url, mergedSha } = event.data;
      return { ...lane, branch: withBranch(lane, { changeId, ...known({ changeUrl: url, mergedSha }) }) };
    }
    case "evidence_recorded":
      return { ...lane, branch: lane.branch === null ? null : applyEvidence(lane.branch, event.data, at) };
    case "outbox_settled":
      return { ...lane, branch: lane.branch === null ? null : applyWrite(lane.branch, event.data, at) };
    default:
      return lane;
  }
}

function grant(lane: Lane, at: number, id: string): Lane {
  if (lane.work?.id !== id) return lane;
  return { ...lane, work: { ...lane.work, state: "leased", startedAt: lane.work.startedAt ?? at } };
}

function settle(lane: Lane, { data }: EventOf<"work_settled">): Lane {
  if (lane.work?.id !== data.id) return lane;
  return {
    ...lane,
    work: { ...lane.work, state: "settled", outcome: data.outcome },
    branch: withBranch(lane, known({ headSha: data.outcome.headSha })),
  };
}

function withBranch(lane: Lane, facts: Partial<LaneBranch>): LaneBranch | null {
  return lane.branch === null ? null : { ...lane.branch, ...facts };
}

/** Without what is not known: an unknown fact never replaces a known one. */
function known(
  facts: {
    readonly [Name in keyof LaneBranch]?: string | null;
  },
): Partial<LaneBranch> {
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== null));
}
