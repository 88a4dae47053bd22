import type { Price } from "./budget.ts";
import { NANO_USD, type Spending } from "./spending.ts";

/** Prices of one provider's models, as its page had them on a day. */
interface PriceList {
  readonly source: string;
  /** When the page was read. */
  readonly date: string;
  /** US dollars per million tokens. Models whose price depends on the length of the prompt are left out: their price is not known here. */
  readonly models: Readonly<Record<string, Price>>;
}

const price = (input: number, cacheRead: number, cacheWrite: number, output: number): Price => ({
  input,
  cacheRead,
  cacheWrite,
  output,
});

/** The prices that are known without a word in the workflow file. Writes to the cache: those that last five minutes. */
export const PRICE_LISTS: readonly PriceList[] = [
  {
    source: "https://platform.claude.com/docs/en/about-claude/pricing",
    date: "2026-10-10",
    models: {
      "claude-fable-5-1": price(10, 0.25, 12.5, 50),
      "claude-fable-5": price(10, 1, 12.5, 50),
      "claude-opus-5-5": price(4, 0.2, 5, 20),
      "claude-opus-5": price(5, 0.5, 6.25, 25),
      "claude-opus-4-8": price(5, 0.5, 6.25, 25),
      "claude-opus-4-7": price(5, 0.5, 6.25, 25),
      "claude-opus-4-6": price(5, 0.5, 6.25, 25),
      "claude-opus-4-5": price(5, 0.5, 6.25, 25),
      "claude-opus-4-1": price(15, 1.5, 18.75, 75),
      "claude-opus-4": price(15, 1.5, 18.75, 75),
      "claude-sonnet-5-5": price(2, 0.1, 2.5, 10),
      "claude-sonnet-5": price(2, 0.2, 2.5, 10),
      "claude-sonnet-4-6": price(3, 0.3, 3.75, 15),
      "claude-sonnet-4-5": price(3, 0.3, 3.75, 15),
      "claude-sonnet-4": price(3, 0.3, 3.75, 15),
      "claude-haiku-4-5": price(1, 0.1, 1.25, 5),
      "claude-haiku-3-5": price(0.8, 0.08, 1, 4),
    },
  },
  {
    // No charge of its own for writes to the cache; what has no lower price for reads has the plain one.
    source: "https://developers.openai.com/api/docs/pricing",
    date: "2026-06-30",
    models: {
      "gpt-5.5": price(5, 0.5, 5, 30),
      "gpt-5.5-pro": price(30, 30, 30, 180),
      "gpt-5.4": price(2.5, 0.25, 2.5, 15),
      "gpt-5.4-pro": price(30, 30, 30, 180),
      "gpt-5.4-mini": price(0.75, 0.075, 0.75, 4.5),
      "gpt-5.4-nano": price(0.2, 0.02, 0.2, 1.25),
      "gpt-5.3-codex": price(1.75, 0.175, 1.75, 14),
      "gpt-5.2-codex": price(1.75, 0.175, 1.75, 14),
      "gpt-5.1-codex-max": price(1.25, 0.125, 1.25, 10),
      "gpt-5.1-codex": price(1.25, 0.125, 1.25, 10),
      "gpt-5-codex": price(1.25, 0.125, 1.25, 10),
      "gpt-5": price(1.25, 0.125, 1.25, 10),
      "gpt-5-mini": price(0.25, 0.025, 0.25, 2),
    },
  },
];

/** Days and aliases that are hung onto the name of a model: `-20250929`, `-2025-08-07`, `-latest`, `@20250929`. */
const SUFFIX = /(?:[-@](?:\d{8}|\d{4}-\d{2}-\d{2}|latest))$/;

/** The name of a model without what only says which copy of it: `anthropic/claude-opus-4-5-20251101` is `claude-opus-4-5`. */
export function plainModel(model: string): string {
  return model.trim().toLowerCase().replace(/^.*\//, "").replace(SUFFIX, "");
}

/** What the workflow file itself says a model costs. */
export function ownPrice(prices: Readonly<Record<string, Price>>, model: string | null): Price | null {
  if (model === null) return null;
  const plain = plainModel(model);
  const found = Object.entries(prices).find(([name]) => name === model || plainModel(name) === plain);
  return found?.[1] ?? null;
}

/** What the lists say a model costs; `null`: nobody knows. */
export function listPrice(model: string | null): Price | null {
  if (model === null) return null;
  const plain = plainModel(model);
  for (const { models } of PRICE_LISTS) {
    const known = Object.hasOwn(models, plain) ? models[plain] : undefined;
    if (known !== undefined) return known;
  }
  return null;
}

type Tokens = Pick<Spending, "inputTokens" | "cacheReadTokens" | "cacheWriteTokens" | "outputTokens">;

/** What tokens cost at a price, in 10⁻⁹ US dollars: a price per million tokens is one of 10⁻⁶ dollars per token. */
export function costOf(tokens: Tokens, { input, cacheRead, cacheWrite, output }: Price): number {
  const perToken = NANO_USD / 1_000_000;
  return Math.round(
    (tokens.inputTokens * input +
      tokens.cacheReadTokens * cacheRead +
      tokens.cacheWriteTokens * cacheWrite +
      tokens.outputTokens * output) *
      perToken,
  );
}
