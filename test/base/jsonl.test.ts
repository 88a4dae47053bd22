import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cutBytes, LineSplitter } from "../../src/base/jsonl.ts";

const text = fc
  .array(fc.constantFrom("a", "bc", "é", "漢", "😀", "\n", "\r\n", "\r", "{}"), { maxLength: 40 })
  .map((parts) => parts.join(""));

/** A text in pieces, cut between characters. */
const chunked = fc.tuple(text, fc.infiniteStream(fc.integer({ min: 1, max: 5 }))).map(([whole, sizes]) => {
  const characters = [...whole];
  const chunks: string[] = [];
  while (characters.length > 0) chunks.push(characters.splice(0, sizes.next().value).join(""));
  return { whole, chunks };
});

function split(chunks: readonly string[], maxLineBytes?: number): { lines: string[]; truncated: number } {
  const splitter = new LineSplitter({ maxLineBytes });
  const lines = [...chunks.flatMap((chunk) => splitter.push(chunk)), ...splitter.flush()];
  return { lines, truncated: splitter.truncated };
}

describe("LineSplitter", () => {
  it("gives the lines of the text, however it is cut into chunks (property)", () => {
    fc.assert(
      fc.property(chunked, ({ whole, chunks }) => {
        const expected = whole.split(/\r?\n/);
        if (expected.at(-1) === "") expected.pop();
        expect(split(chunks)).toEqual({ lines: expected, truncated: 0 });
      }),
    );
  });

  it("cuts long lines at the same place however they come, between characters (property)", () => {
    fc.assert(
      fc.property(chunked, fc.integer({ min: 1, max: 12 }), ({ whole, chunks }, max) => {
        const full = split([whole]).lines;
        expect(split(chunks, max)).toEqual({
          lines: full.map((line) => cutBytes(line, max)),
          truncated: full.filter((line) => Buffer.byteLength(line) > max).length,
        });
      }),
      { numRuns: 500 },
    );
  });

  it("goes on with the next line after one that was cut", () => {
    const splitter = new LineSplitter({ maxLineBytes: 3 });
    expect(splitter.push("abc\r\nabcdef")).toEqual(["abc"]);
    expect(splitter.push("ghi")).toEqual([]);
    expect(splitter.push("\nx\n")).toEqual(["abc", "x"]);
    expect(splitter.truncated).toBe(1);
    expect(splitter.flush()).toEqual([]);
  });

  it("does not copy a growing line for every chunk", () => {
    const splitter = new LineSplitter();
    const chunk = "x".repeat(64);
    const before = performance.now();
    for (let round = 0; round < 100_000; round += 1) splitter.push(chunk);
    expect(splitter.push("\n")[0]).toHaveLength(6_400_000);
    expect(performance.now() - before).toBeLessThan(2000);
  });
});

it("cutBytes keeps the longest whole beginning", () => {
  expect(cutBytes("a😀b", 4)).toBe("a");
  expect(cutBytes("a😀b", 5)).toBe("a😀");
  expect(cutBytes("ab", 2)).toBe("ab");
  expect(cutBytes("é", 0)).toBe("");
});
