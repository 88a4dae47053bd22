import { checkSummary, reviewDecision } from "../model/change.ts";
import { isAsStrong } from "../model/evidence.ts";
import type { GateName } from "../model/profile.ts";
import { approvalOf, isGreenAlone, landsWhenGreen } from "./approval.ts";
import type { GateCode } from "./gate-codes.ts";
import { type GateFacts, openThreads, proofOf } from "./gate-facts.ts";

/** What a check says when its gate stays shut. */
export interface Shut {
  readonly code: GateCode;
  readonly sentence: string;
}

/** One row of the gates: a check, the gates in which it is asked, and why it shuts them. */
export interface GateCheck {
  /** Name of the check. */
  readonly check: string;
  readonly gates: readonly GateName[];
  /** Every code that it may give. */
  readonly codes: readonly GateCode[];
  /** `headSha` is the commit that the gate is about, `null` when nobody knows it. */
  readonly judge: (facts: GateFacts, headSha: string | null) => Shut | null;
}

const BOTH: readonly GateName[] = ["review", "landing"];

/** Oldest look at the forge that a gate is opened on, milliseconds. */
const OLDEST_LOOK_MS = 600_000;

/** All checks, in the order in which they are told. What none of them names is not asked. */
export const GATE_CHECKS: readonly GateCheck[] = [
  { check: "content", gates: ["review"], codes: ["content_unseen", "content_missing"], judge: judgeContent },
  { check: "clean_tree", gates: ["review"], codes: ["tree_dirty"], judge: judgeTree },
  {
    check: "validation",
    gates: BOTH,
    codes: ["validation_missing", "validation_failed", "validation_stale", "validation_claimed"],
    judge: judgeValidation,
  },
  { check: "pushed", gates: BOTH, codes: ["push_missing", "push_stale"], judge: judgePush },
  { check: "change_seen", gates: BOTH, codes: ["change_unseen", "change_missing", "look_too_old"], judge: judgeSight },
  {
    check: "change_fits",
    gates: BOTH,
    codes: ["change_not_open", "change_foreign", "change_wrong_branch", "change_head_differs", "change_is_draft"],
    judge: judgeChange,
  },
  { check: "change_linked", gates: ["review"], codes: ["change_not_linked"], judge: judgeLink },
  { check: "workpad", gates: ["review"], codes: ["workpad_missing", "workpad_stale"], judge: judgeWorkpad },
  { check: "discussion", gates: BOTH, codes: ["discussion_open"], judge: judgeDiscussion },
  {
    check: "approval",
    gates: ["landing"],
    codes: ["changes_requested", "approval_missing", "approval_guarded"],
    judge: judgeApproval,
  },
  {
    check: "required_checks",
    gates: ["landing"],
    codes: ["checks_red", "checks_open", "checks_unproven"],
    judge: judgeChecks,
  },
  {
    check: "mergeable",
    gates: ["landing"],
    codes: ["merge_conflict", "merge_behind", "merge_unknown", "merge_blocked"],
    judge: judgeMerge,
  },
];

function shut(code: GateCode, sentence: string): Shut {
  return { code, sentence };
}

function judgeContent({ lane, tree }: GateFacts, headSha: string | null): Shut | null {
  if (headSha === null) return shut("content_unseen", "The host has seen no head of the branch.");
  const seen = lane.branch?.tree;
  // A record of an older version does not tell; there only what had changed was validated.
  const known = seen === undefined ? lane.branch?.validatedSha === headSha : seen.headSha === headSha && seen.changed;
  const isChanged = tree === undefined ? known : tree.isChanged;
  return isChanged ? null : shut("content_missing", "Nothing differs from the base.");
}

function judgeTree({ lane, tree }: GateFacts): Shut | null {
  const isClean = tree === undefined ? (lane.branch?.tree?.clean ?? true) : tree.isClean;
  return isClean ? null : shut("tree_dirty", "The workspace holds changes that are not committed.");
}

function judgeValidation({ lane, workflow }: GateFacts, headSha: string | null): Shut | null {
  const proof = proofOf(lane, "validation");
  if (proof === undefined) return shut("validation_missing", "The host has run no checks yet.");
  if (proof.headSha !== headSha) {
    return shut("validation_stale", `The checks ran on ${short(proof.headSha)}, not on ${short(headSha)}.`);
  }
  if (!proof.ok) return shut("validation_failed", `The declared checks failed on ${short(headSha)}.`);
  const isStrong = isAsStrong(proof.witness, workflow.validation.in === "workspace" ? "agent" : "host");
  return isStrong ? null : shut("validation_claimed", `That the checks passed is only told by: ${proof.witness}.`);
}

function judgePush({ lane, remoteHead }: GateFacts, headSha: string | null): Shut | null {
  const proof = proofOf(lane, "pushed");
  if (proof === undefined || remoteHead === null) return shut("push_missing", "The branch has not been pushed.");
  const pushed = remoteHead ?? proof.headSha;
  return proof.headSha === headSha && pushed === headSha
    ? null
    : shut("push_stale", `The branch stands at ${short(pushed)}, not at ${short(headSha)}.`);
}

function judgeSight({ change, changeSeenAt, now }: GateFacts): Shut | null {
  if (change === undefined) return shut("change_unseen", "The forge could not be asked about the change.");
  if (change === null) return shut("change_missing", "The forge shows no change of this branch.");
  const age = now - changeSeenAt;
  return age <= OLDEST_LOOK_MS
    ? null
    : shut("look_too_old", `The change was looked at ${Math.round(age / 1_000)} s ago.`);
}

function judgeChange({ change, lane, workflow }: GateFacts, headSha: string | null): Shut | null {
  if (change == null) return null;
  const { state, branch, base } = change;
  if (state !== "open") return shut("change_not_open", `The change is ${state}.`);
  if (change.foreign === true) return shut("change_foreign", "The branch of the change lives in another repository.");
  if (branch !== lane.branch?.name || base !== workflow.repo?.baseBranch) {
    return shut("change_wrong_branch", `The change merges "${branch}" into "${base}".`);
  }
  if (change.headSha !== headSha) {
    return shut("change_head_differs", `The change shows ${short(change.headSha)}, not ${short(headSha)}.`);
  }
  return change.draft ? shut("change_is_draft", "The change is a draft.") : null;
}

function judgeLink({ change, lane }: GateFacts): Shut | null {
  if (change == null) return null;
  const { identifier, url } = lane.issue;
  const text = `${change.title}\n${change.body}`;
  const isLinked = text.includes(identifier) || (url !== null && text.includes(url));
  return isLinked ? null : shut("change_not_linked", `The change does not name ${identifier}.`);
}

function judgeWorkpad({ lane }: GateFacts, headSha: string | null): Shut | null {
  const workpad = proofOf(lane, "workpad");
  if (workpad === undefined) return shut("workpad_missing", "The issue has not been told what is handed off.");
  if (!workpad.ok) return shut("workpad_missing", "The tracker refused to tell the issue what is handed off.");
  const isFresh = workpad.headSha === headSha && workpad.at >= (proofOf(lane, "validation")?.at ?? 0);
  return isFresh ? null : shut("workpad_stale", `The issue was told about ${short(workpad.headSha)}.`);
}

function judgeDiscussion({ change, lane }: GateFacts): Shut | null {
  if (change == null) return null;
  const open = openThreads(change, lane.branch?.answered);
  const authors = [...new Set(open.map(({ comments }) => comments.at(-1)?.author ?? ""))];
  const count = open.length === 1 ? "One thread waits" : `${open.length} threads wait`;
  return open.length === 0 ? null : shut("discussion_open", `${count} for an answer to ${authors.join(", ")}.`);
}

function judgeApproval(facts: GateFacts): Shut | null {
  const { change } = facts;
  if (change == null) return null;
  if (reviewDecision(change) === "changes_requested") {
    return shut("changes_requested", "A review of the present head asks for changes.");
  }
  const approval = approvalOf(facts, change);
  if (approval.ok) return null;
  return shut(approval.isGuarded ? "approval_guarded" : "approval_missing", approval.sentence);
}

function judgeChecks(facts: GateFacts): Shut | null {
  const { change } = facts;
  if (change == null) return null;
  const summary = checkSummary(change);
  if (summary === "failed") return shut("checks_red", "A required check of the present head failed.");
  if (summary === "pending") return shut("checks_open", "Required checks of the present head have not ended.");
  const isAlone = reviewDecision(change) !== "approved" && landsWhenGreen(facts) && !isGreenAlone(facts, change);
  return isAlone && !approvalOf(facts, change).ok
    ? shut("checks_unproven", "No required check but Maestro's own speaks for the present head.")
    : null;
}

function judgeMerge({ change }: GateFacts): Shut | null {
  if (change?.state !== "open") return null;
  if (change.mergeability === "conflict") return shut("merge_conflict", `It conflicts with "${change.base}".`);
  if (change.mergeability === "behind") return shut("merge_behind", `"${change.base}" has moved on.`);
  if (change.mergeability === "unknown") return shut("merge_unknown", "The forge has not said whether it merges.");
  const [blocker] = change.blockers ?? [];
  return blocker === undefined ? null : shut("merge_blocked", `The forge does not allow the merge yet: ${blocker}`);
}

function short(sha: string | null): string {
  return sha === null ? "nothing" : sha.slice(0, 12);
}
