import { describe, expect, it } from "vitest";
import { groundParts } from "./ground.ts";
import { TranscriptPages } from "../../src/http/transcript-pages.ts";

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
