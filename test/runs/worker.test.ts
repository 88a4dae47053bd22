import { afterEach, describe, expect, it } from "vitest";
import { MaestroError } from "../../src/base/errors.ts";
import type { Step } from "../../src/agents/mock/schema.ts";
import type { Engine } from "../../src/contracts/engine.ts";
import type { WorkRecord } from "../../src/contracts/record.ts";
import { aWorkSpec } from "./samples.ts";
import { Workshop } from "./workshop.ts";

const handOff: Step[] = [
  { do: "call", tool: "run_handoff", arguments: { summary: "Said hello." } },
  { do: "call", tool: "run_finalize", arguments: { path: "hand_off" } },
];

let shop: Workshop;
afterEach(() => shop.close());

/** An engine of which some methods are others. */
function altered(engine: Engine, changes: Partial<Engine>): Engine {
  return {
    enqueue: (tx, work) => engine.enqueue(tx, work),
    pull: (request) => engine.pull(request),
    heartbeat: (leases) => engine.heartbeat(leases),
    settle: (tx, lease, outcome) => engine.settle(tx, lease, outcome),
    cancel: (workId) => engine.cancel(workId),
    takeExpired: () => engine.takeExpired(),
    takeOthers: (holder) => engine.takeOthers(holder),
    queued: () => engine.queued(),
    onWork: (wake) => engine.onWork(wake),
    onRevoked: (revoked) => engine.onRevoked(revoked),
    close: () => engine.close(),
    ...changes,
  };
}

/** An engine whose disk is full whenever work is to be settled, until `hasSpace` says otherwise. */
function withoutSpace(state: { refused: number; hasSpace: boolean }) {
  return ({ engine }: { readonly engine: Engine }) => ({
    engine: altered(engine, {
      settle: (tx, lease, outcome) => {
        if (state.hasSpace) return engine.settle(tx, lease, outcome);
        state.refused += 1;
        throw new MaestroError({ code: "disk_full", message: "There is no space left." });
      },
    }),
  });
}

describe("a worker", () => {
  it("begins work as soon as it is there, and keeps its lease while it lasts", async () => {
    shop = await new Workshop({ steps: [{ do: "sleep", ms: 120_000 }, ...handOff] }).start();
    await shop.enqueue("run");
    await shop.until(() => shop.worker.busy() === 1);
    await shop.clock.advance(60_000);
    expect(await shop.engine.takeExpired()).toEqual([]);
    expect(await shop.outcome()).toMatchObject({ status: "succeeded" });
  });

  it("finds work of which nobody told it, within a second", async () => {
    const replace = ({ engine }: { engine: Engine }) => ({
      engine: altered(engine, { onWork: () => () => undefined }),
    });
    shop = await new Workshop({ steps: handOff, replace }).start();
    await shop.clock.advance(10_000);
    await shop.enqueue("run");
    await shop.clock.advance(1_000);
    await shop.until(() => shop.worker.busy() === 0);
    expect(await shop.eventsOf("work_settled")).toHaveLength(1);
  });

  it("pulls no more than it has slots", async () => {
    shop = await new Workshop({
      replace: () => ({ slots: () => ({ run: 0, validate: 0, land: 0, clean: 0 }) }),
    }).start();
    await shop.enqueue("run");
    await shop.clock.advance(60_000);
    expect(shop.worker.busy()).toBe(0);
    expect(await shop.engine.queued()).toHaveLength(1);
  });

  it("goes on after the queue could not be read", async () => {
    let times = 0;
    const replace = ({ engine }: { engine: Engine }) => ({
      engine: altered(engine, {
        pull: (request) => {
          times += 1;
          if (times > 8) return engine.pull(request);
          throw new MaestroError({ code: "record_failed", message: "The disk is away." });
        },
      }),
    });
    shop = await new Workshop({ steps: handOff, replace }).start();
    await shop.enqueue("run");
    expect(await shop.outcome()).toMatchObject({ status: "succeeded" });
  });

  it("fences itself when its heartbeats stay away, before the lease runs out", async () => {
    const replace = ({ engine }: { engine: Engine }) => ({
      engine: altered(engine, { heartbeat: () => new Promise(() => undefined) }),
    });
    shop = await new Workshop({ steps: [{ do: "hang" }], replace }).start();
    await shop.enqueue("run");
    await shop.until(() => shop.runtime.running().length === 1);
    await shop.clock.advance(14_900);
    expect(shop.runtime.running()).toEqual([]);
    expect(await shop.outcome()).toMatchObject({
      status: "canceled",
      failure: "interrupted",
      reason: { code: "lease_lost" },
    });
    expect(shop.workspaces.asked).not.toContain("afterRun, 0 processes");
  });

  it("writes nothing more when its lease went to somebody else, and says so", async () => {
    shop = await new Workshop({ steps: [{ do: "hang" }] }).start();
    await shop.enqueue("run");
    await shop.until(() => shop.runtime.running().length === 1);
    await shop.engine.takeOthers("somebody else");
    const before = (await shop.types()).length;
    await shop.until(() => shop.worker.busy() === 0);
    expect((await shop.types()).length).toBe(before);
    expect(shop.runtime.running()).toEqual([]);
    expect(shop.log.entries.map(({ message }) => message)).toContain(
      "the lease was lost before its work could be settled",
    );
  });

  it("stops the agent at once when its observations are refused", async () => {
    shop = await new Workshop({ steps: [{ do: "flood", events: 1_000, per_second: 10 }] }).start();
    await shop.enqueue("run");
    await shop.until(() => shop.runtime.running().length === 1);
    await shop.engine.takeOthers("somebody else");
    await shop.clock.advance(3_500);
    expect(shop.worker.busy()).toBe(0);
    expect(shop.runtime.running()).toEqual([]);
  });

  it("tries again to settle when the record fails for a moment", async () => {
    let times = 0;
    const replace = ({ engine }: { engine: Engine }) => ({
      engine: altered(engine, {
        settle: (tx, lease, outcome) => {
          times += 1;
          if (times > 2) return engine.settle(tx, lease, outcome);
          throw new MaestroError({ code: "disk_full", message: "There is no space left." });
        },
      }),
    });
    shop = await new Workshop({ steps: handOff, replace }).start();
    await shop.enqueue("run");
    expect(await shop.outcome()).toMatchObject({ status: "succeeded" });
    expect(times).toBe(3);
  });

  it("keeps what an agent was paid for until there is space on the disk again", async () => {
    const state = { refused: 0, hasSpace: false };
    shop = await new Workshop({ steps: handOff, replace: withoutSpace(state) }).start();
    await shop.enqueue("run");
    await shop.until(() => state.refused > 0);
    await shop.clock.advance(600_000);
    expect(shop.log.entries.filter(({ message }) => message === "work could not be settled")).toHaveLength(1);
    state.hasSpace = true;
    expect(await shop.outcome()).toMatchObject({ status: "succeeded", signal: { kind: "hand_off" } });
  });

  it("does not wait for space when it stops", async () => {
    const state = { refused: 0, hasSpace: false };
    shop = await new Workshop({ steps: handOff, replace: withoutSpace(state) }).start();
    await shop.enqueue("run");
    await shop.until(() => state.refused > 5);
    const before = shop.clock.now();
    const stopped = shop.worker.stop({ reason: "x" });
    await shop.until(() => shop.worker.busy() === 0);
    await stopped;
    expect(shop.clock.now() - before).toBeLessThan(5_000);
    expect(shop.log.entries.map(({ message }) => message)).toContain("the outcome is left to the end of the lease");
  });

  it("takes nothing out of the queue while the disk is full", async () => {
    let pulls = 0;
    let trouble: MaestroError | null = new MaestroError({ code: "disk_full", message: "There is no space left." });
    const replace = ({ engine, record }: { engine: Engine; record: WorkRecord }) => ({
      record: { ...record, trouble: () => trouble },
      engine: altered(engine, {
        pull: (request) => {
          pulls += 1;
          return engine.pull(request);
        },
      }),
    });
    shop = await new Workshop({ steps: handOff, replace }).start();
    await shop.enqueue("run");
    await shop.clock.advance(60_000);
    expect(pulls).toBe(0);
    trouble = null;
    expect(await shop.outcome()).toMatchObject({ status: "succeeded" });
  });

  it("begins nothing after it was told to stop, and stops once", async () => {
    shop = await new Workshop({ steps: handOff }).start();
    await Promise.all([shop.worker.stop({ reason: "x" }), shop.worker.stop({ reason: "y" })]);
    await shop.enqueue("run");
    await shop.clock.advance(10_000);
    shop.worker.start();
    await shop.clock.advance(10_000);
    expect(await shop.engine.queued()).toHaveLength(1);
    expect(shop.clock.pendingTimers()).toBe(0);
  });

  it("ends what a lost run left behind, and nothing of other runs", async () => {
    const markers = ["lane-1.1.agent", "lane-1.1.hook", "lane-1.11.agent", "lane-1-1.1.agent"];
    shop = await new Workshop({
      shell: async ({ clock, signal, ignoreTerm }) => {
        ignoreTerm();
        await clock.sleep(Number.POSITIVE_INFINITY, signal);
        return 0;
      },
    }).start();
    for (const marker of markers) {
      const spec = { command: "sh", args: [], cwd: "/tmp", env: {} };
      await shop.runtime.spawn({ ...spec, marker: `maestro.demo-00000000.${marker}` });
    }
    const lease = { work: aWorkSpec("run"), fence: 1, holder: "other", expiresAt: 0 };
    expect(await shop.worker.endLeftovers(lease)).toBe(2);
    expect(shop.runtime.running().map(({ marker }) => marker.replace("maestro.demo-00000000.", ""))).toEqual(
      markers.slice(2),
    );
  });
});
