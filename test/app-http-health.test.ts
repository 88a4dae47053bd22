import { describe, expect, it } from "vitest";
import { VirtualClock } from "../dev/sim/virtual-clock.ts";
import { type HealthSources, healthOf } from "../src/app-http-health.ts";
import { MaestroError } from "../src/base/errors.ts";

function health(changes: Partial<HealthSources> = {}) {
  const clock = new VirtualClock();
  const made = healthOf(
    { clock, version: "1.2.3" },
    {
      record: {
        trouble: () => null,
        views: {
          openOutbox: async () => [],
          totals: async () => ({
            ...{ lanes: 1, closedLanes: 0, runs: 2, inputTokens: 0, outputTokens: 0, totalTokens: 0, runMs: 0 },
          }),
          lastSeq: async () => 3,
        },
      },
      engine: { queued: async () => [] },
      polls: () => ({ count: 1, failures: 0, lastGoodAt: Date.UTC(2026, 0, 1), lastMs: 5 }),
      workflows: { current: () => ({ polling: { intervalMs: 10_000 } }), problem: () => null },
      ...changes,
    },
  );
  return { health: made, clock };
}

describe("a service is ready", () => {
  it("when nothing keeps it from its work", () => {
    expect(health().health.problems()).toEqual([]);
  });

  it("not before the tracker told the candidates", () => {
    const polls = () => ({ count: 2, failures: 2, lastGoodAt: null, lastMs: 5 });
    expect(health({ polls }).health.problems()).toMatchObject([{ code: "no_poll_yet" }]);
  });

  it("not when the last good poll is older than three intervals and 30 seconds", async () => {
    const { health: made, clock } = health();
    await clock.advance(60_000);
    expect(made.problems()).toEqual([]);
    await clock.advance(1_000);
    expect(made.problems()).toEqual([
      { code: "poll_overdue", sentence: "The last good poll was 61 s ago; it should be at most 60 s." },
    ]);
  });

  it("not while the record cannot be written, or the workflow file is refused", () => {
    const { record } = { record: { trouble: () => new MaestroError({ code: "disk_full", message: "No space." }) } };
    const views = { openOutbox: async () => [], totals: () => Promise.reject(new Error()), lastSeq: async () => 0 };
    const workflows = {
      current: () => ({ polling: { intervalMs: 1 } }),
      problem: () => ({ message: "3:1 is wrong." }),
    };
    expect(health({ record: { ...record, views }, workflows }).health.problems()).toEqual([
      { code: "record_not_writable", sentence: "No space." },
      { code: "workflow_refused", sentence: "3:1 is wrong." },
    ]);
  });

  it("and tells what the process is", async () => {
    const { health: made } = health();
    expect(made.process()).toMatchObject({ version: "1.2.3", residentBytes: expect.any(Number) });
    expect(await made.totals()).toEqual({ lanes: 1, runs: 2, events: 3 });
    expect(await made.outbox()).toEqual({ open: 0, unknown: 0 });
  });
});
