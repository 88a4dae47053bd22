import { type Change, checkSummary, reviewDecision } from "../model/change.ts";
import type { LaneFacts } from "../model/facts.ts";
import type { LaneBranch, TreeSeen } from "../model/lane.ts";
import { sameState } from "../model/issue.ts";
import { trackerState } from "../model/workflow.ts";
import { hasLabel } from "./standing.ts";
import { VALIDATION_CHECK } from "./validation-check.ts";

/** What approvals are judged on. */
export type ApprovalFacts = Pick<LaneFacts, "issue" | "lane" | "workflow">;

/** Whether a change may land as far as people are asked, and who said so. */
export interface Approval {
  readonly ok: boolean;
  readonly by: "review" | "command" | "move" | "green" | null;
  /** Whether only a review can let it in, because of the files that it touches. */
  readonly isGuarded: boolean;
  readonly sentence: string;
}

/**
 * Whether the change may land, as far as people are asked: a member's review approves the present head, a person ordered its landing or moved the
 * issue to a merging state, or the profile (or its label) lands what is green. A request for changes outweighs all four. A change of files that decide how changes
 * are made and checked needs the review, whatever the profile says.
 */
export function approvalOf(facts: ApprovalFacts, change: Change): Approval {
  const decision = reviewDecision(change);
  const tree = facts.lane.branch === null ? undefined : treeAt(facts.lane.branch, change.headSha);
  const isGuarded = tree === undefined || tree.guarded.length > 0;
  if (decision === "changes_requested") return no(isGuarded, "A review of the present head asks for changes.");
  if (decision === "approved") return yes("review", isGuarded, "A review approves the present head.");
  if (isGuarded) return no(true, describeGuarded(tree));
  const order = facts.lane.landOrder;
  if (order?.headSha === change.headSha) return yes("command", false, `${order.actor} lets the present head land.`);
  if (isMovedByPerson(facts)) return yes("move", false, "A person moved the issue to a merging state.");
  const isHumanAsked = facts.workflow.profile.gates?.landing?.human === true;
  if (!isHumanAsked && landsWhenGreen(facts) && checkSummary(change) === "passed" && isGreenAlone(facts, change)) {
    return yes("green", false, "The required checks passed, and nobody else is asked.");
  }
  return no(false, "Nobody has approved the present head of the change.");
}

/** Whether the profile, or a label on the issue, lands what is green. */
export function landsWhenGreen({ issue, workflow }: ApprovalFacts): boolean {
  const { landing, autoLandLabel } = workflow.profile.completion;
  return landing === "when_green" || (issue != null && autoLandLabel !== undefined && hasLabel(issue, autoLandLabel));
}

/** Whether somebody else than Maestro's own check speaks for the head, unless the profile's options say that it is enough. */
export function isGreenAlone({ workflow }: ApprovalFacts, change: Change): boolean {
  const landing = workflow.profile.options.landing;
  const isEnough =
    typeof landing === "object" &&
    landing !== null &&
    "validation_alone" in landing &&
    landing.validation_alone === true;
  return (
    isEnough ||
    change.checks.some(({ name, headSha, required, status }) => {
      return name !== VALIDATION_CHECK && required && headSha === change.headSha && status === "passed";
    })
  );
}

/** What the host saw in the tree of this commit; `undefined` when it does not know. */
export function treeAt({ tree, validatedTree }: LaneBranch, headSha: string): TreeSeen | undefined {
  return [tree, validatedTree].find((seen) => seen?.headSha === headSha);
}

/** A merging state that Maestro brought about itself, or that the agent's hand-off asked for, is no person's word. */
function isMovedByPerson({ issue, lane, workflow }: ApprovalFacts): boolean {
  if (issue == null) return false;
  const isOurs = lane.ownMove != null && sameState(lane.ownMove, issue.state);
  const claimed = workflow.profile.routes.find(({ name }) => name === lane.handOff?.route)?.category === "merging";
  return !isOurs && !claimed && trackerState(workflow, issue.state)?.category === "merging";
}

function describeGuarded(tree: TreeSeen | undefined): string {
  if (tree === undefined) return "The host does not know which files the change touches; a member's review is needed.";
  const [first, ...others] = tree.guarded;
  const more = others.length === 0 ? "" : ` and ${others.length} more`;
  return `It touches ${first ?? ""}${more}, which only a member's review lets in.`;
}

function yes(by: Approval["by"], isGuarded: boolean, sentence: string): Approval {
  return { ok: true, by, isGuarded, sentence };
}

function no(isGuarded: boolean, sentence: string): Approval {
  return { ok: false, by: null, isGuarded, sentence };
}
