import type { Reason } from "../model/verdict.ts";
import { because } from "./codes.ts";

/** What is left of one credential's allowance. */
export interface AllowanceFacts {
  /** How people know it: `tracker linear`. */
  readonly name: string;
  readonly limit: number | null;
  readonly remaining: number | null;
  /** Epoch milliseconds. */
  readonly resetAt: number | null;
}

/** How often the tracker is asked, and why that is less often than the workflow says; `null`: it is not. */
export interface Pace {
  readonly intervalMs: number;
  readonly reason: Reason | null;
}

/** From this share of an allowance on polls are spread over the time until it is full again. */
const LOW = 0.25;
/** The share of what is left that polls may use; the rest is for what work itself asks and writes. */
const FOR_POLLS = 0.5;
/** Longest pause between two polls, milliseconds: longer is not told apart from a service that hangs. */
const LONGEST_MS = 900_000;

/**
 * How long to wait between two polls, so that no allowance runs out before it is full again. `requestsPerPoll` is what a poll cost lately,
 * at least 1.
 */
export function pacePolls(
  intervalMs: number,
  allowances: readonly AllowanceFacts[],
  requestsPerPoll: number,
  now: number,
): Pace {
  let pace: Pace = { intervalMs, reason: null };
  for (const { name, limit, remaining, resetAt } of allowances) {
    if (limit === null || remaining === null || resetAt === null || limit <= 0 || resetAt <= now) continue;
    if (remaining / limit >= LOW) continue;
    const polls = Math.floor((remaining * FOR_POLLS) / Math.max(1, requestsPerPoll));
    const spread = Math.ceil((resetAt - now) / Math.max(1, polls));
    const slowed = Math.min(spread, LONGEST_MS);
    if (slowed <= pace.intervalMs) continue;
    const left = `${name} has ${remaining} of ${limit} requests left for ${seconds(resetAt - now)} s`;
    const sentence = `${left}: polls every ${seconds(slowed)} s instead of ${seconds(intervalMs)} s.`;
    pace = { intervalMs: slowed, reason: because("polls_slowed", sentence) };
  }
  return pace;
}

function seconds(ms: number): number {
  return Math.ceil(ms / 1_000);
}
