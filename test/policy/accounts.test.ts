import { describe, expect, test } from "vitest";
import { workflowOf } from "./workflow-facts.ts";
import type { AccountPause } from "../../src/model/account.ts";
import type { AccountStanding } from "../../src/model/account.ts";
import { accountFor, planPause } from "../../src/policy/accounts.ts";

const MINUTE = 60_000;
const why = { code: "capacity", sentence: "Too many requests." };
const settings = { maxRetryBackoffMs: 5 * MINUTE };
const turned = (resetAt: number | null) => ({ account: "codex/default", resetAt, why });
const now = 1_000 * MINUTE;
const paused = (more: Partial<AccountPause>): AccountPause => ({
  ...{ account: "codex/default", at: now - MINUTE, until: now - 1, published: false, strikes: 1, ...why },
  ...more,
});

describe("a pause of an account", () => {
  test.for([
    ["lasts until the provider's reset", undefined, now + 90 * MINUTE, 90, 0],
    ["lasts a minute when nobody says how long", undefined, null, 1, 1],
    ["lasts a minute when the reset is past", undefined, now - 1, 1, 1],
    ["does not believe in a reset next month", undefined, now + 30 * 1_440 * MINUTE, 1, 1],
    ["doubles when it happens again soon", paused({ strikes: 2 }), null, 4, 3],
    ["is never longer than the greatest back-off", paused({ strikes: 9 }), null, 5, 10],
    ["begins anew when the last one is long ago", paused({ until: now - 40 * MINUTE, strikes: 5 }), null, 1, 1],
    ["gives way to a later word of the provider", paused({ until: now + MINUTE }), now + 10 * MINUTE, 10, 0],
  ] as const)("%s", ([, last, resetAt, minutes, strikes]) => {
    const pause = planPause(last, turned(resetAt), now, settings);
    expect([(pause?.until ?? 0) - now, pause?.strikes]).toEqual([minutes * MINUTE, strikes]);
  });

  test.for([
    ["one that is in force and says nothing new", paused({ until: now + MINUTE }), null],
    ["one that is in force and lasts longer", paused({ until: now + 20 * MINUTE }), now + 10 * MINUTE],
  ] as const)("is not made beside %s", ([, last, resetAt]) => {
    expect(planPause(last, turned(resetAt), now, settings)).toBeNull();
  });
});

const standing = (id: string, more: Partial<AccountStanding> = {}): AccountStanding => ({
  ...{ kind: "codex", id, enabled: true, limit: null, leases: 0, coolsUntil: null, lastLeasedAt: null },
  ...{ tokensToday: 0, dailyTokens: null, windows: [] },
  ...more,
});

const usedUp = [{ window: "primary", usedShare: 1, resetAt: now + MINUTE }];

function choose(
  accounts: readonly AccountStanding[],
  more: {
    readonly account?: string;
    readonly preflight?: "off" | "advisory" | "required";
    readonly pauses?: readonly AccountPause[];
    readonly kept?: string;
    readonly maxLeases?: number;
  } = {},
): string {
  const { account, preflight = "advisory", pauses = [], kept = null, maxLeases = null } = more;
  const settings = { preflight, pollIntervalMs: 1, maxLeases, cooldownMs: 0, dailyTokens: null };
  const agentProvider = { kind: "codex", options: {}, ...(account === undefined ? {} : { account }) };
  const found = accountFor({ ...workflowOf(), agentProvider, accounts: settings }, { accounts, pauses, kept, now });
  return "code" in found
    ? `${found.code} ${found.until === null ? "?" : found.until - now}`
    : (found.account?.id ?? "the machine's");
}

describe("the account of a run", () => {
  const [a, b] = [standing("a"), standing("b")];
  test.for([
    ["is the machine's when none is configured", choose([]), "the machine's"],
    ["is of its agent's kind", choose([standing("x", { kind: "gemini" })]), "the machine's"],
    [
      "waits for the machine's own while that is paused",
      choose([], { pauses: [paused({ until: now + 5 })] }),
      "account_paused 5",
    ],
    ["has the fewest runs", choose([standing("a", { leases: 2 }), standing("b", { leases: 1 })]), "b"],
    [
      "has used the least capacity",
      choose([standing("a", { windows: [{ ...usedUp[0], window: "w", usedShare: 0.4, resetAt: null }] }), b]),
      "b",
    ],
    ["has used the fewest tokens today", choose([standing("a", { tokensToday: 9 }), b]), "b"],
    ["has rested longest", choose([standing("a", { lastLeasedAt: 9 }), standing("b", { lastLeasedAt: 8 })]), "b"],
    ["keeps the session to go on with", choose([a, standing("b", { leases: 1 })], { kept: "codex/b" }), "b"],
    ["is the one that the workflow names", choose([a, b], { account: "b" }), "b"],
    ["is missing when nobody made that one", choose([a], { account: "c" }), "account_missing ?"],
    ["is not one that is switched off", choose([standing("a", { enabled: false })]), "account_disabled ?"],
    ["is not paused", choose([a, b], { pauses: [paused({ account: "codex/a", until: now + 5 })] }), "b"],
    ["is not used as often as it may be", choose([standing("a", { limit: 1, leases: 1 })]), "account_busy ?"],
    [
      "is not used as often as the workflow allows",
      choose([standing("a", { leases: 1 })], { maxLeases: 1 }),
      "account_busy ?",
    ],
    ["does not rest", choose([standing("a", { coolsUntil: now + 7 })]), "account_cooling 7"],
    ["has tokens left", choose([standing("a", { tokensToday: 9, dailyTokens: 9 }), b]), "b"],
    [
      "is one that may be free soon, of several waits",
      choose([standing("a", { limit: 1, leases: 1 }), b], { pauses: [paused({ account: "codex/b", until: now + 5 })] }),
      "account_busy ?",
    ],
    [
      "whose capacity is used up comes last when that is advice",
      choose([standing("a", { windows: usedUp }), standing("b", { leases: 3 })]),
      "b",
    ],
    [
      "whose capacity is used up is waited for when it is required",
      choose([standing("a", { windows: usedUp })], { preflight: "required" }),
      `account_quota ${MINUTE}`,
    ],
    [
      "whose capacity is used up is taken when nobody asks",
      choose([standing("a", { windows: usedUp })], { preflight: "off" }),
      "a",
    ],
  ] as const)("%s", ([, found, wanted]) => {
    expect(found).toBe(wanted);
  });
});
