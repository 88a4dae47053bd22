import type { AgentSettings } from "../model/workflow.ts";

/** Pause between a session that ended cleanly without a deliverable and the next one, milliseconds (S-118). */
export const CONTINUATION_DELAY_MS = 1_000;

/** Pause after the first failure, milliseconds (S-119). */
const FIRST_RETRY_DELAY_MS = 10_000;

/** Beyond this many doublings every cap is reached; keeps the power a safe integer. */
const MOST_DOUBLINGS = 30;

/** Back-off before the next try after `failures` failures in a row (from 1), in milliseconds: doubled each time, capped (S-119). */
export function retryDelay(settings: Pick<AgentSettings, "maxRetryBackoffMs">, failures: number): number {
  const doublings = Math.min(Math.max(Math.floor(failures) - 1, 0), MOST_DOUBLINGS);
  return Math.max(0, Math.min(FIRST_RETRY_DELAY_MS * 2 ** doublings, settings.maxRetryBackoffMs));
}
