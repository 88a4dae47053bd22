import {
  type AccountPause,
  type AccountStanding,
  type AccountWait,
  accountOf,
  DEFAULT_ACCOUNT,
  FOR_GOOD,
  PAUSED_BY_PERSON,
} from "../model/account.ts";
import { withAgent } from "../model/agent-choice.ts";
import { nextDayAt } from "../model/day.ts";
import type { Issue } from "../model/issue.ts";
import type { Lane } from "../model/lane.ts";
import type { Reason } from "../model/verdict.ts";
import type { AccountSettings, AgentChoice, AgentSettings, Workflow } from "../model/workflow.ts";
import { chooseAgent } from "./agent-choice.ts";
import { because } from "./codes.ts";

/** First pause of an account whose provider did not say how long it lasts, milliseconds; doubled each time, capped by `maxRetryBackoffMs`. */
const FIRST_PAUSE_MS = 60_000;
/** A pause that is asked for so long after the last one ended begins the doubling anew, milliseconds. */
const FORGET_AFTER_MS = 1_800_000;
/** A provider's word on its reset that is further away is not believed, milliseconds: the longest window of any is a week. */
const FURTHEST_RESET_MS = 8 * 86_400_000;
const MOST_DOUBLINGS = 20;

/** Who does the work of a run that is started now. */
export interface ChosenAgent {
  readonly ok: true;
  /** Place of the rule that chose it; `null`: none did. */
  readonly rule: number | null;
  /** Place among the fallbacks; `null`: the chosen one itself does it. */
  readonly fallback: number | null;
  /** The account to take; `null`: none is configured, so that the machine's own login is used. */
  readonly account: AccountStanding | null;
}

/** What an account is chosen on. */
export interface AccountFacts {
  /** The newest pause of each account; absent: none is known. */
  readonly pauses?: readonly AccountPause[];
  /** Those that are configured; absent: none. */
  readonly accounts?: readonly AccountStanding[];
  /** `<kind>/<id>` of the one that keeps the session to go on with: it is taken when it is free. */
  readonly kept?: string | null;
  readonly now: number;
}

/** Without a section of the workflow. */
const SETTINGS: AccountSettings = {
  ...{ preflight: "off", pollIntervalMs: 30_000, maxLeases: null, cooldownMs: 0, dailyTokens: null },
};
/** A wait that others end at any moment: the account itself is well. */
const TAKEN = ["account_busy", "account_cooling"];

/** Whether a wait is for other runs on an account only, so that it may end at any moment. */
export function isAccountTaken(code: string): boolean {
  return TAKEN.includes(code);
}

/**
 * The agent and the account of a run that is started now, or what it has to wait for. A fallback does the work when no account of the agents before
 * it could do it for a while; that one is only taken by others is waited for.
 */
export function chooseAccount(
  workflow: Workflow,
  issue: Issue,
  lane: Pick<Lane, "failures">,
  facts: AccountFacts,
): ChosenAgent | ({ readonly ok: false } & AccountWait) {
  const rule = chooseAgent(workflow, issue, lane);
  const { fallback: others = [] } = workflow.agentProvider;
  const waits: AccountWait[] = [];
  for (const fallback of [null, ...others.keys()]) {
    const found = accountFor(withAgent(workflow, rule, fallback), facts);
    if (!("code" in found)) return { ok: true, rule, fallback, account: found.account };
    waits.push(found);
    if (isAccountTaken(found.code)) break;
  }
  return { ok: false, ...soonest(waits) };
}

function soonest(waits: readonly AccountWait[]): AccountWait {
  const taken = waits.find(({ code }) => isAccountTaken(code));
  const known = waits.filter(({ until }) => until !== null);
  const [first = NOTHING_FREE, ...rest] = known.length > 0 ? known : waits;
  return taken ?? rest.reduce((best, wait) => ((wait.until ?? 0) < (best.until ?? 0) ? wait : best), first);
}

const NOTHING_FREE: AccountWait = { ...because("account_missing", "There is no account."), until: null };

/** The account of one agent that is used least, or why there is none. */
export function accountFor(
  { agentProvider, accounts: settings = SETTINGS }: Workflow,
  facts: AccountFacts,
): { readonly account: AccountStanding | null } | AccountWait {
  const { kind, account: wanted } = agentProvider;
  const known = (facts.accounts ?? []).filter((one) => one.kind === kind);
  const pool = wanted === undefined ? known : known.filter(({ id }) => id === wanted);
  if (pool.length === 0) {
    const isOwn = wanted === undefined || wanted === DEFAULT_ACCOUNT;
    return isOwn ? (pauseOf(accountOf(kind), facts) ?? { account: null }) : missing(agentProvider);
  }
  const judged = pool.map((account) => ({ account, wait: judgeAccount(account, settings, facts) }));
  const free = judged.filter(({ wait }) => wait === null).map(({ account }) => account);
  const [best] = free.toSorted((left, right) => compareUse(left, right, settings, facts));
  return best === undefined
    ? together(
        kind,
        judged.flatMap(({ wait }) => wait ?? []),
      )
    : { account: best };
}

function missing({ kind, account = "" }: AgentChoice): AccountWait {
  const name = accountOf(kind, account);
  return {
    ...because(
      "account_missing",
      `There is no account ${name}; \`maestro accounts login ${kind} ${account}\` makes it.`,
    ),
    until: null,
  };
}

/** Why an account takes no run now; `null`: it does. */
function judgeAccount(account: AccountStanding, settings: AccountSettings, facts: AccountFacts): AccountWait | null {
  const { now } = facts;
  const name = accountOf(account.kind, account.id);
  if (!account.enabled) {
    return { ...because("account_disabled", `Account ${name} is switched off.`), until: null };
  }
  const paused = pauseOf(name, facts);
  if (paused !== null) return paused;
  const { preflight, dailyTokens, maxLeases } = settings;
  const resetAt = preflight === "required" ? usedUpUntil(account, now) : null;
  if (resetAt !== null) {
    const words = `The capacity of account ${name} is used up for another ${seconds(resetAt - now)}, as its provider said.`;
    return { ...because("account_quota", words), until: resetAt };
  }
  const most = account.dailyTokens ?? dailyTokens;
  if (most !== null && account.tokensToday >= most) {
    const words = `Account ${name} has used ${account.tokensToday} of its ${most} tokens of today.`;
    return { ...because("account_budget", words), until: nextDayAt(now, "UTC") };
  }
  const limit = account.limit ?? maxLeases;
  if (limit !== null && account.leases >= limit) {
    const runs = account.leases === 1 ? "1 run" : `${account.leases} runs`;
    return { ...because("account_busy", `Account ${name} is used by ${runs}; its limit is ${limit}.`), until: null };
  }
  if (account.coolsUntil === null || account.coolsUntil <= now) return null;
  const words = `Account ${name} rests after its last run for another ${seconds(account.coolsUntil - now)}.`;
  return { ...because("account_cooling", words), until: account.coolsUntil };
}

function pauseOf(name: string, { pauses = [], now }: AccountFacts): AccountWait | null {
  const pause = pauses.find(({ account, until }) => account === name && until > now);
  return pause === undefined
    ? null
    : { ...because("account_paused", pauseWords(pause, now)), until: pause.until >= FOR_GOOD ? null : pause.until };
}

/** When an account's capacity is new that was told to be used up; `null`: there is some left, or nobody said. */
function usedUpUntil({ windows }: AccountStanding, now: number): number | null {
  const resets = windows.flatMap(({ usedShare, resetAt }) =>
    usedShare !== null && usedShare >= 1 && resetAt !== null && resetAt > now ? [resetAt] : [],
  );
  return resets.length === 0 ? null : Math.max(...resets);
}

/** What is told of an account's fullest window that is not new yet; 0: nothing is. */
function fullest({ windows }: AccountStanding, now: number): number {
  const shares = windows.filter(({ resetAt }) => resetAt === null || resetAt > now);
  return Math.max(0, ...shares.map(({ usedShare }) => usedShare ?? 0));
}

/** The one that is used less comes first. */
function compareUse(
  left: AccountStanding,
  right: AccountStanding,
  { preflight }: AccountSettings,
  { kept, now }: AccountFacts,
): number {
  const rank = (account: AccountStanding): readonly number[] => [
    preflight === "advisory" && usedUpUntil(account, now) !== null ? 1 : 0,
    accountOf(account.kind, account.id) === kept ? 0 : 1,
    account.leases,
    fullest(account, now),
    account.tokensToday,
    account.lastLeasedAt ?? 0,
  ];
  const [mine, theirs] = [rank(left), rank(right)];
  const at = mine.findIndex((value, place) => value !== theirs[place]);
  return at < 0 ? left.id.localeCompare(right.id, "en") : (mine[at] ?? 0) - (theirs[at] ?? 0);
}

/** One wait for several accounts: the first that may be free, and what keeps each of them. */
function together(kind: string, waits: readonly AccountWait[]): AccountWait {
  const first = soonest(waits);
  if (waits.length === 1) return first;
  const all = waits.map(({ sentence }) => sentence).join(" ");
  return { ...first, sentence: `None of the ${waits.length} accounts of ${kind} is free. ${all}` };
}

function seconds(ms: number): string {
  return `${Math.max(0, Math.ceil(ms / 1_000))} s`;
}

/** A pause in words, with how long it lasts. */
export function pauseWords({ account, until, published, code, sentence }: AccountPause, now: number): string {
  if (until >= FOR_GOOD) return `Account ${account} is paused until a person resumes it: ${sentence}`;
  const asked = code === PAUSED_BY_PERSON ? "a person says so" : "its provider did not say until when";
  const who = published ? "its provider says so" : asked;
  return `Account ${account} is paused for another ${seconds(until - now)} (${who}): ${sentence}`;
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
