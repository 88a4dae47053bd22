import { throwIfAborted } from "../../base/abort.ts";
import type { CallOptions } from "../../contracts/outside.ts";
import type { AdapterContext } from "../../contracts/tracker.ts";
import type { Issue } from "../../model/issue.ts";
import { lostCall, type MemoryCall, type MemoryFaults, refusedCall } from "./faults.ts";
import { toIssues } from "./map.ts";
import type { MemoryIssue, MemoryState } from "./schema.ts";
import type { MemoryStore, StateChange } from "./store.ts";

/** What only tests and the simulation hand to a client. */
export interface MemoryPorts {
  readonly faults?: MemoryFaults;
  /** Told of every call that reached the tracker, at the moment of its effect. */
  readonly onCall?: (call: MemoryCall) => void;
}

/** The outside system itself: what all its clients share. */
export interface MemoryOutside {
  readonly declared: readonly MemoryIssue[];
  readonly store: MemoryStore;
  readonly context: AdapterContext;
  readonly watchers: Set<() => void>;
}

type Call = Omit<MemoryCall, "effect">;

/** The way of calls to the tracker and of answers back, with everything that may go wrong on it. */
export class MemoryCalls {
  readonly #outside: MemoryOutside;
  readonly #ports: MemoryPorts;
  #seen: { readonly state: MemoryState; readonly issues: readonly Issue[] } | undefined;

  constructor(outside: MemoryOutside, ports: MemoryPorts) {
    this.#outside = outside;
    this.#ports = ports;
  }

  /** Asks for something. `answer` gets the issues as they are shown. */
  async read<T>(
    call: Call,
    { signal }: CallOptions,
    answer: (state: MemoryState, issues: readonly Issue[]) => T,
  ): Promise<T> {
    const fault = this.#begin(call, signal);
    const { store } = this.#outside;
    const state = (fault === "stale" ? store.before() : undefined) ?? (await store.read());
    this.#ports.onCall?.({ ...call, effect: false });
    const result = answer(state, this.#issuesOf(state));
    await this.#answer(call, fault, signal);
    return result;
  }

  /** Changes something, as one step. */
  async write<T>(
    call: Call,
    { signal }: CallOptions,
    change: (state: MemoryState, issues: readonly Issue[]) => StateChange<T>,
  ): Promise<T> {
    const fault = this.#begin(call, signal);
    const changed = await this.#outside.store.update(signal, (state) => change(state, this.#issuesOf(state)));
    const effect = changed.next !== undefined;
    this.#ports.onCall?.({ ...call, effect });
    if (effect) for (const hint of this.#outside.watchers) queueMicrotask(hint);
    await this.#answer(call, fault, signal);
    return changed.result;
  }

  #begin({ verb }: Call, signal: AbortSignal): ReturnType<MemoryFaults["next"]> {
    throwIfAborted(signal);
    const fault = this.#ports.faults?.next(verb);
    if (fault === "fail") throw refusedCall(verb);
    if (fault === "lose_request") throw lostCall(verb);
    return fault;
  }

  /** The way back of an answer, after the effect. */
  async #answer({ verb }: Call, fault: ReturnType<MemoryFaults["next"]>, signal: AbortSignal): Promise<void> {
    if (fault === "lose_answer") throw lostCall(verb);
    if (fault === "late") await this.#outside.context.clock.sleep(this.#ports.faults?.lateMs ?? 1000, signal);
  }

  #issuesOf(state: MemoryState): readonly Issue[] {
    if (this.#seen?.state !== state) this.#seen = { state, issues: toIssues(this.#outside.declared, state) };
    return this.#seen.issues;
  }
}
