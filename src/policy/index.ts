export { planAfterWork } from "./after-work.ts";
export { attemptOf } from "./attempt.ts";
export { cleanSteps, planCleanup } from "./cleaning.ts";
export { planCloseout } from "./closing.ts";
export { POLICY_CODES, type PolicyCode } from "./codes.ts";
export { validateSteps } from "./delivery.ts";
export { planDue, purposeOf, REFRESH_ERROR } from "./due.ts";
export {
  describePending,
  describeRetry,
  describeWork,
  judgeAdmission,
  judgeAttention,
  judgeEligibility,
  pendingWrites,
} from "./eligibility.ts";
export { CAPACITY_DELAY_MS, MAX_INTERRUPTIONS } from "./failure.ts";
export { repairFeedback } from "./feedback.ts";
export { compareCandidates, orderCandidates } from "./order.ts";
export { clearRetry, parkSteps, planUnpark } from "./parking.ts";
export { judgeReconcile } from "./reconcile.ts";
export { judgeReopen } from "./reopen.ts";
export {
  areChecksGreen,
  failedChecks,
  findRepair,
  isApproved,
  isRepaired,
  REPAIR_CODES,
  type RepairCode,
  type RepairFact,
  repairMark,
  repairRound,
  VALIDATION_CHECK,
} from "./repairs.ts";
export { CONTINUATION_DELAY_MS, FIRST_RETRY_DELAY_MS, retryDelay } from "./retry-delay.ts";
export { planRoute, type RouteMove } from "./route.ts";
export { countSlots, judgeSlots, NO_SLOT_ERROR } from "./slots.ts";
export { type Ground, hasLabel, judgeStanding } from "./standing.ts";
export { judgeStall } from "./stall.ts";
export { judgeUnpark } from "./unpark.ts";
export {
  attentionLabel,
  comment,
  COMMENT_TOPICS,
  fencedRevision,
  knownIssue,
  moveToRoute,
  runRevision,
  write,
} from "./writes.ts";
