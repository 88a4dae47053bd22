import { Readable } from "node:stream";
import { describe, expect, it } from "vitest";
import { VirtualClock } from "../../../dev/sim/virtual-clock.ts";
import { silentLog } from "../../../src/base/log.ts";
import { finishOutput } from "../../../src/runtimes/local/output-end.ts";
import { loopTurn, OutputPump } from "../../../src/runtimes/local/output-pump.ts";

const CHUNK = "x".repeat(64 * 1024);

/** Has `count` chunks at once, as the fastest process would. */
function fastOutput(count: number): Readable {
  let left = count;
  return new Readable({
    read() {
      left -= 1;
      this.push(left < 0 ? null : CHUNK);
    },
  });
}

describe("the pump", () => {
  it("lets other work run after every 64 KiB, however fast the output comes", async () => {
    let taken = 0;
    const takenAtTurns: number[] = [];
    const pump = new OutputPump(
      fastOutput(20),
      { take: (text) => (taken += text.length), end: () => undefined },
      silentLog,
    );
    let isOver = false;
    void pump.ended.then(() => {
      isOver = true;
    });
    while (!isOver) {
      takenAtTurns.push(taken);
      await loopTurn();
    }
    const steps = takenAtTurns.map((bytes, turn) => bytes - (takenAtTurns[turn - 1] ?? 0));
    expect(taken).toBe(20 * CHUNK.length);
    expect(Math.max(...steps)).toBeLessThanOrEqual(2 * CHUNK.length);
  });
});

describe("the end of the output", () => {
  /** Runs `finishOutput` in virtual time; tells its result and how long it took. */
  async function finish(pump: OutputPump): Promise<{ complete: boolean; ms: number }> {
    const clock = new VirtualClock({ drain: loopTurn });
    let complete: boolean | undefined;
    void finishOutput(clock, [pump]).then((result) => {
      complete = result;
    });
    while (complete === undefined) await clock.advance(50);
    return { complete, ms: clock.monotonic() };
  }

  const idle = () => new Readable({ read: () => undefined });

  it("is complete when the pipe ends by itself", async () => {
    const pump = new OutputPump(fastOutput(3), undefined, silentLog);
    expect(await finish(pump)).toMatchObject({ complete: true });
    expect(pump.delivered).toBe(3 * CHUNK.length);
  });

  it("does not wait for a pipe that only stays open", async () => {
    expect(await finish(new OutputPump(idle(), undefined, silentLog))).toMatchObject({ complete: false });
  });

  it("is cut after more than the process can have left in the pipe, long before the limit of time", async () => {
    const endless = fastOutput(Number.POSITIVE_INFINITY);
    const { complete, ms } = await finish(new OutputPump(endless, undefined, silentLog));
    expect(complete).toBe(false);
    expect(ms).toBeLessThan(5000);
  });

  it("waits for a consumer that is still busy, but not forever", async () => {
    const stream = idle();
    stream.push("first");
    const pump = new OutputPump(stream, { take: () => new Promise(() => undefined), end: () => undefined }, silentLog);
    const { complete, ms } = await finish(pump);
    expect(complete).toBe(false);
    expect(ms).toBeGreaterThanOrEqual(10_000);
  });
});
