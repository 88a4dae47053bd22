import type { ServiceMode } from "../model/events/service.ts";
import type { SlotFacts } from "../model/facts.ts";
import type { AccountStanding } from "../model/account.ts";
import { dayOf } from "../model/day.ts";
import { holdsSlot, type Lane } from "../model/lane.ts";
import { type Issue, stateKey } from "../model/issue.ts";
import { allow, refuse, type Verdict } from "../model/verdict.ts";
import type { Workflow } from "../model/workflow.ts";
import { chooseAccount, countSlots, judgeBudget, judgeSlots, planRoute, sharedUse } from "../policy/index.ts";
import type { Board } from "./board.ts";
import type { OrchestratorParts } from "./ports.ts";

/** Whether anything new may start at all. `asking`: the lane that wants to, whose own session is the one that is asked for. */
export function startsAllowed(parts: OrchestratorParts, board: Board, asking: Lane | null = null): Verdict {
  if (board.mode !== "running") return refuseMode(board.mode);
  const trouble = parts.record.trouble();
  if (trouble !== null) return refuse(trouble.code, `${trouble.message} Nothing new is started until there is space.`);
  const problem = parts.workflows.problem();
  if (problem !== null) return refuse("workflow_rejected", `The workflow file has a problem: ${problem.message}`);
  const budget = judgeShared(parts, board, asking);
  if (!budget.ok) return budget;
  return allow("may_start", "The workflow is valid and the service is running.");
}

/** Whether day and workflow can pay for one more session, beside those that are planned. */
function judgeShared(parts: OrchestratorParts, board: Board, asking: Lane | null): Verdict {
  const workflow = parts.workflows.current();
  const day = dayOf(parts.clock.now(), workflow.budget.timeZone ?? "UTC");
  const lanes = [...board.lanes.values()].filter((lane) => lane.id !== asking?.id);
  const opening = lanes.filter((lane) => isOpening(lane) || isAboutToBegin(lane)).length;
  return judgeBudget(sharedUse(workflow, board.spent(day), opening));
}

/** A run whose session is not on record yet. */
function isAboutToBegin(lane: Lane): boolean {
  return holdsSlot(lane) && (lane.progress?.session ?? "none") === "none";
}

/** Who would do a run of this issue that is started now, or what it has to wait for. */
export function accountFor(
  parts: OrchestratorParts,
  board: Board,
  issue: Issue,
  lane: Lane | null,
  accounts: readonly AccountStanding[] = parts.accounts?.standing() ?? [],
): ReturnType<typeof chooseAccount> {
  const facts = { pauses: board.pauses(), accounts, now: parts.clock.now() };
  return chooseAccount(parts.workflows.current(), issue, lane ?? { failures: 0 }, facts);
}

/** How the accounts stand once the lanes have theirs whose first run is about to start. */
export function accountsLeft(parts: OrchestratorParts, board: Board): readonly AccountStanding[] {
  const accounts = parts.accounts?.standing() ?? [];
  if (accounts.length === 0) return accounts;
  const opening = [...board.lanes.values()].filter(isOpening);
  return opening.reduce(
    (left, lane) => withOneLeaseMore(left, accountFor(parts, board, lane.issue, lane, left)),
    accounts,
  );
}

/** The accounts once one more run has the chosen one. */
export function withOneLeaseMore(
  accounts: readonly AccountStanding[],
  chosen: ReturnType<typeof chooseAccount>,
): readonly AccountStanding[] {
  if (!chosen.ok || chosen.account === null) return accounts;
  const { kind, id } = chosen.account;
  return accounts.map((one) => (one.kind === kind && one.id === id ? { ...one, leases: one.leases + 1 } : one));
}

/** The answer to every start while the service does not start anything. */
export function refuseMode(mode: ServiceMode): Verdict {
  return refuse(mode, `The service is ${mode}: nothing new is started.`);
}

/**
 * Slots in use: runs that are queued or leased, and lanes whose first run only waits for its issue's move. The lane that asks for a slot
 * does not count against itself.
 */
export function slotsInUse(workflow: Workflow, board: Board, asking: Lane | null = null): SlotFacts {
  const lanes = [...board.lanes.values()].filter((lane) => lane.id !== asking?.id);
  return lanes.filter(isOpening).reduce((slots, { issue }) => withOneMore(workflow, slots, issue), countSlots(lanes));
}

/** The slots once one more run has them. */
export function withOneMore(workflow: Workflow, slots: SlotFacts, issue: Issue): SlotFacts {
  const byState = { ...slots.byState };
  for (const key of statesOf(workflow, issue)) byState[key] = (byState[key] ?? 0) + 1;
  return { running: slots.running + 1, byState };
}

/** Whether a run on this issue may have a slot, in the state in which it is and in the one to which it is moved first (S-115, S-116). */
export function judgeSlotsFor(workflow: Workflow, slots: SlotFacts, issue: Issue): Verdict {
  const verdict = judgeSlots(workflow, slots, issue.state);
  const move = planRoute(workflow, issue);
  return verdict.ok && move !== null ? judgeSlots(workflow, slots, move.to) : verdict;
}

function statesOf(workflow: Workflow, issue: Issue): ReadonlySet<string> {
  return new Set([stateKey(issue.state), stateKey(planRoute(workflow, issue)?.to ?? issue.state)]);
}

function isOpening(lane: Lane): boolean {
  return (
    lane.stage === "working" && lane.work === null && lane.lastRun === 0 && lane.parked === null && lane.retry === null
  );
}
