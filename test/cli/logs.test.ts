import { describe, expect, it } from "vitest";
import type { Run } from "../../src/model/lane.ts";
import { memoryTranscripts } from "../../src/record/index.ts";
import { laneOf, outcomeOf, runOf } from "../policy/facts.ts";
import { listViews } from "../record/views/list-views.ts";
import { hastyClock } from "./hasty-clock.ts";
import { type Props, stage } from "./stage.ts";

const AT = Date.UTC(2026, 0, 1, 12, 0, 0);

/** Two runs on one lane; the first has been packed. */
async function twoRuns() {
  const transcripts = memoryTranscripts({ clock: hastyClock(AT) });
  const first = await transcripts.open("lane-1", 1);
  first.append("Do it.", "prompt");
  first.append("Two\nlines \u001b[2J", "message");
  first.append('{"id":1}', "raw");
  await first.close();
  const second = await transcripts.open("lane-1", 2);
  second.append("Again.", "prompt");
  return { transcripts, second };
}

const RUNS = [runOf({ outcome: outcomeOf() }), runOf({ number: 2 })];
const record = (lastRun = 2) => ({ lanes: [laneOf({ lastRun })], runs: RUNS });
const texts = (out: string) => out.split("\n").map((line) => line.slice(20));

describe("maestro logs", () => {
  it("prints what people read of a run, with time and kind", async () => {
    const { transcripts } = await twoRuns();
    const { code, out } = await (await stage({ record: record(), transcripts })).run("logs", "DEMO-1/1");
    expect([code, texts(out)]).toEqual([0, ["Do it.", "Two", "lines [2J", ""]]);
    expect(out).toMatch(/^\d\d:00:00 {2}prompt {4}Do it\.\n/);
  });

  it("prints the newest run of an issue, the kinds that are asked for, and the last ones", async () => {
    const { transcripts } = await twoRuns();
    const self = await stage({ record: record(), transcripts });
    expect(texts((await self.run("logs", "DEMO-1")).out)).toEqual(["Again.", ""]);
    expect(texts((await self.run("logs", "lane-1/1", "--kind", "raw")).out)).toEqual(['{"id":1}', ""]);
    expect(texts((await self.run("logs", "lane-1/1", "--limit", "1")).out)).toEqual(["Two", "lines [2J", ""]);
  });

  it("says which kinds there are when none of those asked for is", async () => {
    const { transcripts } = await twoRuns();
    const ended = await (await stage({ record: record(), transcripts })).run("logs", "DEMO-1/1", "--kind", "stder");
    expect(ended).toEqual({
      code: 0,
      out: "",
      err: "Nothing of this kind was said. There is: prompt, message, raw.\n",
    });
  });

  it("prints a line of JSON for each with --json", async () => {
    const { transcripts } = await twoRuns();
    const { out } = await (await stage({ record: record(), transcripts })).run("logs", "DEMO-1/1", "--json");
    expect(
      out
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line)),
    ).toEqual([
      { run_id: "lane-1/1", at: AT, kind: "prompt", text: "Do it." },
      { run_id: "lane-1/1", at: AT, kind: "message", text: "Two\nlines \u001b[2J" },
    ]);
  });

  it.each([
    ["DEMO-9", 4],
    ["DEMO-1/7", 4],
  ])("does not find %s", async (wanted, exit) => {
    const { transcripts } = await twoRuns();
    expect((await (await stage({ record: record(), transcripts })).run("logs", wanted)).code).toBe(exit);
  });

  it("says what to do when an issue had no run yet", async () => {
    const { err } = await (await stage({ record: { lanes: [laneOf({ lastRun: 0 })] } })).run("logs", "DEMO-1");
    expect(err).toContain("DEMO-1 had no run yet.\nhint: `maestro explain`");
  });
});

describe("maestro logs -f", () => {
  /** At each pause something happens; after the last thing somebody presses Ctrl+C. */
  async function following(happens: readonly (() => void)[], props: Props) {
    const left = [...happens];
    const clock = hastyClock();
    const self = await stage({
      isRunning: true,
      ...props,
      parts: {
        clock: {
          ...clock,
          sleep: async (ms, signal) => {
            const next = left.shift();
            if (next === undefined) self.interrupt();
            else next();
            await clock.sleep(ms, signal);
          },
        },
        ...props.parts,
      },
    });
    return self.run("logs", "DEMO-1", "-f");
  }

  it("goes on while a run lives, and ends as interrupted", async () => {
    const { transcripts, second } = await twoRuns();
    const say = (text: string) => () => second.append(text, "message");
    const { code, out } = await following([say("one"), say("two")], { record: record(), transcripts });
    expect([code, texts(out)]).toEqual([130, ["Again.", "one", "two", ""]]);
  });

  it("goes on with the next run of the lane, and ends by itself when the lane does", async () => {
    const { transcripts, second } = await twoRuns();
    let lane = laneOf({ lastRun: 2 });
    let runs: Run[] = RUNS;
    const reader = async () => ({
      value: {
        views: {
          ...listViews({ lanes: [lane], runs }),
          lane: async () => lane,
          run: async (_: string, n: number) => runs[n - 1],
        },
        inbox: { ask: async () => undefined, answer: async () => null },
      },
      close: async () => undefined,
    });
    const steps = [
      () => {
        void second.close();
        lane = { ...lane, lastRun: 3 };
        runs = [...RUNS, runOf({ number: 3 })];
      },
      () => {
        lane = { ...lane, stage: "closed", reason: { code: "cleaned", sentence: "All is done." } };
        runs = runs.map((run) => ({ ...run, outcome: outcomeOf() }));
      },
      ...Array.from({ length: 40 }, () => () => undefined),
    ];
    const { code, err } = await following(steps, { transcripts, parts: { reader } });
    expect([code, err]).toEqual([0, "Run 3 of DEMO-1 begins.\nDEMO-1 has ended: All is done.\n"]);
  });

  it("says that nothing comes while no service runs", async () => {
    const { transcripts } = await twoRuns();
    const { code, err } = await following([], { isRunning: false, record: record(), transcripts });
    expect([code, err]).toEqual([130, "No service runs: nothing new comes before one does.\n"]);
  });
});
