import { throwIfAborted } from "../../base/abort.ts";
import type { CallOptions } from "../../contracts/outside.ts";
import {
  LATE_MS,
  lostCall,
  type OutsideCall,
  type OutsideFault,
  type OutsideFaults,
  refusedCall,
} from "../../contracts/outside-faults.ts";
import type { AdapterContext } from "../../contracts/tracker.ts";
import type { Change } from "../../model/change.ts";
import { toChanges } from "./map.ts";
import type { MemoryForgeState, StateChange } from "./state.ts";

/** A call as the forge saw it, at the moment of its effect. */
export interface MemoryForgeCall extends OutsideCall {
  readonly changeId: string | null;
}

/** What only tests and the simulation hand to a client. */
export interface MemoryForgePorts {
  readonly faults?: OutsideFaults;
  readonly onCall?: (call: MemoryForgeCall) => void;
}

/** The outside system itself: what all its clients share. */
export interface MemoryForgeOutside {
  readonly context: Pick<AdapterContext, "clock" | "random">;
  readonly watchers: Set<() => void>;
  state: MemoryForgeState;
  /** The state before the last write. */
  before: MemoryForgeState | undefined;
}

/** A call before it arrived. */
export type Call = Omit<MemoryForgeCall, "effect">;

/** The way of calls to the forge and of answers back, with everything that may go wrong on it. */
export class MemoryCalls {
  readonly outside: MemoryForgeOutside;
  readonly #ports: MemoryForgePorts;

  constructor(outside: MemoryForgeOutside, ports: MemoryForgePorts) {
    this.outside = outside;
    this.#ports = ports;
  }

  /** Asks for something. `answer` gets the changes as they are shown. */
  async read<T>(
    call: Call,
    { signal }: CallOptions,
    answer: (shown: readonly Change[], state: MemoryForgeState) => T,
  ): Promise<T> {
    const fault = this.#begin(call, signal);
    const state = (fault === "stale" ? this.outside.before : undefined) ?? this.outside.state;
    this.tell(call, false);
    const result = answer(toChanges(state), state);
    await this.#answer(call, fault, signal);
    return result;
  }

  /** Changes something, as one step. */
  async write<T>(
    call: Call,
    { signal }: CallOptions,
    change: (shown: readonly Change[], state: MemoryForgeState) => StateChange<T>,
  ): Promise<T> {
    const fault = this.#begin(call, signal);
    const { state } = this.outside;
    const { next, result } = change(toChanges(state), state);
    if (next !== undefined) this.replace(next);
    this.tell(call, next !== undefined);
    await this.#answer(call, fault, signal);
    return result;
  }

  /** Puts a new state in the place of the present one. */
  replace(next: MemoryForgeState): void {
    this.outside.before = this.outside.state;
    this.outside.state = next;
    for (const hint of this.outside.watchers) queueMicrotask(hint);
  }

  /** Writes a call into the log. */
  tell(call: Call, effect: boolean): void {
    this.#ports.onCall?.({ ...call, effect });
  }

  #begin({ verb }: Call, signal: AbortSignal): OutsideFault | undefined {
    throwIfAborted(signal);
    const fault = this.#ports.faults?.next(verb);
    if (fault === "fail") throw refusedCall("forge", "memory", verb);
    if (fault === "lose_request") throw lostCall("forge", "memory", verb);
    return fault;
  }

  /** The way back of an answer, after the effect. */
  async #answer({ verb }: Call, fault: OutsideFault | undefined, signal: AbortSignal): Promise<void> {
    if (fault === "lose_answer") throw lostCall("forge", "memory", verb);
    if (fault === "late") await this.outside.context.clock.sleep(this.#ports.faults?.lateMs ?? LATE_MS, signal);
  }
}
