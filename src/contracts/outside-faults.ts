import { MaestroError } from "../base/errors.ts";
import type { JsonObject } from "../base/json.ts";

/**
 * What may go wrong with a call to an outside system. `fail`: refused, nothing happened. `lose_request`: nothing happened and nobody
 * knows. `lose_answer`: it happened and nobody knows. `late`: the answer takes time. `stale`: a read shows what was before the last
 * write; on a write it does nothing.
 */
export type OutsideFault = "fail" | "lose_request" | "lose_answer" | "late" | "stale";

/** Decides what goes wrong with each call. Not a key of the workflow file: only tests and the simulation have one. */
export interface OutsideFaults {
  /** How long a late answer takes, milliseconds of the injected clock. Default 1,000. */
  readonly lateMs?: number;
  next(verb: string): OutsideFault | undefined;
}

/** How long a late answer takes unless said otherwise, milliseconds. */
export const LATE_MS = 1_000;

/** A call as the outside system saw it. Lost and refused requests never got there, so they are not told. */
export interface OutsideCall {
  readonly verb: string;
  readonly arguments: JsonObject;
  /** Whether it changed anything. */
  readonly effect: boolean;
}

/** The error of a call that was refused: nothing happened. `system` is the adapter's kind. */
export function refusedCall(axis: "tracker" | "forge", system: string, verb: string): MaestroError {
  return new MaestroError({
    code: `${axis}_status`,
    message: `The ${system} ${axis} refused ${verb} (injected fault).`,
    retryable: true,
    facts: { verb, status: 503 },
  });
}

/** The error of a call without an answer: whether something happened is unknown. */
export function lostCall(axis: "tracker" | "forge", system: string, verb: string): MaestroError {
  return new MaestroError({
    code: `${axis}_request`,
    message: `The ${system} ${axis} gave no answer to ${verb} (injected fault).`,
    retryable: true,
    facts: { verb },
  });
}
