/**
 * What every call to an outside system shares. Errors of trackers and forges carry one of these codes:
 * `invalid_config`, `missing_secret`, `request` (no answer: the effect is unknown), `status`, `response` (unreadable answer), `pagination`,
 * `rate_limited` (with `retryAfterMs`), `not_found`, `auth`, `conflict`, each prefixed with `tracker_` or `forge_` (S-210).
 */
export interface CallOptions {
  readonly signal: AbortSignal;
}

/** What is left of a credential's allowance, as the service itself said last. */
export interface ApiBudget {
  /** Shared by all adapters with the same credential; a hash, never the credential. */
  readonly credential: string;
  readonly limit: number | null;
  readonly remaining: number | null;
  /** When it is full again, epoch milliseconds. */
  readonly resetAt: number | null;
  /** Requests that this process has made with it. */
  readonly spent: number;
}

/** A webhook as it arrived. */
export interface Delivery {
  /** Exactly the bytes that were signed. */
  readonly body: Uint8Array;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Epoch milliseconds. */
  readonly receivedAt: number;
}

/** Whether a webhook is true, and what it may be about. It only wakes a look: nothing is decided on its content. */
export type DeliveryVerdict =
  | { readonly ok: true; readonly id: string; readonly subjects: readonly string[] }
  | { readonly ok: false; readonly code: "unsigned" | "bad_signature" | "too_old" | "unreadable" };

/**
 * Whether an error leaves open if the effect happened. After it only a look-up may go on.
 * Everything else means: nothing happened.
 */
export function isUnknownEffect(error: { readonly code: string }): boolean {
  return (
    /^(tracker|forge)_(request|response)$/.test(error.code) || error.code === "deadline" || error.code === "aborted"
  );
}
