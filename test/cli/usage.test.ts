import { describe, expect, it } from "vitest";
import { type LedgerRow, NO_SPENDING } from "../../src/model/spending.ts";
import { USAGE_GROUPS } from "../../src/model/documents/usage.ts";
import { stage } from "./stage.ts";

const NANO = 1_000_000_000;

/** Two issues on two days, by two agents; one model has a price, the other has none. */
const LEDGER: readonly LedgerRow[] = [
  {
    ...{ laneId: "l1", issueId: "1", identifier: "D-1", run: 1, turn: 1, day: "2025-12-30" },
    ...{ agent: "codex", account: "codex/team", model: "gpt-5" },
    spending: {
      ...{ ...NO_SPENDING, inputTokens: 1_000, cacheReadTokens: 4_000, cacheWriteTokens: 50, outputTokens: 300 },
      ...{ reasoningTokens: 120, totalTokens: 5_350, nanoUsd: 2 * NANO, sessions: 1, turns: 1, modelCalls: 3 },
      wallMs: 61_000,
    },
  },
  {
    ...{ laneId: "l1", issueId: "1", identifier: "D-1", run: 1, turn: 2, day: "2025-12-31" },
    ...{ agent: "codex", account: "codex/team", model: "gpt-5" },
    spending: {
      ...NO_SPENDING,
      inputTokens: 10,
      outputTokens: 5,
      totalTokens: 15,
      nanoUsd: NANO / 2,
      turns: 1,
      modelCalls: 1,
    },
  },
  {
    ...{ laneId: "l2", issueId: "2", identifier: "D-2", run: 1, turn: 1, day: "2025-12-31" },
    ...{ agent: "claude_code", account: "=cmd,x", model: null },
    spending: {
      ...{
        ...NO_SPENDING,
        inputTokens: 7,
        outputTokens: 3,
        totalTokens: 10,
        unpricedTokens: 10,
        sessions: 1,
        turns: 1,
      },
      modelCalls: 1,
    },
  },
];

const KEYS: Readonly<Record<(typeof USAGE_GROUPS)[number], readonly string[]>> = {
  issue: ["D-1", "D-2"],
  run: ["D-1 l1/1", "D-2 l2/1"],
  turn: ["D-1 l1/1 turn 1", "D-1 l1/1 turn 2", "D-2 l2/1 turn 1"],
  agent: ["codex", "claude_code"],
  account: ["codex/team", "=cmd,x"],
  day: ["2025-12-30", "2025-12-31"],
  model: ["gpt-5", "unknown"],
};

const shown = () => stage({ record: { ledger: LEDGER } });

describe("maestro usage", () => {
  it.each(USAGE_GROUPS)("puts together by %s what was used, as text, document and rows", async (by) => {
    const self = await shown();
    const document = JSON.parse((await self.run("usage", "--by", by, "--json")).out);
    expect(document).toMatchObject({ version: 1, by, since: null, until: null });
    expect(document.rows.map(({ key }: { key: string }) => key)).toEqual(KEYS[by]);
    expect(document.total).toMatchObject({ input_tokens: 1_017, cache_read_tokens: 4_000, total_tokens: 5_375 });
    expect(document.total).toMatchObject({ cost_usd: 2.5, unpriced_tokens: 10, sessions: 2, turns: 3, model_calls: 5 });
    const text = await self.run("usage", "--by", by);
    expect(text.code).toBe(0);
    expect(text.out.split("\n")[0]).toMatch(new RegExp(`^${by.toUpperCase()} `));
    for (const key of [...KEYS[by], "total"]) expect(text.out).toContain(`\n${key} `);
    const csv = (await self.run("usage", "--by", by, "--csv")).out.trimEnd().split("\n");
    expect(csv[0]).toMatch(new RegExp(`^${by},input_tokens,cache_read_tokens,.*,wall_ms$`));
    expect(csv).toHaveLength(1 + KEYS[by].length);
    for (const line of csv.slice(1)) expect(line.replace(/"[^"]*"/, "x").split(",")).toHaveLength(13);
  });

  it("takes days, says what is not priced, and gives spreadsheets no formula", async () => {
    const self = await shown();
    const last = JSON.parse((await self.run("usage", "--since", "2025-12-31", "--json")).out);
    expect(last.total).toMatchObject({ total_tokens: 25, cost_usd: 0.5 });
    const first = JSON.parse((await self.run("usage", "--until", "2025-12-30", "--json")).out);
    expect(first.rows).toMatchObject([{ key: "D-1", total_tokens: 5_350 }]);
    const { out } = await self.run("usage", "--by", "issue");
    expect(out).toMatch(/D-1 .*\$2\.50 /);
    expect(out).toMatch(/D-2 .*unknown /);
    expect(out).toMatch(/total .*\$2\.50\+ /);
    expect(out).toContain("4 000");
    expect((await self.run("usage", "--by", "account", "--csv")).out).toContain(`\n"'=cmd,x",7,`);
  });

  it("refuses what it does not understand, and says how to begin where nothing was used", async () => {
    const self = await shown();
    expect((await self.run("usage", "--by", "moon")).code).toBe(2);
    expect((await self.run("usage", "--since", "yesterday")).code).toBe(2);
    expect((await self.run("usage", "--json", "--csv")).code).toBe(2);
    expect((await (await stage()).run("usage")).out).toContain("Nothing was used yet. To begin: maestro");
  });
});
