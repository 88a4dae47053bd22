import type { Change } from "../../src/model/change.ts";
import type { LaneFacts } from "../../src/model/facts.ts";
import type { Lane, LaneBranch } from "../../src/model/lane.ts";
import { branchOf, changeOf, factsOf, proofSeen, reviewLane, threadOf } from "../policy/facts.ts";
import { workflowOf } from "../policy/workflow-facts.ts";
import { APPROVED, ASKED, RED, review } from "./review-facts.ts";

/** A lane whose change is up and whose issue is not in review yet. */
export const handingOff = (change: Partial<Change> = {}, branch: Partial<LaneBranch> = {}, lane: Partial<Lane> = {}) =>
  factsOf(reviewLane({ stage: "handing_off", branch: branchOf(branch), ...lane }), { change: changeOf(change) });
/** A workflow whose cards follow their changes. */
const followed = () => ({
  ...workflowOf(),
  reconciliation: {
    sourceRoutes: ["review"],
    gates: { approval: true, checks: true, mergeable: true },
    outcomes: { ready: "merging", changesRequested: "rework", failedChecks: "rework", alreadyMerged: "resolved" },
    confirmations: 2,
    maxPerPoll: 25,
  },
});
/** Rows of the gate before review, and of cards that follow their changes. */
export const GATE_CASES: readonly [string, string, LaneFacts, string[]][] = [
  ["hand_off_told", "before the move", handingOff({}, { proofs: {} }), ["write publish_check", "write issue_comment"]],
  [
    "hand_off_told",
    "with nothing to check",
    { ...handingOff({}, { proofs: {} }), workflow: workflowOf({ commands: [] }) },
    ["write issue_comment"],
  ],
  [
    "hand_off_told",
    "of a new head",
    handingOff({}, { proofs: { workpad: proofSeen({ headSha: "older" }) } }),
    ["write publish_check", "write issue_comment"],
  ],
  ["gate_shut", "the forge cannot be asked", { ...handingOff(), change: undefined }, ["wait gate_shut"]],
  ["gate_shut", "a draft", handingOff({ draft: true }), ["wait gate_shut"]],
  ["gate_shut", "closed meanwhile", handingOff({ state: "closed" }), ["stage review_wait"]],
  ["gate_shut", "a person waits for an answer", handingOff({ threads: [threadOf()] }), ["stage review_repair"]],
  ["gate_shut", "another head was checked", handingOff({}, { validatedSha: "older" }), ["stage validating"]],
  [
    "gate_shut",
    "the issue could not be told",
    handingOff({}, { proofs: { workpad: proofSeen({ ok: false }) } }),
    ["stage validating", "park gate_shut", "write issue_label", "write issue_comment"],
  ],
  [
    "gate_shut",
    "in review: the checks were only claimed",
    review(APPROVED, { branch: branchOf({ proofs: { validation: proofSeen({ witness: "agent" }) } }) }),
    ["wait gate_shut"],
  ],
  [
    "card_due",
    "ready to land",
    review(APPROVED, {}, { workflow: followed() }),
    ["write issue_move", "wait card_ready"],
  ],
  [
    "card_due",
    "changes requested",
    review(ASKED, {}, { workflow: followed() }),
    ["write issue_move", "wait card_changes_requested"],
  ],
  [
    "card_due",
    "failed often enough",
    review({ ...APPROVED, ...RED }, {}, { workflow: followed(), failedLooks: 2 }),
    ["write issue_move", "wait card_checks_failed"],
  ],
  [
    "card_due",
    "conflict",
    review({ mergeability: "conflict" }, {}, { workflow: followed() }),
    ["write issue_move", "wait card_conflicts"],
  ],
  [
    "checks_unconfirmed",
    "failed once",
    review({ ...APPROVED, ...RED }, {}, { workflow: followed(), failedLooks: 1 }),
    ["wait checks_unconfirmed"],
  ],
];
