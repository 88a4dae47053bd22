import { type Change, checkSummary, reviewDecision } from "../model/change.ts";
import type { LaneFacts } from "../model/facts.ts";
import type { Plan } from "../model/plan.ts";
import { type Reason, reason } from "../model/verdict.ts";
import { routeOf, stateForRoute } from "../model/workflow.ts";
import { approvalOf } from "./approval.ts";
import { newRemarks } from "./remarks.ts";
import { areChecksGreen, failedChecks } from "./repairs.ts";
import { moveToRoute } from "./writes.ts";

/** Every outcome of a look at a card, with its meaning. The codes go into reasons; those of a move name what the change shows. */
export const CARD_CODES = {
  card_ready: "The change may land: its card goes to the route that lands it.",
  card_changes_requested: "A reviewer asks for changes: the card goes back to work.",
  card_checks_failed: "Required checks failed, so often in a row that it counts: the card goes back to work.",
  card_conflicts: "The change does not merge cleanly: the card goes back to work.",
  card_checks_unconfirmed: "Required checks failed, but not yet so often in a row that it counts.",
} as const satisfies Record<string, string>;
type CardCode = keyof typeof CARD_CODES;

/** Topic of the moves of cards. */
export const CARD_TOPIC = "card";

/** What a card is moved for, and where. */
interface CardMove {
  readonly route: string;
  readonly why: Reason;
}

/** The steps that keep a card in step with its change; `null` when it stands where it belongs, or nothing is to be moved. */
export function planCard(facts: LaneFacts): Plan | null {
  const move = judgeCard(facts);
  if (move === null || (facts.cardsLeft ?? 1) <= 0) return null;
  const { issue, change } = facts;
  const revision = `${move.why.code}-${change?.headSha ?? ""}-seen-${issue?.updatedAt ?? 0}`;
  const steps = moveToRoute(facts, move.route, revision, CARD_TOPIC);
  const wait = { do: "wait", reason: move.why } as const;
  const [first] = steps;
  return first === undefined ? null : [first, wait];
}

/** Whether failed checks are to be seen again before anything follows from them. */
export function isUnconfirmed({ workflow, change, failedLooks = 0, issue }: LaneFacts): boolean {
  const { reconciliation } = workflow;
  if (reconciliation === undefined || change == null || issue == null) return false;
  return change.state === "open" && failedChecks(change).length > 0 && failedLooks < reconciliation.confirmations;
}

function judgeCard(facts: LaneFacts): CardMove | null {
  const { workflow, issue, change, lane } = facts;
  const { reconciliation } = workflow;
  if (reconciliation === undefined || issue == null || change?.state !== "open") return null;
  const route = routeOf(workflow, issue.state);
  if (route === undefined || !reconciliation.sourceRoutes.includes(route.name)) return null;
  const { outcomes } = reconciliation;
  if (reviewDecision(change) === "changes_requested") {
    return to(outcomes.changesRequested, "card_changes_requested", "A review of the present head asks for changes.");
  }
  if (failedChecks(change).length > 0) {
    if (isUnconfirmed(facts)) return null;
    return to(outcomes.failedChecks, "card_checks_failed", "Required checks of the present head failed.");
  }
  if (change.mergeability === "conflict") {
    return to(outcomes.failedChecks, "card_conflicts", `The change conflicts with "${change.base}".`);
  }
  const isDiscussed = newRemarks(change, lane.branch?.answered).length > 0;
  if (isDiscussed || change.draft || checkSummary(change) === "pending" || !isOpenFor(facts, change)) return null;
  return to(outcomes.ready, "card_ready", "What the workflow asks for before landing holds for the present head.");
}

function isOpenFor(facts: LaneFacts, change: Change): boolean {
  const { approval, checks, mergeable } = facts.workflow.reconciliation?.gates ?? {};
  if (approval === true && !approvalOf(facts, change).ok) return false;
  if (checks === true && !areChecksGreen(change)) return false;
  return mergeable !== true || (change.mergeability === "clean" && (change.blockers ?? []).length === 0);
}

function to(route: string | null, code: CardCode, sentence: string): CardMove | null {
  return route === null ? null : { route, why: reason(code, sentence) };
}

/** The route of a card whose change has landed. */
export function landedRouteOf({ workflow }: LaneFacts): string | null {
  const { landedRoute } = workflow.profile.completion;
  const merged = workflow.reconciliation?.outcomes.alreadyMerged ?? null;
  return merged !== null && stateForRoute(workflow, merged) !== undefined ? merged : landedRoute;
}
