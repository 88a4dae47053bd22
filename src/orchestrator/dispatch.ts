import { newId } from "../base/ids.ts";
import { branchName } from "../model/branch-name.ts";
import type { CandidateFacts } from "../model/facts.ts";
import type { Issue } from "../model/issue.ts";
import type { Lane } from "../model/lane.ts";
import type { Event } from "../model/events/index.ts";
import { type Reason, refuse, type Verdict } from "../model/verdict.ts";
import { workspaceKey } from "../model/workspace-key.ts";
import {
  carriedFrom,
  isAccountTaken,
  judgeEligibility,
  judgeMove,
  judgeReopen,
  orderCandidates,
} from "../policy/index.ts";
import type { Board } from "./board.ts";
import { judgeKnownClaim, takeClaim } from "./claims.ts";
import { readIssues } from "./outside-view.ts";
import type { OrchestratorParts } from "./ports.ts";
import {
  accountFor,
  accountsLeft,
  judgeSlotsFor,
  slotsInUse,
  startsAllowed,
  withOneLeaseMore,
  withOneMore,
} from "./slots.ts";
import { tend } from "./tending.ts";

/** The issues that the last poll found in active states, in the order in which they are to be started. */
export class Candidates {
  #ranked: readonly Issue[] = [];
  #pending: Issue[] = [];
  /** Why each of them does not run, as judged last. */
  readonly verdicts = new Map<string, Verdict>();

  /** Takes what a poll found. */
  replace(issues: readonly Issue[]): void {
    this.#ranked = orderCandidates(issues);
    this.#pending = [...this.#ranked];
    this.verdicts.clear();
  }

  all(): readonly Issue[] {
    return this.#ranked;
  }

  /** Those that the poll found and that were neither started nor refused since; only a slot may be missing. */
  pending(): readonly Issue[] {
    return this.#pending;
  }

  /** Not looked at again before the next poll. */
  settle(issueIds: ReadonlySet<string>): void {
    if (issueIds.size > 0) this.#pending = this.#pending.filter((issue) => !issueIds.has(issue.id));
  }
}

/**
 * Starts candidates while there are free slots: judged on what the poll saw, then again on the issue as it is at this moment (S-138).
 * Its cost follows the slots, not the number of candidates: one that was refused is not judged again before the next poll.
 */
export async function fillSlots(
  parts: OrchestratorParts,
  board: Board,
  candidates: Candidates,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const chosen = choose(parts, board, candidates);
    if (chosen.length === 0) return;
    const ids = chosen.map((issue) => issue.id);
    candidates.settle(new Set(ids));
    const seen = await readIssues(parts, board, ids, signal);
    for (const id of ids) {
      const issue = seen.get(id);
      if (issue != null) await openFor(parts, board, candidates, issue, signal);
    }
    await tend(parts, board, new Set(board.dirty), null, signal);
  }
}

/** Candidates that only wait for an account and are judged in one turn of the loop; each turn judges them anew, because it may be free. */
const MOST_HELD = 20;

/** The next candidates that may start, at most as many as there are slots. */
function choose(parts: OrchestratorParts, board: Board, candidates: Candidates): Issue[] {
  const chosen: Issue[] = [];
  const refused = new Set<string>();
  if (!startsAllowed(parts, board).ok) return chosen;
  const workflow = parts.workflows.current();
  let slots = slotsInUse(workflow, board);
  let accounts = accountsLeft(parts, board);
  let held = 0;
  for (const issue of candidates.pending()) {
    if (slots.running >= workflow.agent.maxConcurrentAgents || held >= MOST_HELD) break;
    const eligible = judgeStart(parts, board, issue, accounts);
    const verdict = eligible.ok ? judgeSlotsFor(workflow, slots, issue) : eligible;
    candidates.verdicts.set(issue.id, verdict);
    if (verdict.ok) {
      chosen.push(issue);
      slots = withOneMore(workflow, slots, issue);
      accounts = withOneLeaseMore(accounts, accountFor(parts, board, issue, null, accounts));
    } else if (isAccountTaken(eligible.code)) held += 1;
    else if (!eligible.ok) refused.add(issue.id);
  }
  candidates.settle(refused);
  return chosen;
}

/** Whether this issue may start now, slots included. */
export function judgeCandidate(parts: OrchestratorParts, board: Board, issue: Issue): Verdict {
  const allowed = startsAllowed(parts, board);
  if (!allowed.ok) return allowed;
  const eligible = judgeStart(parts, board, issue);
  if (!eligible.ok) return eligible;
  const workflow = parts.workflows.current();
  const slots = judgeSlotsFor(workflow, slotsInUse(workflow, board), issue);
  return slots.ok ? eligible : slots;
}

/** Whether an issue may start, slots aside, as far as its claim is known. */
function judgeStart(
  parts: OrchestratorParts,
  board: Board,
  issue: Issue,
  accounts = accountsLeft(parts, board),
): Verdict {
  const eligible = judgeEligibility(factsOf(parts, board, issue));
  if (!eligible.ok) return eligible;
  const account = accountFor(parts, board, issue, board.laneOf(issue.id) ?? null, accounts);
  if (!account.ok) return refuse(account.code, account.sentence);
  return judgeKnownClaim(parts, board, issue) ?? eligible;
}

function factsOf(parts: OrchestratorParts, board: Board, issue: Issue): CandidateFacts {
  const lane = board.laneOf(issue.id) ?? null;
  const openOutbox = lane === null ? [] : board.outboxOf(lane.id);
  return { workflow: parts.workflows.current(), issue, lane, openOutbox, now: parts.clock.now() };
}

/** Opens the issue's lane. Its first step, a move or a run, is decided like every other step of a lane. */
async function openFor(
  parts: OrchestratorParts,
  board: Board,
  candidates: Candidates,
  issue: Issue,
  signal: AbortSignal,
): Promise<void> {
  const verdict = judgeCandidate(parts, board, issue);
  candidates.verdicts.set(issue.id, verdict);
  if (!verdict.ok) return;
  const open = board.laneOf(issue.id);
  if (open !== undefined) {
    board.dirty.add(open.id);
    return;
  }
  candidates.verdicts.set(issue.id, await openNext(parts, board, issue, verdict, signal));
}

/**
 * Opens lanes for issues whose route only moves them. That takes no slot, and the move itself says from where, so that what a person did
 * meanwhile wins.
 */
export async function openMoves(
  parts: OrchestratorParts,
  board: Board,
  issues: readonly Issue[],
  signal: AbortSignal,
): Promise<void> {
  if (!startsAllowed(parts, board).ok) return;
  const opened = new Set<string>();
  for (const issue of issues) {
    const verdict = judgeMove(parts.workflows.current(), issue);
    if (verdict?.ok !== true || board.laneOf(issue.id) !== undefined) continue;
    await openNext(parts, board, issue, verdict, signal);
    const lane = board.laneOf(issue.id);
    if (lane !== undefined) opened.add(lane.id);
  }
  await tend(parts, board, opened, null, signal);
}

/**
 * Opens the issue's first or next lane, unless the tracker only lags behind the last one's end or somebody else has claimed the issue.
 * Returns the verdict on that.
 */
async function openNext(
  parts: OrchestratorParts,
  board: Board,
  issue: Issue,
  why: Verdict,
  signal: AbortSignal,
): Promise<Verdict> {
  const [last] = await parts.record.views.lanesOfIssue(issue.id);
  const verdict = last === undefined ? why : judgeReopen(last, issue, parts.clock.now());
  if (!verdict.ok) return verdict;
  const claim = await takeClaim(parts, board, issue, signal);
  if (!claim.ok) return claim;
  await openLane(parts, board, issue, last ?? null, verdict);
  return verdict;
}

async function openLane(
  parts: OrchestratorParts,
  board: Board,
  issue: Issue,
  last: Lane | null,
  why: Reason,
): Promise<void> {
  const workflow = parts.workflows.current();
  const { repo, profile } = workflow;
  const taken = [...board.lanes.values()].map((lane) => lane.workspaceKey);
  const hasBranch = repo !== null && profile.completion.deliversChange;
  const ordinal = (last?.ordinal ?? 0) + 1;
  const carried = last === null ? undefined : carriedFrom(last, issue);
  const opened: Event = {
    type: "lane_opened",
    data: {
      issue,
      ordinal,
      profile: profile.kind,
      workflowHash: workflow.hash,
      machine: parts.machine,
      workspaceKey: workspaceKey(issue.identifier, taken),
      branch: hasBranch ? branchName(repo.branchPrefix, issue.identifier, ordinal) : null,
      reason: { code: why.code, sentence: why.sentence },
      ...(carried === undefined ? {} : { carried }),
    },
  };
  const laneId = newId(parts.random, "lane");
  await parts.record.transact((tx) =>
    tx.append([{ workflowId: workflow.id, laneId, run: null, fence: null, event: opened }]),
  );
}
