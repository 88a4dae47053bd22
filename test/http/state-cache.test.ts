import { describe, expect, it } from "vitest";
import { StateCache } from "../../src/http/state-cache.ts";
import { emptyStatus } from "./documents.ts";
import { groundParts } from "./ground.ts";

function cache() {
  const { parts, world, clock } = groundParts();
  return { states: new StateCache(parts), world, clock };
}

function withRunning(running: number) {
  return emptyStatus({ counts: { running, retrying: 0, parked: 0, review: 0, closed: 0 } });
}

describe("StateCache", () => {
  it("builds one status for everybody who asks before something happens", async () => {
    const { states, world } = cache();
    await Promise.all([states.get(), states.get(), states.get()]);
    await states.get();
    expect(world.built).toBe(1);
  });

  it("is never older than the last commit", async () => {
    const { states, world } = cache();
    await states.get();
    for (let running = 1; running <= 5; running += 1) {
      world.status = withRunning(running);
      world.happen(1);
      expect((await states.get()).document.counts.running).toBe(running);
    }
  });

  it("gives nobody what was begun before the commit that he knows of", async () => {
    const { states, world } = cache();
    let finishOld = (_: ReturnType<typeof emptyStatus>): void => undefined;
    world.statusGate = () => new Promise((resolve) => (finishOld = resolve));
    const old = states.get();
    world.statusGate = null;
    world.status = withRunning(1);
    world.happen(1);
    expect((await states.get()).document.counts.running).toBe(1);
    finishOld(withRunning(0));
    expect((await old).document.counts.running).toBe(0);
    expect((await states.get()).document.counts.running).toBe(1);
  });

  it("is made anew each second, because ages go on", async () => {
    const { states, world, clock } = cache();
    await states.get();
    await clock.advance(999);
    await states.get();
    expect(world.built).toBe(1);
    await clock.advance(1);
    await states.get();
    expect(world.built).toBe(2);
  });

  it("keeps its ETag while nothing but the time has changed", async () => {
    const { states, world } = cache();
    const before = (await states.get()).etag;
    world.status = { ...emptyStatus(), generated_at: "2026-01-01T00:00:09.000Z" };
    world.happen(1);
    expect((await states.get()).etag).toBe(before);
    world.status = withRunning(1);
    world.happen(1);
    expect((await states.get()).etag).not.toBe(before);
  });

  it("tries again after a failure", async () => {
    const { states, world } = cache();
    world.statusGate = () => Promise.reject(new Error("disk"));
    await expect(states.get()).rejects.toThrow("disk");
    world.statusGate = null;
    expect((await states.get()).document.version).toBe(1);
  });
});
