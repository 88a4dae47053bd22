/**
 * What every call to an outside system shares. Errors of trackers and forges carry one of these codes:
 * `invalid_config`, `missing_secret`, `request` (no answer: the effect is unknown), `status`, `response` (unreadable answer), `pagination`,
 * `rate_limited` (with `retryAfterMs`), `not_found`, `auth`, `conflict`, each prefixed with `tracker_` or `forge_` (S-210).
 */
export interface CallOptions {
  readonly signal: AbortSignal;
}

/**
 * Whether an error leaves open if the effect happened. After it only a look-up may go on.
 * Everything else means: nothing happened.
 */
export function isUnknownEffect(error: { readonly code: string }): boolean {
  return (
    /^(tracker|forge)_(request|response)$/.test(error.code) || error.code === "deadline" || error.code === "aborted"
  );
}
