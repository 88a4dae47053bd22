import { type Change, type ChangeReview, checkSummary, isHuman, reviewDecision } from "../model/change.ts";
import type { LaneFacts } from "../model/facts.ts";
import { sameState } from "../model/issue.ts";
import type { Lane, LaneBranch } from "../model/lane.ts";
import type { Category } from "../model/profile.ts";
import { routeOf, trackerState } from "../model/workflow.ts";
import { type Reason, reason } from "../model/verdict.ts";
import { because } from "./codes.ts";
import { approvalOf } from "./approval.ts";
import { newRemarks, remarkKey } from "./remarks.ts";
import { VALIDATION_CHECK } from "./validation-check.ts";

/** What asks for a repair of a change, most important first. The codes go into reasons and into a lane's `repairedFor`. */
export const REPAIR_CODES = {
  review_changes_requested: "A reviewer asks for changes at the present head.",
  issue_in_rework: "A person moved the issue out of review, to a state that asks for work.",
  comment_added: "A member of the project wrote something on the change.",
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

/** Everything that asks for a repair now, most important first. */
export function repairFacts(facts: LaneFacts): readonly RepairFact[] {
  const { change } = facts;
  if (change?.state !== "open") return [];
  const found = [
    fromReview(change),
    fromRework(facts, change),
    fromRemarks(facts, change),
    fromChecks(change),
    fromLanding(facts, change),
    fromBase(facts, change),
  ];
  return found.filter((fact) => fact !== null);
}

/** The most important fact that asks for a repair and that no run was told of, else the most important one; `null` when there is none. */
export function findRepair(facts: LaneFacts): RepairFact | null {
  const found = repairFacts(facts);
  return found.find((fact) => !isRepaired(facts.lane.branch, fact)) ?? found[0] ?? null;
}

/** Whether a run was told of this very fact already. */
export function isRepaired(branch: LaneBranch | null, fact: RepairFact): boolean {
  const isLast = branch?.repairedFor != null && splitMark(branch.repairedFor).key === fact.key;
  return isLast || branch?.answered?.includes(fact.key) === true;
}

/** Keys of everything that a run which starts now is told of: each of it asks only once. */
export function answersOf(facts: LaneFacts): readonly string[] {
  const { change, lane } = facts;
  const remarks = change == null ? [] : newRemarks(change, lane.branch?.answered);
  return [...repairFacts(facts).map(({ key }) => key), ...remarks.map(({ id }) => remarkKey(id))];
}

/** What a lane remembers about the repair that is started now: the round of machine-made repairs in a row, and the fact. */
export function repairMark(lane: Lane, fact: RepairFact): string {
  return `${repairRound(lane, fact)}/${fact.key}`;
}

/** Reasons that a lane has right after a person let it go on: the rounds start afresh. */
const RESUMED: readonly string[] = ["unparked", "retried", "attention_label_removed", "state_changed"];

/** Whether a person let the lane go on, and nothing was decided about it since. */
export function isResumed({ reason: last }: Lane): boolean {
  return RESUMED.includes(last.code);
}

/** Remarks of people in a row that wake a lane; whoever answers an agent by a machine under a person's name must not do so for ever. */
const MOST_REMARKS_ANSWERED = 20;

/** The how-manieth repair of its kind in a row this one would be, 0 when a person decided that there has to be one. */
function repairRound(lane: Lane, fact: RepairFact): number {
  const { branch } = lane;
  const isRemark = fact.code === "comment_added";
  if (fact.byHuman && !isRemark) return 0;
  if (branch?.repairedFor == null || isResumed(lane)) return 1;
  const before = splitMark(branch.repairedFor);
  return before.key.startsWith("comment_added:") === isRemark ? before.round + 1 : 1;
}

/** Why this repair is not started: too many were asked for in a row. `null` when it may be. */
export function judgeRepair({ lane, workflow }: LaneFacts, fact: RepairFact): Reason | null {
  const round = repairRound(lane, fact);
  const most = fact.code === "comment_added" ? MOST_REMARKS_ANSWERED : workflow.agent.maxAttempts;
  if (round <= most) return null;
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
    ({ headSha, decision, trust }) => isHuman(trust) && headSha === change.headSha && decision === "changes_requested",
  );
}

function fromReview(change: Change): RepairFact | null {
  if (reviewDecision(change) !== "changes_requested") return null;
  const newest = requestedChanges(change).at(-1);
  if (newest === undefined) return null;
  // Without a word of the forge on who it is, it is a person.
  const byHuman = newest.trust !== "bot" && newest.trust !== "outsider";
  return fact("review_changes_requested", newest.id, `${newest.author} asks for changes.`, byHuman);
}

/** States in which people want an agent to work. After a hand-off only a person's hand brings an issue there. */
const ASKS_FOR_WORK: readonly (Category | undefined)[] = ["todo", "in_progress", "rework"];

function fromRework({ issue, lane, workflow }: LaneFacts, change: Change): RepairFact | null {
  if (!issue || !ASKS_FOR_WORK.includes(trackerState(workflow, issue.state)?.category)) return null;
  // A card that we moved there by policy is no person's word; what it was moved for asks by itself.
  if (lane.ownMove != null && sameState(lane.ownMove, issue.state)) return null;
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

/** Whether the change may land, as far as people are asked. */
export function isApproved(facts: LaneFacts, change: Change): boolean {
  return approvalOf(facts, change).ok;
}

function fromRemarks({ lane }: LaneFacts, change: Change): RepairFact | null {
  const newest = newRemarks(change, lane.branch?.answered).at(-1);
  if (newest === undefined) return null;
  return fact("comment_added", newest.id, `${newest.author} wrote on the change.`, true);
}
