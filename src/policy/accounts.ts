import { type AccountPause, accountOf } from "../model/account.ts";
import { withAgent } from "../model/agent-choice.ts";
import type { Issue } from "../model/issue.ts";
import type { Lane } from "../model/lane.ts";
import type { Reason } from "../model/verdict.ts";
import type { AgentSettings, Workflow } from "../model/workflow.ts";
import { chooseAgent } from "./agent-choice.ts";

/** First pause of an account whose provider did not say how long it lasts, milliseconds; doubled each time, capped by `maxRetryBackoffMs`. */
const FIRST_PAUSE_MS = 60_000;
/** A pause that is asked for so long after the last one ended begins the doubling anew, milliseconds. */
const FORGET_AFTER_MS = 1_800_000;
/** A provider's word on its reset that is further away is not believed, milliseconds: the longest window of any is a week. */
const FURTHEST_RESET_MS = 8 * 86_400_000;
const MOST_DOUBLINGS = 20;

/** Who does the work of a run that is started now. */
export interface ChosenAgent {
  /** Place of the rule that chose it; `null`: none did. */
  readonly rule: number | null;
  /** Place among the fallbacks; `null`: the chosen one itself does it. */
  readonly fallback: number | null;
}

/** The agent of a run that is started now, or the pause that it has to wait for: the one that ends first. */
export function chooseAccount(
  workflow: Workflow,
  issue: Issue,
  lane: Pick<Lane, "failures">,
  { pauses = [], now }: { readonly pauses?: readonly AccountPause[]; readonly now: number },
): ChosenAgent | AccountPause {
  const rule = chooseAgent(workflow, issue, lane);
  const { fallback = [] } = workflow.agentProvider;
  const places = [null, ...fallback.keys()];
  const waits: AccountPause[] = [];
  for (const place of places) {
    const { kind } = withAgent(workflow, rule, place).agentProvider;
    const pause = pauses.find(({ account, until }) => account === accountOf(kind) && until > now);
    if (pause === undefined) return { rule, fallback: place };
    waits.push(pause);
  }
  const [first, ...others] = waits;
  if (first === undefined) return { rule, fallback: null };
  return others.reduce((earliest, other) => (other.until < earliest.until ? other : earliest), first);
}

/** A pause in words, with how long it lasts. */
export function pauseWords({ account, until, published, sentence }: AccountPause, now: number): string {
  const seconds = Math.max(0, Math.ceil((until - now) / 1_000));
  const who = published ? "its provider says so" : "its provider did not say until when";
  return `Account ${account} is paused for another ${seconds} s (${who}): ${sentence}`;
}

/**
 * The pause that follows when a provider turned work on an account away; `null` when the one that is in force says it already. Several runs
 * that are turned away at the same time are one reason to wait.
 */
export function planPause(
  last: AccountPause | undefined,
  turned: { readonly account: string; readonly resetAt: number | null; readonly why: Reason },
  now: number,
  { maxRetryBackoffMs }: Pick<AgentSettings, "maxRetryBackoffMs">,
): AccountPause | null {
  const { account, resetAt, why } = turned;
  const published = resetAt !== null && resetAt > now && resetAt - now <= FURTHEST_RESET_MS;
  const isInForce = last !== undefined && last.until > now;
  if (isInForce && (!published || last.until >= resetAt)) return null;
  if (published) return { account, at: now, until: resetAt, published, strikes: 0, ...plain(why) };
  const isFresh = last !== undefined && now - last.until < FORGET_AFTER_MS;
  const strikes = isFresh ? last.strikes + 1 : 1;
  const pause = FIRST_PAUSE_MS * 2 ** Math.min(strikes - 1, MOST_DOUBLINGS);
  return { account, at: now, until: now + Math.min(pause, maxRetryBackoffMs), published, strikes, ...plain(why) };
}

function plain({ code, sentence }: Reason): Reason {
  return { code, sentence };
}
