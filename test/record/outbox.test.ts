import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { VirtualClock } from "../../dev/sim/virtual-clock.ts";
import { MaestroError } from "../../src/base/errors.ts";
import { isUnknownEffect } from "../../src/contracts/outside.ts";
import type { OutboxRow } from "../../src/model/outbox.ts";
import { carryOut, type OpenRecord } from "../../src/record/index.ts";
import { memoryDatabase, sampleLane, sampleRecord } from "./fixture.ts";

/** How the outside takes one request. */
type Mood = "ok" | "answer_lost" | "request_lost" | "busy" | "no" | "bug";

/** An outside that counts its effects. It obeys its moods, then everything works. */
class Outside {
  effects = 0;
  lookUps = 0;
  readonly #moods: Mood[];

  constructor(moods: readonly Mood[]) {
    this.#moods = [...moods];
  }

  async send(): Promise<string> {
    const mood = this.#moods.shift() ?? "ok";
    if (mood === "ok" || mood === "answer_lost" || mood === "bug") this.effects += 1;
    this.#answer(mood);
    return "sent";
  }

  async lookUp() {
    this.lookUps += 1;
    this.#answer(this.#moods.shift() ?? "ok");
    return this.effects > 0 ? ({ done: true, result: "found" } as const) : ({ done: false } as const);
  }

  #answer(mood: Mood): void {
    if (mood === "answer_lost" || mood === "request_lost") throw failure("tracker_request", true);
    if (mood === "busy") throw failure("tracker_rate_limited", true);
    if (mood === "no") throw failure("tracker_conflict", false);
    if (mood === "bug") throw new TypeError("a mistake in the adapter");
  }
}

function failure(code: string, retryable: boolean): MaestroError {
  return new MaestroError({ code, message: "The outside says so.", retryable, retryAfterMs: 7_000 });
}

async function planned(open: OpenRecord): Promise<OutboxRow> {
  const lane = sampleLane();
  await open.record.transact((tx) =>
    tx.append([
      lane.opened(),
      lane.enqueued("w", 1),
      lane.leased("w", 1, 1),
      lane.decide({
        type: "outbox_planned",
        data: { key: "k", fence: 1, intent: { kind: "delete_branch", branch: "b", headSha: null }, dueAt: 0 },
      }),
    ]),
  );
  return rowOf(open);
}

async function rowOf(open: OpenRecord): Promise<OutboxRow> {
  const row = await open.record.transact((tx) => tx.outboxRow("k"));
  if (row === undefined) throw new Error("there is no row");
  return row;
}

async function once(open: OpenRecord, outside: Outside, options: { row?: OutboxRow; fence?: number | null } = {}) {
  const { fence = 1 } = options;
  return carryOut({
    record: open.record,
    row: options.row ?? (await rowOf(open)),
    scope: { workflowId: "sample", laneId: "a", fence },
    send: () => outside.send(),
    lookUp: () => outside.lookUp(),
    isUnknown: isUnknownEffect,
    clock: new VirtualClock({ start: 1_000 }),
    retryDelayMs: (tries) => tries * 100,
  });
}

describe("carrying an outside write out", () => {
  const table: { moods: Mood[]; results: string[]; effects: number; row: Partial<OutboxRow> }[] = [
    { moods: [], results: ["done"], effects: 1, row: { state: "done", result: "sent", tries: 1 } },
    { moods: ["no"], results: ["refused"], effects: 0, row: { state: "refused", tries: 1 } },
    { moods: ["busy"], results: ["postponed"], effects: 0, row: { state: "planned", tries: 1, dueAt: 8_000 } },
    { moods: ["busy"], results: ["postponed", "done"], effects: 1, row: { state: "done", tries: 2 } },
    { moods: ["answer_lost"], results: ["unknown"], effects: 1, row: { state: "unknown", tries: 1, dueAt: 8_000 } },
    { moods: ["answer_lost"], results: ["unknown", "done"], effects: 1, row: { state: "done", result: "found" } },
    { moods: ["request_lost"], results: ["unknown", "done"], effects: 1, row: { state: "done", result: "sent" } },
    { moods: ["bug"], results: ["unknown", "done"], effects: 1, row: { state: "done", result: "found" } },
  ];
  test.for(table)("$moods gives $results", async ({ moods, results, effects, row }) => {
    const { open } = await sampleRecord();
    await planned(open);
    const outside = new Outside(moods);
    for (const result of results) expect(await once(open, outside)).toBe(result);
    expect(outside.effects).toBe(effects);
    expect(await rowOf(open)).toMatchObject(row);
  });

  test("a look-up that fails decides nothing, whatever the error", async () => {
    const { open } = await sampleRecord();
    await planned(open);
    const outside = new Outside(["answer_lost", "busy", "no"]);
    expect([await once(open, outside), await once(open, outside), await once(open, outside)]).toEqual(
      Array.from({ length: 3 }, () => "unknown"),
    );
    expect(await rowOf(open)).toMatchObject({ state: "unknown", tries: 3 });
    expect(await once(open, outside)).toBe("done");
    expect(outside.effects).toBe(1);
  });

  test.for([
    { mood: "busy", expected: 20 },
    // The 20th failure still leaves the effect open: one more look-up, then it is given up.
    { mood: "request_lost", expected: 21 },
  ] as const)("gives up after $expected tries that end $mood", async ({ mood, expected }) => {
    const { open } = await sampleRecord();
    await planned(open);
    const outside = new Outside(Array.from({ length: 100 }, () => mood));
    let rounds = 0;
    for (let result = "none"; result !== "refused" && rounds < 50; rounds += 1) result = await once(open, outside);
    expect(rounds).toBe(expected);
    expect((await rowOf(open)).result).toContain("The outside says so.");
  });

  test("a row whose right has passed on is refused before anything is sent", async () => {
    const { open } = await sampleRecord();
    await planned(open);
    const outside = new Outside([]);
    expect(await once(open, outside, { fence: 0 })).toBe("refused");
    expect(await rowOf(open)).toMatchObject({ state: "refused", result: "stale_fence" });
    expect(outside.effects).toBe(0);
  });

  test("what was sent under a right that has passed on since is still looked up and recorded", async () => {
    const { open } = await sampleRecord();
    await planned(open);
    const outside = new Outside(["answer_lost"]);
    await once(open, outside);
    await open.record.transact((tx) => tx.append([sampleLane().leased("w", 1, 2)]));
    expect(await once(open, outside)).toBe("done");
    expect(outside.effects).toBe(1);
  });

  test("an old row is not believed", async () => {
    const { open } = await sampleRecord();
    const old = await planned(open);
    const outside = new Outside(["answer_lost"]);
    await once(open, outside, { row: old });
    expect(await once(open, outside, { row: old })).toBe("done");
    expect(await once(open, outside, { row: old })).toBe("done");
    expect(outside.effects).toBe(1);
  });
});

describe("crashes", () => {
  /** Steps of `carryOut` that a crash can come before or after, per attempt. */
  const crashes = fc.array(fc.option(fc.integer({ min: 0, max: 9 }), { nil: null }), { maxLength: 4 });
  const moods = fc.array(fc.constantFrom<Mood>("ok", "answer_lost", "request_lost", "busy", "bug"), { maxLength: 5 });

  test("at every step there is one effect, never two and never none", async () => {
    await fc.assert(
      fc.asyncProperty(crashes, moods, async (steps, mood) => {
        const database = await memoryDatabase();
        const clock = new VirtualClock();
        let { open } = await sampleRecord({ database }, clock);
        await planned(open);
        const outside = new Outside(mood);
        for (const step of steps) {
          await untilCrash(open, outside, step);
          open.abandon();
          open = (await sampleRecord({ database }, clock)).open;
        }
        for (let round = 0; round < 30 && (await once(open, outside)) !== "done"; round += 1);
        expect(await rowOf(open)).toMatchObject({ state: "done" });
        expect(outside.effects).toBe(1);
      }),
      { numRuns: 150 },
    );
  });
});

/** Carries out until the given step (before and after each call count one), where everything stops for ever. */
async function untilCrash(open: OpenRecord, outside: Outside, step: number | null): Promise<void> {
  let left = step ?? Number.POSITIVE_INFINITY;
  let crash = (): void => undefined;
  const crashed = new Promise<void>((resolve) => {
    crash = resolve;
  });
  const row = await rowOf(open);
  const pass = async (): Promise<void> => {
    left -= 1;
    if (left >= 0) return;
    crash();
    await new Promise(() => undefined);
  };
  const mortal =
    <A extends unknown[], T>(call: (...args: A) => Promise<T>) =>
    async (...args: A): Promise<T> => {
      await pass();
      // Both ways of a call's end come before the crash that follows it.
      const ended = await call(...args).then(
        (value) => () => value,
        (error: unknown) => () => {
          throw error;
        },
      );
      await pass();
      return ended();
    };
  const { record } = open;
  const work = carryOut({
    record: {
      ...record,
      transact: mortal((task: Parameters<typeof record.transact>[0]) =>
        record.transact(task),
      ) as typeof record.transact,
    },
    row,
    scope: { workflowId: "sample", laneId: "a", fence: 1 },
    send: mortal(() => outside.send()),
    lookUp: mortal(() => outside.lookUp()),
    isUnknown: isUnknownEffect,
    clock: new VirtualClock(),
    retryDelayMs: () => 0,
  });
  await Promise.race([work, crashed]);
}
