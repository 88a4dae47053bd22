import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { TranscriptPages } from "../../src/http/transcript-pages.ts";
import { createTranscripts } from "../../src/record/index.ts";
import { groundParts } from "./ground.ts";

function transcript(count: number) {
  const { parts, clock } = groundParts();
  const seen = { begun: 0, read: 0, closed: 0 };
  const lines = async function* () {
    seen.begun += 1;
    try {
      for (let at = 0; at < count; at += 1) {
        seen.read += 1;
        yield `line ${at}`;
      }
    } finally {
      seen.closed += 1;
    }
  };
  const pages = new TranscriptPages({ clock, reading: { ...parts.reading, transcript: lines } });
  const page = (after: number, limit = 10, run = 1) => pages.page({ lane: "lane_A", run, after, limit });
  return { pages, page, clock, seen };
}

describe("TranscriptPages", () => {
  it("reads a transcript once for whoever reads it to its end", async () => {
    const { page, clock, seen } = transcript(95);
    const all: string[] = [];
    for (let after: number | null = 0; after !== null; ) {
      const { lines, next } = await page(after);
      all.push(...lines);
      after = next;
    }
    expect(all).toEqual(Array.from({ length: 95 }, (_, at) => `line ${at}`));
    expect(seen).toEqual({ begun: 1, read: 95, closed: 1 });
    expect(clock.pendingTimers()).toBe(0);
  });

  it("ends at the last line also when that fills a page", async () => {
    const { page } = transcript(20);
    expect(await page(10)).toMatchObject({ next: null, lines: { length: 10 } });
    expect(await page(20)).toEqual({ next: null, lines: [] });
    expect(await page(500)).toEqual({ next: null, lines: [] });
  });

  it("gives two readers of one place the same", async () => {
    const { page, seen } = transcript(30);
    await page(0);
    expect(await Promise.all([page(10), page(10)])).toEqual([
      { next: 20, lines: expect.arrayContaining(["line 10", "line 19"]) },
      { next: 20, lines: expect.arrayContaining(["line 10", "line 19"]) },
    ]);
    expect(seen).toMatchObject({ begun: 2, closed: 1 });
  });

  it("lets go of the file of a reader that does not come back", async () => {
    const { page, clock, seen } = transcript(30);
    await page(0);
    await clock.advance(29_999);
    expect(seen.closed).toBe(0);
    await clock.advance(1);
    expect([seen.closed, clock.pendingTimers()]).toEqual([1, 0]);
    expect((await page(10)).lines[0]).toBe("line 10");
  });

  it("keeps few files open, and none at the end", async () => {
    const { pages, page, clock, seen } = transcript(30);
    for (let run = 1; run <= 20; run += 1) await page(0, 10, run);
    await clock.settle();
    expect([seen.begun, seen.closed]).toEqual([20, 12]);
    pages.close();
    await clock.settle();
    expect([seen.closed, clock.pendingTimers()]).toEqual([20, 0]);
  });
});

describe("the transcript of a run that lives", () => {
  async function live() {
    const directory = await mkdtemp(join(tmpdir(), "maestro-transcript-"));
    onTestFinished(() => rm(directory, { recursive: true, force: true }));
    const { parts, clock, secrets } = groundParts();
    const transcripts = createTranscripts({ directory, secrets, clock });
    const reading = {
      ...parts.reading,
      transcript: (lane: string, run: number, wait?: () => Promise<boolean>) =>
        wait === undefined ? transcripts.read(lane, run) : transcripts.follow(lane, run, wait),
    };
    const pages = new TranscriptPages({ clock, reading });
    onTestFinished(() => pages.close());
    const texts = async (after: number, limit = 200) => {
      const { lines, next } = await pages.page({ lane: "lane_A", run: 1, after, limit });
      return [lines.map((line) => JSON.parse(line).text), next];
    };
    const writer = await transcripts.open("lane_A", 1);
    const write = async (...lines: readonly string[]) => {
      for (const line of lines) writer.append(line);
      // What is appended in one breath is one write, which `read` then sees.
      await expect
        .poll(async () => (await linesOf(transcripts.read("lane_A", 1))).join().includes(lines.at(-1) ?? ""))
        .toBe(true);
    };
    return { texts, write, writer, clock };
  }

  it("is gone on with where it ended, to its end", async () => {
    const { texts, write, writer, clock } = await live();
    await write("one", "two");
    expect(await texts(0)).toEqual([["one", "two"], null]);
    expect(await texts(2)).toEqual([[], null]);
    await write("three", "four");
    expect(await texts(2, 1)).toEqual([["three"], 3]);
    expect(await texts(3)).toEqual([["four"], null]);
    writer.append("five");
    await writer.close();
    expect(await texts(4)).toEqual([["five"], null]);
    expect(clock.pendingTimers()).toBe(0);
    expect(await texts(0)).toEqual([["one", "two", "three", "four", "five"], null]);
  });

  it("has nothing behind its last line yet", async () => {
    const { texts, write } = await live();
    await write("one");
    expect(await texts(5)).toEqual([[], null]);
    await write("two");
    expect(await texts(1)).toEqual([["two"], null]);
  });
});

async function linesOf(lines: AsyncIterable<string>): Promise<string[]> {
  const all: string[] = [];
  for await (const line of lines) all.push(line);
  return all;
}
