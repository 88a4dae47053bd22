import type { ApprovalGate } from "./approval-gate.ts";
import type { PlannedWrite } from "./outbox.ts";

/** What people are asked before it happens. */
export interface ApprovalSettings {
  readonly beforeDispatch: boolean;
  readonly beforePush: boolean;
  readonly beforeReview: boolean;
  readonly beforeMerge: boolean;
  /** Names of tools; `destructive` stands for all that cannot be taken back. */
  readonly tools: readonly string[];
  /** US dollars after which people are asked, again and again; `null`: never. */
  readonly costStepUsd: number | null;
  /** The same in tokens. */
  readonly costStepTokens: number | null;
  /** How long a request waits for its answer, milliseconds. */
  readonly expiresMs: number;
  /** What an unanswered request counts as afterwards. */
  readonly onExpiry: "deny" | "approve";
}

/** The longest wait of a request unless a workflow says otherwise, milliseconds: a long weekend. */
export const APPROVAL_EXPIRES_MS = 72 * 3_600_000;

/** A question to people about one step, as it is put on record. */
export interface NewApproval {
  readonly gate: ApprovalGate;
  /** What exactly is asked for, e.g. a commit or a call: an answer holds for nothing else. */
  readonly subject: string;
  /** One sentence for people. */
  readonly what: string;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
  readonly onExpiry: "deny" | "approve";
  /** Outside writes that are planned as soon as it is approved. Absent: what follows is decided anew. */
  readonly writes?: readonly PlannedWrite[];
}

/** How a request ended. */
export interface ApprovalAnswer {
  readonly decision: "approved" | "denied";
  /** As in `Command.actor`; `expiry` when nobody answered in time. */
  readonly actor: string;
  /** Why; empty when an approval gave no reason. */
  readonly reason: string;
  /** Epoch milliseconds. */
  readonly at: number;
}

/** A request on record. */
export interface Approval extends NewApproval {
  /** `<issue>.<number>`; the lanes of an issue count on from `<issue>-2.1`. */
  readonly id: string;
  /** The run that it was asked in or after; 0 before the first. */
  readonly run: number;
  readonly at: number;
  readonly answer: ApprovalAnswer | null;
}

/** Id of the n-th request of a lane. */
export function approvalId(identifier: string, ordinal: number, number: number): string {
  return `${identifier}${ordinal > 1 ? `-${ordinal}` : ""}.${number}`;
}

/** Id under which the question of a run stands among the requests. */
export function questionId(identifier: string, ordinal: number, run: number): string {
  return `${identifier}${ordinal > 1 ? `-${ordinal}` : ""}.q${run}`;
}

/** What stands for all tools whose effect cannot be taken back. */
export const DESTRUCTIVE = "destructive";

/** An instant as people read it in a comment. */
export function approvalInstant(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}
