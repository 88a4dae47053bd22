import { describe, expect, test } from "vitest";
import { VirtualClock } from "../../dev/sim/virtual-clock.ts";
import { NO_LIMITS } from "../../src/model/budget.ts";
import type { Workflow } from "../../src/model/workflow.ts";
import { verifyRecord } from "../../src/record/index.ts";
import { type Behaviour, moneyWorld } from "./money-world.ts";

const HOUR = 3_600_000;

const spend: Behaviour = async ({ send }) => {
  send({ type: "usage", input_tokens: 90, output_tokens: 10, model: "gpt-5" });
  return undefined;
};
const budgeted =
  (budget: Partial<Workflow["budget"]>) =>
  (workflow: Workflow): Workflow => ({ ...workflow, budget: { ...workflow.budget, timeZone: "UTC", ...budget } });

describe("an issue that does not get on", () => {
  test("goes on when a person moves it, says something, or takes the label off", async () => {
    const world = await moneyWorld(spend);
    await world.create("Never done");
    await world.clock.advance(HOUR);
    expect(world.sessions).toHaveLength(3);
    const [issue] = await world.issues();
    await world.move(issue?.id ?? "", "Rework", issue?.state ?? "");
    await world.clock.advance(HOUR);
    expect(world.sessions).toHaveLength(6);
    await world.ask("unpark", { issue: issue?.id ?? "" });
    await world.clock.advance(HOUR);
    expect(world.sessions).toHaveLength(9);
  });

  test("uses twelve with one whose trees are always new, because no person has acted", async () => {
    const world = await moneyWorld(
      async (turn) => {
        const { process, session } = turn;
        await process.runtime.writeText(`${process.cwd}/a.txt`, `version ${session}\n`);
        return spend(turn);
      },
      budgeted({ issue: { ...NO_LIMITS, sessions: 12 } }),
    );
    await world.create("Always new");
    await world.clock.advance(12 * HOUR);
    expect(world.sessions).toHaveLength(12);
    expect(world.waiting().map(({ reason }) => reason.code)).toEqual(["issue_budget_exhausted"]);
  });
});

describe("a budget", () => {
  /** Spends 100 tokens each second, until it is stopped. */
  const burn: Behaviour = async ({ process, send, isOver }) => {
    while (!isOver()) {
      await process.clock.sleep(1_000, process.signal);
      if (!isOver()) send({ type: "usage", input_tokens: 100, output_tokens: 0, model: "gpt-5" });
    }
    return undefined;
  };

  test.for(["issue", "day", "workflow"] as const)(
    "of the %s stops runs in their turns, one call after the limit at most",
    async (scope) => {
      const world = await moneyWorld(burn, budgeted({ [scope]: { ...NO_LIMITS, tokens: 1_050 } }));
      for (const title of ["A", "B", "C"]) await world.create(title);
      await world.clock.advance(scope === "day" ? 10 * 60_000 : HOUR);
      await world.stop();
      const { record, source } = await world.record();
      const lanes = await record.views.openLanes();
      const used = lanes.map(({ spent }) => spent?.totalTokens ?? 0);
      const whole = used.reduce((sum, tokens) => sum + tokens, 0);
      if (scope === "issue") expect(used).toEqual([1_100, 1_100, 1_100]);
      // Three runs shared it: each had one call under way at most.
      else expect(whole).toBeGreaterThanOrEqual(1_050);
      if (scope !== "issue") expect(whole).toBeLessThanOrEqual(1_050 + 3 * 100);
      expect((await record.views.totals()).spent?.totalTokens).toBe(whole);
      expect(await verifyRecord({ source })).toMatchObject({ ok: true });
    },
  );

  test("of the day lets work go on with the next one", async () => {
    const world = await moneyWorld(burn, budgeted({ day: { ...NO_LIMITS, tokens: 1_000 } }));
    await world.create("A");
    await world.clock.advance(47 * HOUR);
    await world.stop();
    const { record } = await world.record();
    const rows = (await record.views.ledger?.()) ?? [];
    const days = [...new Set(rows.map(({ day }) => day))];
    const sums = days.map((day) =>
      rows.filter((row) => row.day === day).reduce((sum, { spending }) => sum + spending.totalTokens, 0),
    );
    expect(sums.length).toBeGreaterThanOrEqual(2);
    for (const sum of sums) expect(sum).toBe(1_000);
  });
});

describe("a storm of 429", () => {
  const STORM_ENDS = new VirtualClock().now() + 6 * HOUR;
  const storm: Behaviour = async (turn) => {
    if (turn.process.clock.now() >= STORM_ENDS) return spend(turn);
    turn.send({ type: "quota", reset_at: STORM_ENDS });
    return "silent";
  };

  test("launches nothing until the reset, then goes on, and counts as no attempt", async () => {
    const world = await moneyWorld(storm);
    for (const title of ["A", "B", "C", "D"]) await world.create(title);
    await world.clock.advance(5 * HOUR);
    // Three slots: that many were under way when the provider said it first.
    const before = world.sessions.length;
    expect(before).toBeLessThanOrEqual(3);
    expect(new Set(world.waiting().map(({ reason }) => reason.code))).toContain("account_paused");
    world.crash();
    await world.boot();
    await world.clock.advance(HOUR - 120_000);
    expect(world.sessions).toHaveLength(before);
    await world.clock.advance(HOUR);
    expect(world.sessions.length).toBeGreaterThan(before);
    expect(world.sessions.slice(before).every((at) => at >= STORM_ENDS)).toBe(true);
    await world.stop();
    const { record } = await world.record();
    for (const lane of await record.views.openLanes()) expect(lane.failures).toBe(0);
  });

  test("that tells no reset is waited out with pauses that grow", async () => {
    const world = await moneyWorld(
      async ({ send }) => {
        send({ type: "quota", reset_at: null });
        return "silent";
      },
      (workflow) => ({ ...workflow, agent: { ...workflow.agent, maxRetryBackoffMs: 1_800_000 } }),
    );
    await world.create("A");
    await world.clock.advance(24 * HOUR);
    const gaps = world.sessions.slice(1).map((at, place) => Math.round((at - (world.sessions[place] ?? 0)) / 60_000));
    expect(gaps.slice(0, 6)).toEqual([1, 2, 4, 8, 16, 30]);
    expect(world.sessions.length).toBeLessThan(60);
  });

  test("lets another agent do the work when the workflow names one", async () => {
    const world = await moneyWorld(storm, (workflow) => ({
      ...workflow,
      agentProvider: {
        ...workflow.agentProvider,
        fallback: [{ kind: "other", options: workflow.agentProvider.options }],
      },
    }));
    await world.create("A");
    await world.clock.advance(60_000);
    expect(world.sessions.length).toBeGreaterThanOrEqual(2);
    await world.stop();
    const { record } = await world.record();
    const [lane] = await record.views.openLanes();
    const runs = await record.views.runsOfLane(lane?.id ?? "");
    expect(runs.slice(0, 2).map(({ session }) => session?.account)).toEqual(["mock/default", "other/default"]);
  });
});
