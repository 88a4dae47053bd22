export { chooseAgent } from "./agent-choice.ts";
export { planAfterWork } from "./after-work.ts";
export { holdStill, isGivenUp, planAbandon, stateToLeaveIn, wordsToTell } from "./orders.ts";
export { headToReview, planAnswer, planPark, planReviewChange, planStopWork } from "./asked.ts";
export { type AccountFacts, accountFor, chooseAccount, isAccountTaken, pauseWords } from "./accounts.ts";
export { judgeBreaker } from "./breaker.ts";
export { carriedFrom } from "./carrying.ts";
export { attemptOf } from "./attempt.ts";
export {
  type BudgetUse,
  budgetLines,
  isNear,
  isReached,
  issueUse,
  judgeBudget,
  type SharedUse,
  sharedUse,
} from "./budget.ts";
export { CARD_CODES, CARD_TOPIC, isUnconfirmed, planCard } from "./cards.ts";
export { cleanSteps, planCleanup } from "./cleaning.ts";
export {
  claimedElsewhere,
  isRenewalDue,
  judgeClaim,
  keepsClaim,
  needsClaim,
  planClaimLost,
  planClaimRefused,
} from "./claims.ts";
export { planCloseout } from "./closing.ts";
export { because, POLICY_CODES } from "./codes.ts";
export { validateSteps } from "./delivery.ts";
export { planDue } from "./due.ts";
export {
  describePending,
  describeRetry,
  describeWork,
  judgeAttention,
  judgeEligibility,
  judgeMove,
  pendingWrites,
} from "./eligibility.ts";
export { commandIn, mayAnswer } from "./comment-commands.ts";
export {
  approvalComment,
  approvalTopic,
  findApproval,
  holdForApproval,
  isGatedTool,
  openApprovals,
  toolRequest,
} from "./human-gates.ts";
export { repairFeedback } from "./feedback.ts";
export { type FeedbackItem, feedbackOf } from "./feedback-view.ts";
export { judgeIssueMove, moveTargets, reservedLabels } from "./agent-moves.ts";
export { type Pace, pacePolls } from "./pace.ts";
export { compareCandidates, orderCandidates } from "./order.ts";
export { clearRetry, parkSteps, planUnpark } from "./parking.ts";
export { judgeReconcile } from "./reconcile.ts";
export { judgeReopen } from "./reopen.ts";
export { describeGate, judgeGate } from "./gate.ts";
export { GATE_CHECKS } from "./gate-checks.ts";
export { GATE_CODES } from "./gate-codes.ts";
export { type GateFacts, gateFacts, proofOf } from "./gate-facts.ts";
export { guardedPaths } from "./guarded-paths.ts";
export {
  answersOf,
  failedChecks,
  findRepair,
  isApproved,
  isRepaired,
  isResumed,
  judgeRepair,
  REPAIR_CODES,
  type RepairFact,
  repairMark,
} from "./repairs.ts";
export { judgeResult } from "./result.ts";
export { keptAccount, planResumption, RUNS_FOR_RESUMPTION } from "./resumption.ts";
export { CONTINUATION_DELAY_MS, retryDelay } from "./retry-delay.ts";
export { isOnlyMoved, planMove, planRoute } from "./route.ts";
export { countSlots, judgeSlots, NO_SLOT_ERROR } from "./slots.ts";
export { hasLabel, judgeStanding } from "./standing.ts";
export { judgeStall } from "./stall.ts";
export { judgeUnpark } from "./unpark.ts";
export { VALIDATION_CHECK } from "./validation-check.ts";
export { describeCheckpoint, keepsLedger, ledgerOf, withoutPlaces, workpadBody, workpadStep } from "./workpad.ts";
export { judgeVerb, possibleVerbs, type VerbFacts } from "./verbs.ts";
export {
  attentionLabel,
  comment,
  fencedRevision,
  knownIssue,
  moveToRoute,
  runRevision,
  write,
} from "./writes.ts";
