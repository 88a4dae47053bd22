import { type Change, type ChangeReview, checkSummary, reviewDecision } from "../model/change.ts";
import type { LaneFacts } from "../model/facts.ts";
import type { Lane, LaneBranch } from "../model/lane.ts";
import type { Category } from "../model/profile.ts";
import { routeOf, trackerState } from "../model/workflow.ts";
import { type Reason, reason } from "../model/verdict.ts";
import { because } from "./codes.ts";
import { hasLabel } from "./standing.ts";

/** Name of the check that the host publishes for its own validation. */
export const VALIDATION_CHECK = "maestro/validation";

/** What asks for a repair of a change, most important first. The codes go into reasons and into a lane's `repairedFor`. */
export const REPAIR_CODES = {
  review_changes_requested: "A reviewer asks for changes at the present head.",
  issue_in_rework: "A person moved the issue out of review, to a state that asks for work.",
  required_checks_failed: "A required check that is not Maestro's own failed at the present head.",
  change_conflicts: "The change does not merge cleanly into its base.",
  landing_refused: "The forge refused the merge because the base is in the way.",
  change_behind: "The base has moved on and has to be taken in before landing.",
} as const satisfies Record<string, string>;
type RepairCode = keyof typeof REPAIR_CODES;

/** One fact about a change that a repair run can answer. */
export interface RepairFact {
  readonly code: RepairCode;
  /** The same fact has the same key, however often it is seen. */
  readonly key: string;
  /** Whether a person asks. Machines may not ask without end. */
  readonly byHuman: boolean;
  readonly reason: Reason;
}

/** The most important fact that asks for a repair, or `null`. */
export function findRepair(facts: LaneFacts): RepairFact | null {
  const { change } = facts;
  if (change?.state !== "open") return null;
  return (
    fromReview(change) ??
    fromRework(facts, change) ??
    fromChecks(change) ??
    fromLanding(facts, change) ??
    fromBase(facts, change)
  );
}

/** Whether a repair run was started for this very fact already. */
export function isRepaired(branch: LaneBranch | null, fact: RepairFact): boolean {
  return branch?.repairedFor != null && splitMark(branch.repairedFor).key === fact.key;
}

/** What a lane remembers about the repair that is started now: the round of machine-made repairs in a row, and the fact. */
export function repairMark(lane: Lane, fact: RepairFact): string {
  return `${repairRound(lane, fact)}/${fact.key}`;
}

/** Reasons that a lane has right after a person let it go on: the rounds start afresh. */
const RESUMED: readonly string[] = ["unparked", "retried", "attention_label_removed", "state_changed"];

/** The how-manieth repair in a row, without a person asking, this one would be; 0 when a person asks. */
function repairRound({ branch, reason: last }: Lane, fact: RepairFact): number {
  if (fact.byHuman) return 0;
  return branch?.repairedFor == null || RESUMED.includes(last.code) ? 1 : splitMark(branch.repairedFor).round + 1;
}

/** Why this repair is not started: machines have asked for too many in a row. `null` when it may be. */
export function judgeRepair({ lane, workflow }: LaneFacts, fact: RepairFact): Reason | null {
  const round = repairRound(lane, fact);
  if (round <= workflow.agent.maxAttempts) return null;
  const done = `${round - 1} repairs in a row did not help. ${fact.reason.sentence}`;
  return because("repairs_exhausted", done);
}

function splitMark(mark: string): { readonly round: number; readonly key: string } {
  const slash = mark.indexOf("/");
  const round = Number.parseInt(mark.slice(0, Math.max(slash, 0)), 10);
  return { round: Number.isNaN(round) ? 0 : round, key: mark.slice(slash + 1) };
}

function fact(code: RepairCode, subject: string, sentence: string, byHuman: boolean): RepairFact {
  return { code, key: `${code}:${subject}`, byHuman, reason: reason(code, sentence) };
}

/** The reviews of the present head that ask for changes, newest last. */
export function requestedChanges(change: Change): readonly ChangeReview[] {
  return change.reviews.filter(
    (review) => review.headSha === change.headSha && review.decision === "changes_requested",
  );
}

function fromReview(change: Change): RepairFact | null {
  if (reviewDecision(change) !== "changes_requested") return null;
  const newest = requestedChanges(change).at(-1);
  if (newest === undefined) return null;
  return fact("review_changes_requested", newest.id, `${newest.author} asks for changes.`, true);
}

/** States in which people want an agent to work. After a hand-off only a person's hand brings an issue there. */
const ASKS_FOR_WORK: readonly (Category | undefined)[] = ["todo", "in_progress", "rework"];

function fromRework({ issue, workflow }: LaneFacts, change: Change): RepairFact | null {
  if (!issue || !ASKS_FOR_WORK.includes(trackerState(workflow, issue.state)?.category)) return null;
  if (routeOf(workflow, issue.state)?.action === "disabled") return null;
  const since = issue.updatedAt === null ? change.headSha : String(issue.updatedAt);
  return fact("issue_in_rework", since, `${issue.identifier} was moved to "${issue.state}".`, true);
}

/** Required checks of the present head that failed and that are not the host's own. */
export function failedChecks(change: Change) {
  return change.checks.filter(
    ({ headSha, required, status, name }) =>
      headSha === change.headSha && required && status === "failed" && name !== VALIDATION_CHECK,
  );
}

function fromChecks(change: Change): RepairFact | null {
  const failed = failedChecks(change).map(({ name }) => name);
  if (failed.length === 0) return null;
  return fact("required_checks_failed", change.headSha, `Required checks failed: ${failed.join(", ")}.`, false);
}

/** What the forge said when it was asked to merge outweighs what it shows. */
function fromLanding({ lane }: LaneFacts, change: Change): RepairFact | null {
  if (lane.stage !== "review_repair" || lane.reason.code !== "land_failed") return null;
  return fact("landing_refused", change.headSha, lane.reason.sentence, false);
}

/** A change that is merely behind is brought up to date only when it could land otherwise: each repair costs a session. */
function fromBase(facts: LaneFacts, change: Change): RepairFact | null {
  const heads = `${change.headSha}@${change.baseSha ?? ""}`;
  if (change.mergeability === "conflict") {
    return fact("change_conflicts", heads, `The change conflicts with "${change.base}".`, false);
  }
  if (change.mergeability !== "behind" || !isApproved(facts, change) || !areChecksGreen(change)) return null;
  return fact("change_behind", heads, `"${change.base}" has moved on since the change was made.`, false);
}

/** Whether no required check of the present head is pending or failed. */
export function areChecksGreen(change: Change): boolean {
  const summary = checkSummary(change);
  return summary === "passed" || summary === "none";
}

/**
 * Whether the change may land, as far as people are asked: a review approves the present head, a person moved the issue to
 * a merging state, or the profile (or a label) lands what is green. A request for changes outweighs all three.
 */
export function isApproved({ issue, lane, workflow }: LaneFacts, change: Change): boolean {
  const decision = reviewDecision(change);
  if (decision !== "none") return decision === "approved";
  const { completion, routes } = workflow.profile;
  const label = completion.autoLandLabel;
  const landsWhenGreen =
    completion.landing === "when_green" || (issue != null && label !== undefined && hasLabel(issue, label));
  if (landsWhenGreen && checkSummary(change) === "passed") return true;
  // A merging state that the agent's own hand-off asked for is a claim, not a person's word.
  const claimed = routes.find((route) => route.name === lane.handOff?.route)?.category === "merging";
  return issue != null && !claimed && trackerState(workflow, issue.state)?.category === "merging";
}
