import { describe, expect, test } from "vitest";
import type { AccountPause } from "../../src/model/account.ts";
import { planPause } from "../../src/policy/accounts.ts";

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
