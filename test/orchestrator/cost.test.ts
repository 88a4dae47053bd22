import { describe, expect, it } from "vitest";
import type { Issue } from "../../src/model/issue.ts";
import { issueOf } from "../policy/facts.ts";
import { POLL_MS, Stage } from "./stage.ts";

const WHY = { code: "cleaned", sentence: "It was cleaned." };

/** Puts lanes on record that have ended. */
async function remember(stage: Stage, lanes: number): Promise<void> {
  const { id: workflowId } = stage.workflow;
  const scopeOf = (at: number) => ({ workflowId, laneId: `old-${at}`, run: null, fence: null });
  await stage.open.record.transact(async (tx) => {
    for (let at = 0; at < lanes; at += 1) {
      const issue: Issue = issueOf({ id: `old-${at}`, identifier: `OLD-${at}`, state: "Done" });
      const names = { profile: "p", workflowHash: "h", machine: "here", workspaceKey: `OLD-${at}`, branch: null };
      await tx.append([
        { ...scopeOf(at), event: { type: "lane_opened", data: { issue, ordinal: 1, ...names, reason: WHY } } },
        { ...scopeOf(at), event: { type: "lane_closed", data: { reason: WHY } } },
      ]);
    }
  });
}

/** An hour of a service with one run under way and that many ended lanes on record. */
async function hour(lanes: number) {
  const stage = await Stage.open({ cards: { A: { state: "In Progress" } } });
  await remember(stage, lanes);
  await stage.crash();
  await stage.start();
  await stage.pass(POLL_MS);
  stage.gauge.read();
  stage.calls.length = 0;
  const timers = stage.clock.fired;
  await stage.pass(3_600_000);
  const cost = { ...stage.gauge.read(), calls: stage.calls.length, wakes: stage.clock.fired - timers };
  await stage.stop();
  return cost;
}

describe("what an idle hour costs", () => {
  it("does not grow with history: not the calls to the tracker, not what is asked of the record, not the wake-ups", async () => {
    const [fresh, old] = [await hour(0), await hour(2_000)];
    expect(old).toEqual(fresh);
    expect(fresh.calls).toBe(2 * 120);
    expect(fresh.rows).toBeLessThan(fresh.statements);
  });

  it("a service without lanes asks its tracker once per tick and wakes up some times a minute", async () => {
    const stage = await Stage.start();
    stage.calls.length = 0;
    const timers = stage.clock.fired;
    await stage.pass(3_600_000);
    expect(stage.calls).toHaveLength(120);
    expect(stage.clock.fired - timers).toBeLessThanOrEqual(60 * 12);
    await stage.stop();
  });

  it("a start that is due while the service is paused asks the tracker nothing between two ticks", async () => {
    const stage = await Stage.start({ cards: { A: { state: "In Progress" } } });
    await stage.fail("A");
    await stage.ask("pause");
    stage.workflow = { ...stage.workflow, polling: { intervalMs: 600_000 } };
    await stage.pass(POLL_MS);
    stage.calls.length = 0;
    await stage.pass(500_000);
    expect(stage.calls).toEqual([]);
    await stage.stop();
  });

  it("many candidates that wait for a slot cost one question per tick", async () => {
    const cards = Object.fromEntries(Array.from({ length: 300 }, (_, at) => [`Q${at}`, { state: "In Progress" }]));
    const stage = await Stage.start({ cards, workflow: { agent: { maxConcurrentAgents: 1 } } });
    stage.calls.length = 0;
    await stage.pass(POLL_MS * 10);
    expect(stage.verbs().filter((verb) => verb === "issuesByStates")).toHaveLength(10);
    expect(stage.calls).toHaveLength(20);
    await stage.stop();
  });
});
