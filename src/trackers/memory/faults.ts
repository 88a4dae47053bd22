import type { MaestroError } from "../../base/errors.ts";
import {
  lostCall as lostOutside,
  type OutsideCall,
  type OutsideFault,
  type OutsideFaults,
  refusedCall as refusedOutside,
} from "../../contracts/outside-faults.ts";

/** What may go wrong with a call, as with every outside system. */
export type MemoryFault = OutsideFault;

/** Decides what goes wrong with each call. */
export type MemoryFaults = OutsideFaults;

/** A call as the tracker saw it. */
export interface MemoryCall extends OutsideCall {
  readonly issueId: string | null;
}

/** The error of a call that was refused. */
export function refusedCall(verb: string): MaestroError {
  return refusedOutside("tracker", "memory", verb);
}

/** The error of a call without an answer. */
export function lostCall(verb: string): MaestroError {
  return lostOutside("tracker", "memory", verb);
}
