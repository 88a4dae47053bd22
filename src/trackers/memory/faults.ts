import { MaestroError } from "../../base/errors.ts";
import type { JsonObject } from "../../base/json.ts";

/**
 * What may go wrong with a call, as with every outside system. `fail`: refused, nothing happened. `lose_request`: nothing happened
 * and nobody knows. `lose_answer`: it happened and nobody knows. `late`: the answer takes time. `stale`: a read shows what was
 * before the last write; on a write it does nothing.
 */
export type MemoryFault = "fail" | "lose_request" | "lose_answer" | "late" | "stale";

/** Decides what goes wrong with each call. Not a key of the workflow file: only tests and the simulation have one. */
export interface MemoryFaults {
  /** How long a late answer takes, milliseconds of the injected clock. Default 1,000. */
  readonly lateMs?: number;
  next(verb: string): MemoryFault | undefined;
}

/** A call as the outside system saw it. Lost requests never got there, so they are not told. */
export interface MemoryCall {
  readonly verb: string;
  readonly issueId: string | null;
  readonly arguments: JsonObject;
  /** Whether it changed anything. */
  readonly effect: boolean;
}

/** The error of a call that was refused. */
export function refusedCall(verb: string): MaestroError {
  return new MaestroError({
    code: "tracker_status",
    message: `The memory tracker refused ${verb} (injected fault).`,
    retryable: true,
    facts: { verb, status: 503 },
  });
}

/** The error of a call without an answer. */
export function lostCall(verb: string): MaestroError {
  return new MaestroError({
    code: "tracker_request",
    message: `The memory tracker gave no answer to ${verb} (injected fault).`,
    retryable: true,
    facts: { verb },
  });
}
