/** Where a person can be asked: before the four steps of the host, before a tool call, and each time an issue has cost so much more. */
export const APPROVAL_GATES = [
  "before_dispatch",
  "before_push",
  "before_review",
  "before_merge",
  "tool",
  "cost_step",
] as const;
export type ApprovalGate = (typeof APPROVAL_GATES)[number];
