import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { BUDGET_COUNTS, type Limits, NO_LIMITS } from "../../src/model/budget.ts";
import { addSpending, NANO_USD, NO_SPENDING, type Spending } from "../../src/model/spending.ts";
import { budgetLines, isNear, judgeBudget, sharedUse } from "../../src/policy/index.ts";
import { workflowOf } from "./workflow-facts.ts";

const use = (used: Partial<Spending>, limits: Partial<Limits>) => ({
  scope: "day" as const,
  used: { ...NO_SPENDING, ...used },
  limits: { ...NO_LIMITS, ...limits },
});

describe("a budget", () => {
  test.for([
    ["tokens", { totalTokens: 9 }, { totalTokens: 10 }, { tokens: 10 }],
    ["money", { nanoUsd: 2 * NANO_USD - 1 }, { nanoUsd: 2 * NANO_USD }, { costUsd: 2 }],
    ["sessions", { sessions: 4 }, { sessions: 5 }, { sessions: 5 }],
    ["turns", { turns: 4 }, { turns: 5 }, { turns: 5 }],
    ["calls of the model", { modelCalls: 4 }, { modelCalls: 5 }, { modelCalls: 5 }],
    ["wall clock", { wallMs: 59_999 }, { wallMs: 60_000 }, { wallMs: 60_000 }],
  ] as const)("of %s has something left below its limit, and nothing at it", ([, below, at, limits]) => {
    expect(judgeBudget([use(below, limits)])).toMatchObject({ ok: true, code: "affordable" });
    expect(judgeBudget([use(at, limits)])).toMatchObject({ ok: false, code: "day_budget_exhausted" });
  });

  test("says how much was used, and which key is the limit", () => {
    expect(judgeBudget([use({ totalTokens: 10_000_000 }, { tokens: 10_000_000 })]).sentence).toBe(
      "Used up: 10 000 000 of 10 000 000 tokens of the day. The limit is budget.day.tokens.",
    );
  });

  test("of money has nothing left while a price is unknown", () => {
    const used = { totalTokens: 5, unpricedTokens: 5 };
    expect(judgeBudget([use(used, { costUsd: 100 })])).toMatchObject({ ok: false, code: "price_unknown" });
    expect(judgeBudget([use(used, { tokens: 100 })]).ok).toBe(true);
  });

  test("counts sessions that are about to begin", () => {
    const workflow = { budget: { ...workflowOf().budget, day: { ...NO_LIMITS, sessions: 3 } } };
    const spent = { day: { ...NO_SPENDING, sessions: 2 }, workflow: NO_SPENDING };
    expect(judgeBudget(sharedUse(workflow, spent)).ok).toBe(true);
    expect(judgeBudget(sharedUse(workflow, spent, 1)).ok).toBe(false);
  });

  test("is near from its share on", () => {
    const [line] = budgetLines(use({ turns: 8 }, { turns: 10 }));
    expect(line !== undefined && [isNear(line, {}), isNear(line, { warnAt: 0.9 })]).toEqual([true, false]);
  });
});

const amount = fc.integer({ min: 0, max: 1_000_000 });
const spending: fc.Arbitrary<Spending> = fc.record({
  inputTokens: amount,
  cacheReadTokens: amount,
  cacheWriteTokens: amount,
  outputTokens: amount,
  reasoningTokens: amount,
  totalTokens: amount,
  nanoUsd: amount,
  unpricedTokens: amount,
  sessions: amount,
  turns: amount,
  modelCalls: amount,
  wallMs: amount,
});
const limits: fc.Arbitrary<Limits> = fc.record({
  tokens: fc.option(amount),
  costUsd: fc.option(fc.double({ min: 0.000001, max: 0.001, noNaN: true })),
  sessions: fc.option(amount),
  turns: fc.option(amount),
  modelCalls: fc.option(amount),
  wallMs: fc.option(amount),
});

describe("whatever was used", () => {
  test("who has used more never gets more", () => {
    fc.assert(
      fc.property(spending, spending, limits, (used, more, most) => {
        const before = judgeBudget([{ scope: "issue", used, limits: most }]).ok;
        const after = judgeBudget([{ scope: "issue", used: addSpending(used, more), limits: most }]).ok;
        return before || !after;
      }),
    );
  });

  test("a yes means that something is left of every limit, and without limits it is a yes", () => {
    fc.assert(
      fc.property(spending, limits, (used, most) => {
        const { ok } = judgeBudget([{ scope: "issue", used, limits: most }]);
        const left = budgetLines({ scope: "issue", used, limits: most }).every((line) => line.used < line.limit);
        const isKnown = most.costUsd === null || used.unpricedTokens === 0;
        return ok === (left && isKnown) && (BUDGET_COUNTS.some((count) => most[count] !== null) || ok);
      }),
    );
  });
});
