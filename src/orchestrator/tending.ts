import { newNonce } from "../base/ids.ts";
import type { AccountWait } from "../model/account.ts";
import type { Change } from "../model/change.ts";
import type { Issue } from "../model/issue.ts";
import type { LaneFacts } from "../model/facts.ts";
import type { Lane } from "../model/lane.ts";
import type { Plan } from "../model/plan.ts";
import {
  CARD_TOPIC,
  judgeStall,
  needsClaim,
  orderCandidates,
  planClaimLost,
  planClaimRefused,
  RUNS_FOR_RESUMPTION,
} from "../policy/index.ts";
import { reason } from "../model/verdict.ts";
import type { Board } from "./board.ts";
import { claimTtl, takeClaim } from "./claims.ts";
import { lastKnown, needsChange, needsFreshIssue, planFor, startOf, waitOf } from "./care.ts";
import { type ChangeView, type IssueView, readChanges, readIssues } from "./outside-view.ts";
import type { OrchestratorParts } from "./ports.ts";
import { accountFor, judgeSlotsFor, slotsInUse, startsAllowed } from "./slots.ts";
import { acts, carryOutPlan, differs } from "./steps.ts";

/** A lane may go through several positions in one turn of the loop; more than this is a decision that goes in circles. */
const MAX_ROUNDS = 20;

/** What one look after the lanes works with. */
interface Round {
  readonly issues: IssueView;
  readonly changes: ChangeView;
  readonly now: number;
  readonly signal: AbortSignal;
}

/**
 * Looks after lanes until none of them has anything more to do now. `fresh` holds what a poll has just seen, so that it is not asked
 * again.
 */
export async function tend(
  parts: OrchestratorParts,
  board: Board,
  laneIds: ReadonlySet<string>,
  fresh: { readonly issues: IssueView; readonly changes: ChangeView } | null,
  signal: AbortSignal,
): Promise<void> {
  let due = [...laneIds];
  for (let round = 0; due.length > 0 && !signal.aborted; round += 1) {
    if (round === MAX_ROUNDS) {
      // They are looked at again at the next poll; until then they must not keep the loop busy.
      for (const id of due) {
        board.dirty.delete(id);
        const issue = board.lanes.get(id)?.issue;
        const fields = { issue_id: issue?.id, issue_identifier: issue?.identifier, lane_id: id };
        parts.log.error("a lane goes in circles", fields);
      }
      return;
    }
    for (const id of due) board.dirty.delete(id);
    const lanes = due.flatMap((id) => board.lanes.get(id) ?? []);
    const view = round === 0 && fresh !== null ? fresh : await lookOutside(parts, board, lanes, signal);
    await decideAll(parts, board, lanes, { ...view, now: parts.clock.now(), signal });
    due = due.filter((id) => board.dirty.has(id));
  }
}

async function lookOutside(parts: OrchestratorParts, board: Board, lanes: readonly Lane[], signal: AbortSignal) {
  const now = parts.clock.now();
  const issueIds = lanes.filter((lane) => needsFreshIssue(lane, now)).map((lane) => lane.issue.id);
  const changeIds = lanes.filter(needsChange).flatMap((lane) => lane.branch?.changeId ?? []);
  return {
    issues: await readIssues(parts, board, issueIds, signal),
    changes: await readChanges(parts, board, changeIds, signal),
  };
}

/** Decides lane by lane; those that want to start a run come last, in the order of their issues, while slots last. */
async function decideAll(parts: OrchestratorParts, board: Board, lanes: readonly Lane[], round: Round): Promise<void> {
  const starts = new Map<string, { lane: Lane; plan: Plan }>();
  // Each of them concerns its lane alone, so that their decisions may share a commit.
  await allOf(lanes, async (lane) => {
    const plan = await planNow(parts, board, lane, round);
    if (startOf(plan) !== undefined) starts.set(lane.issue.id, { lane, plan });
    else await apply(parts, board, lane, plan, round);
  });
  for (const issue of orderCandidates([...starts.values()].map(({ lane }) => lane.issue))) {
    const start = starts.get(issue.id);
    if (start !== undefined) await startWhenFree(parts, board, start.lane, start.plan, round);
  }
}

/** Does something for all; a failure is told when nothing is under way any more. */
async function allOf<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  for (const end of await Promise.allSettled(items.map(work))) if (end.status === "rejected") throw end.reason;
}

async function planNow(parts: OrchestratorParts, board: Board, lane: Lane, round: Round): Promise<Plan> {
  const ttlMs = claimTtl(parts);
  const lost = ttlMs === null ? null : planClaimLost(lane, board.claims.of(lane.issue.id), ttlMs, round.now);
  if (lost !== null) return lost;
  if (lane.work?.state === "leased" && lane.work.kind === "run" && lane.work.canceled === null) {
    const run = await parts.record.views.run(lane.id, lane.work.run);
    if (run !== undefined) {
      const verdict = judgeStall(parts.workflows.current(), run, round.now);
      if (!verdict.ok) return [{ do: "cancel_work", reason: reason("stalled", verdict.sentence) }];
    }
  }
  return planFor(factsOf(parts, board, lane, round));
}

function factsOf(parts: OrchestratorParts, board: Board, lane: Lane, round: Round): LaneFacts {
  return {
    workflow: parts.workflows.current(),
    lane,
    issue: seenIssue(board, lane, round),
    change: seenChange(lane, round),
    openOutbox: board.outboxOf(lane.id),
    comments: board.comments.get(lane.id) ?? [],
    pauses: board.pauses(),
    accounts: parts.accounts?.standing() ?? [],
    ...lookedAgain(parts, board, lane),
    nonce: () => newNonce(parts.random),
    now: round.now,
  };
}

/** What polls came to so far, for workflows in which cards follow their changes. */
function lookedAgain(
  parts: OrchestratorParts,
  board: Board,
  { id }: Lane,
): Pick<LaneFacts, "failedLooks" | "cardsLeft"> {
  const { reconciliation } = parts.workflows.current();
  if (reconciliation === undefined) return {};
  return {
    failedLooks: board.failedLooks.get(id)?.count ?? 0,
    cardsLeft: reconciliation.maxPerPoll - board.cardsMoved,
  };
}

/** The lane's change as this look saw it: `null` when it has none or it is gone, `undefined` when it was not or could not be asked for. */
function seenChange({ branch }: Lane, { changes }: Round): Change | null | undefined {
  const changeId = branch?.changeId ?? null;
  return changeId === null ? null : changes.get(changeId);
}

/** The issue as this look saw it. A move of ours that was settled since then is applied: the look may be older than the move. */
function seenIssue(board: Board, lane: Lane, { issues, now }: Round): Issue | null | undefined {
  const seen = issues.get(lane.issue.id);
  return seen ? board.settled(seen, now) : seen;
}

async function apply(parts: OrchestratorParts, board: Board, lane: Lane, plan: Plan, round: Round): Promise<void> {
  const wait = waitOf(plan);
  if (wait !== undefined) board.waits.set(lane.id, wait.reason);
  if (plan.some((step) => step.do === "write" && step.write.topic === CARD_TOPIC)) board.cardsMoved += 1;
  const seen = seenIssue(board, lane, round);
  const issue = seen ?? lastKnown(lane, board.issues.get(lane.issue.id));
  if (needsClaim(lane, plan)) {
    const claim = await takeClaim(parts, board, issue, round.signal);
    if (!claim.ok) {
      board.waits.set(lane.id, claim);
      const instead = planClaimRefused(lane, claim);
      return instead === null ? undefined : apply(parts, board, lane, instead, round);
    }
  }
  if (!acts(plan) && !(seen != null && isWorthKeeping(lane, seen))) return;
  const isStart = startOf(plan) !== undefined && lane.lastRun > 0;
  const runs = isStart ? await parts.record.views.runsOfLane(lane.id, RUNS_FOR_RESUMPTION) : [];
  await carryOutPlan(parts, plan, {
    lane,
    issue,
    change: seenChange(lane, round),
    workflow: parts.workflows.current(),
    runs,
    openOutbox: board.outboxOf(lane.id),
    pauses: board.pauses(),
    now: round.now,
  });
  for (const step of plan) if (step.do === "pause_account") await board.money?.pauses.pause(step.pause);
}

/**
 * Whether the issue is put on record although nothing is done: slots are counted by its state, a move of ours that the tracker shows is told from
 * one that somebody takes back later, and a parked lane is taken up by what changes from one look to the next.
 */
function isWorthKeeping(lane: Lane, seen: Issue): boolean {
  if (lane.parked !== null) return differs(lane.issue, seen);
  const isAwaited = lane.work !== null || (lane.ownMoves ?? []).length > 0;
  return isAwaited && seen.state !== lane.issue.state;
}

/** A start needs a valid workflow, the running mode and a slot; without one it waits and is taken up when a slot frees (G-4). */
async function startWhenFree(
  parts: OrchestratorParts,
  board: Board,
  lane: Lane,
  plan: Plan,
  round: Round,
): Promise<void> {
  const allowed = startsAllowed(parts, board, lane);
  if (!allowed.ok) {
    board.waits.set(lane.id, allowed);
    return;
  }
  const issue = seenIssue(board, lane, round) ?? lastKnown(lane, board.issues.get(lane.issue.id));
  const workflow = parts.workflows.current();
  const account = await freeAccount(parts, board, issue, lane);
  if (!account.ok) return waitForAccount(parts, board, lane, account, round);
  const verdict = judgeSlotsFor(workflow, slotsInUse(workflow, board, lane), issue);
  if (verdict.ok) return apply(parts, board, lane, plan, round);
  board.waits.set(lane.id, verdict);
  if (lane.retry !== null && lane.retry.kind !== "slot") {
    const retry = { ...lane.retry, kind: "slot" as const, dueAt: round.now, error: "no available orchestrator slots" };
    await apply(parts, board, lane, [{ do: "schedule", retry }], round);
    board.dirty.delete(lane.id);
  }
}

/** Who does the run. What dead processes still seem to use is freed before anybody waits for it. */
async function freeAccount(parts: OrchestratorParts, board: Board, issue: Issue, lane: Lane) {
  const found = accountFor(parts, board, issue, lane);
  if (found.ok || found.code !== "account_busy") return found;
  await parts.accounts?.prune();
  return accountFor(parts, board, issue, lane);
}

/** A start waits for an account until one is free; when that is, everybody can see as far as it is known. */
async function waitForAccount(
  parts: OrchestratorParts,
  board: Board,
  lane: Lane,
  { code, sentence, until }: AccountWait,
  round: Round,
): Promise<void> {
  board.waits.set(lane.id, { code, sentence });
  if (until === null) return;
  const retry = { kind: "capacity", attempt: 1, dueAt: until, error: sentence } as const;
  await apply(parts, board, lane, [{ do: "schedule", retry }], round);
  board.dirty.delete(lane.id);
}
