import { describe, expect, test } from "vitest";
import { sampleOutcome, WHY } from "../../src/contracts/conformance/record-samples.ts";
import type { Event } from "../../src/model/events/index.ts";
import { NO_SPENDING, type Spending } from "../../src/model/spending.ts";
import { pruneRecord, verifyRecord } from "../../src/record/index.ts";
import { memoryDatabase, sampleLane, sampleRecord } from "./fixture.ts";

const started: Event = {
  type: "session_started",
  data: {
    sessionId: "s",
    promptHash: "p",
    agent: "codex",
    resumed: false,
    account: "codex/default",
    day: "2026-01-01",
  },
};

function used(totalTokens: number, more: Partial<Spending> = {}, turn = 1, day = "2026-01-01"): Event {
  const usage = { inputTokens: totalTokens - 1, outputTokens: 1, totalTokens };
  const spending = { ...NO_SPENDING, ...usage, ...more };
  const source = { day, turn, agent: "codex", account: "codex/default" };
  return { type: "usage_reported", data: { usage, model: "gpt-5", spending, source } };
}

async function filled() {
  const sample = await sampleRecord({ database: await memoryDatabase() });
  const lane = sampleLane("a");
  const see = (event: Event) => lane.see(1, 1, event);
  await sample.record.transact((tx) =>
    tx.append([
      ...[lane.opened(), lane.enqueued("w", 1), lane.leased("w", 1, 1)],
      ...[started, used(100, { nanoUsd: 7, turns: 1 }), used(50, { nanoUsd: 3 }), used(10, {}, 2, "2026-01-02")].map(
        see,
      ),
      see({ type: "work_settled", data: { id: "w", kind: "run", outcome: sampleOutcome("succeeded") } }),
    ]),
  );
  return { ...sample, lane };
}

describe("the ledger", () => {
  test("adds what was used to one row per turn, model and day", async () => {
    const { views, open } = await filled();
    const rows = (await views.ledger?.()) ?? [];
    expect(rows.map(({ turn, day, model, spending }) => [turn, day, model, spending.totalTokens])).toEqual([
      [0, "2026-01-01", null, 0],
      [1, "2026-01-01", "gpt-5", 150],
      [2, "2026-01-02", "gpt-5", 10],
    ]);
    expect(rows[1]).toMatchObject({ identifier: "A", agent: "codex", account: "codex/default", run: 1 });
    expect(rows[1]?.spending).toMatchObject({ nanoUsd: 10, turns: 1 });
    expect(await views.ledger?.({ since: "2026-01-02" })).toHaveLength(1);
    expect((await views.totals()).spent).toMatchObject({ totalTokens: 160, sessions: 1, nanoUsd: 10 });
    expect((await views.lane("a"))?.spent).toMatchObject({ totalTokens: 160, sessions: 1 });
    expect(await verifyRecord(open)).toMatchObject({ ok: true });
  });

  test("counts tokens of events that tell no price as unpriced", async () => {
    const { record, views, lane } = await filled();
    const usage = { inputTokens: 1, outputTokens: 2, totalTokens: 3 };
    await record.transact((tx) =>
      tx.append([lane.see(1, 1, { type: "usage_reported", data: { usage, model: null } })]),
    );
    expect((await views.lane("a"))?.spent).toMatchObject({ unpricedTokens: 3, nanoUsd: 10 });
    expect((await views.ledger?.())?.at(-1)).toMatchObject({ model: "gpt-5" });
    expect((await views.ledger?.())?.some(({ agent }) => agent === "unknown")).toBe(true);
  });

  test("notices a row that no event gives", async () => {
    const { open } = await filled();
    const { store } = open.source;
    await store.run({ sql: "update ledger set data = replace(data, '150', '151')", parameters: [] });
    const { ok, differences } = await verifyRecord(open);
    expect(ok).toBe(false);
    expect(differences.join()).toContain("ledger a");
  });

  test("outlives the events of its lane", async () => {
    const { record, views, open, lane, clock } = await filled();
    await record.transact((tx) => tx.append([lane.decide({ type: "lane_closed", data: { reason: WHY } })]));
    const before = await views.ledger?.();
    expect(await pruneRecord(open, { closedBefore: clock.now() + 1 })).toMatchObject({ events: 9 });
    expect(await views.ledger?.()).toEqual(before);
    expect((await views.totals()).spent).toMatchObject({ totalTokens: 160 });
    expect(await verifyRecord(open)).toMatchObject({ ok: true });
  });
});
