import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { jsonText, oneLine, plainText, shortened } from "../../src/cli/plain-text.ts";
import { table } from "../../src/cli/table.ts";

const anyText = fc.string({ unit: "binary" });
const ESCAPE = String.fromCharCode(27);

/** Whether a terminal could take a character for more than a character. */
function steers(text: string): boolean {
  return [...text].some((character) => /\p{Cc}|\p{Bidi_Control}/u.test(character) && !"\n\t".includes(character));
}

describe("text for a terminal", () => {
  it("keeps letters, line ends and tabs, and loses what steers", () => {
    expect(plainText(`a${ESCAPE}[2Jb\r\nc\td\u0007\u009b1m\u202e\u0000é漢🙂`)).toBe("a[2Jb\nc\td1mé漢🙂");
  });

  it("never steers, whatever came in", () => {
    fc.assert(fc.property(anyText, (text) => !steers(plainText(text)) && !steers(oneLine(text))));
    fc.assert(fc.property(anyText, (text) => !steers(jsonText({ [text]: text }))));
  });

  it("loses nothing in JSON", () => {
    fc.assert(fc.property(anyText, (text) => void expect(JSON.parse(jsonText({ text }))).toEqual({ text })));
  });

  it("fits one line into a width without cutting a character in two", () => {
    fc.assert(
      fc.property(
        anyText,
        fc.integer({ min: 1, max: 20 }),
        (text, width) => [...shortened(text, width)].length <= width,
      ),
    );
    expect(shortened("ab\ncd", 4)).toBe("ab …");
    expect(shortened("🙂🙂🙂", 2)).toBe("🙂…");
    expect(shortened("abc", 3)).toBe("abc");
  });
});

describe("table", () => {
  it("aligns its columns and cuts wide cells, but not in the last column", () => {
    const long = "x".repeat(60);
    const lines = table(
      ["A", "B", "C"],
      [
        ["1", long, long],
        ["22", "b\nb", ""],
      ],
    );
    expect(lines).toEqual([`A   B${" ".repeat(47)}  C`, `1   ${"x".repeat(47)}…  ${long}`, "22  b b"]);
  });

  it("is nothing without rows", () => expect(table(["A"], [])).toEqual([]));
});
