import { isJson, type Json } from "./json.ts";

/**
 * What may go wrong:
 * - `status`: answers with `status` and `body` (a gateway's HTML unless given); nothing happens.
 * - `hold`: nothing happens and no answer comes for `ms` (default: until the fake stops).
 * - `hold_after`: it happens, but no answer comes for `ms`.
 * - `drop_before`, `drop_after`: the connection is cut before or after it happens.
 * - `rate_limit`: the service's own refusal; `variant` chooses among several (GitHub: `primary`, `secondary`); `retryAfter` in seconds.
 * - `malformed`: it happens, the answer is no JSON.
 * - `cut`: it happens, half of the answer's bytes arrive and the connection ends.
 * - `partial`: a page of at most `keep` items (default 1) that says more follow; the rest comes on the next page.
 * - `partial_errors`: GraphQL data with `null` for the last root field and an error beside it.
 * - `stale`: a read shows what was true `ms` ago.
 * - `duplicate_webhook`, `drop_webhook`: `operation` names the event; it is delivered twice with one delivery id, or never.
 */
export const FAULT_KINDS = [
  "status",
  "hold",
  "hold_after",
  "drop_before",
  "drop_after",
  "rate_limit",
  "malformed",
  "cut",
  "partial",
  "partial_errors",
  "stale",
  "duplicate_webhook",
  "drop_webhook",
] as const;

export interface Fault {
  readonly kind: (typeof FAULT_KINDS)[number];
  /** As logged in `operation`; a GraphQL document's own name also matches; `*` is every one. */
  readonly operation: string;
  /** How many matching calls meet it; default 1. */
  readonly times?: number;
  /** How many matching calls pass before it begins; default 0. */
  readonly skip?: number;
  readonly status?: number;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
  readonly ms?: number;
  readonly keep?: number;
  readonly variant?: string;
  readonly retryAfter?: number;
}

interface Armed {
  readonly fault: Fault;
  left: number;
  skip: number;
}

/** Faults in waiting, each met by the calls it names and then gone. */
export class Faults {
  #armed: Armed[] = [];

  add(...faults: Fault[]): void {
    for (const fault of faults) {
      this.#armed.push({ fault, left: fault.times ?? 1, skip: fault.skip ?? 0 });
    }
  }

  clear(): void {
    this.#armed = [];
  }

  /** The first fault that waits for one of these names. */
  take(names: readonly string[], kinds: (kind: Fault["kind"]) => boolean): Fault | undefined {
    for (const armed of this.#armed) {
      const { operation, kind } = armed.fault;
      if (armed.left === 0 || !kinds(kind) || (operation !== "*" && !names.includes(operation))) continue;
      if (armed.skip > 0) {
        armed.skip -= 1;
        continue;
      }
      armed.left -= 1;
      return armed.fault;
    }
    return undefined;
  }
}

export function isWebhookFault(kind: Fault["kind"]): boolean {
  return kind === "duplicate_webhook" || kind === "drop_webhook";
}

/** Faults as they come over the control path; throws on an unknown kind, because a fault that never fires proves nothing. */
export function readFaults(value: unknown): Fault[] {
  const list = Array.isArray(value) ? value : [value];
  return list.map((one) => {
    if (!isJson(one) || typeof one.operation !== "string" || !isKind(one)) {
      throw new Error(`no fault: ${JSON.stringify(one)}; kinds: ${FAULT_KINDS.join(", ")}`);
    }
    return one as unknown as Fault;
  });
}

function isKind({ kind }: Json): boolean {
  return FAULT_KINDS.some((known) => known === kind);
}
