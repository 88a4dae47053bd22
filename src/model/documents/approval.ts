import { APPROVAL_GATES } from "../approval-gate.ts";

/** What can be asked of people: a gate of the host, a call of a tool, or an agent's own question. */
export const REQUEST_KINDS = [...APPROVAL_GATES, "question"] as const;

/** Something that waits for a person's word. */
export interface ApprovalRow {
  readonly issue_id: string;
  readonly issue_identifier: string;
  readonly issue_url: string | null;
  /** What `approve` and `deny` take. */
  readonly id: string;
  readonly kind: (typeof REQUEST_KINDS)[number];
  readonly lane_id: string;
  /** The run that asked, or after which it was asked; 0 before the first. */
  readonly run: number;
  /** What is asked, for people. */
  readonly what: string;
  /** Answers that an agent's question offers. */
  readonly options: readonly string[];
  readonly asked_at: string;
  /** `null`: it waits for good, as questions do. */
  readonly expires_at: string | null;
  /** What it counts as without an answer by then; `null` with a question. */
  readonly on_expiry: "deny" | "approve" | null;
}

/** What `approvals --json` and `GET /api/v2/approvals` show, oldest first. */
export interface ApprovalsDocument {
  readonly version: 1;
  readonly approvals: readonly ApprovalRow[];
}
