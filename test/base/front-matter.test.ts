import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { editFrontMatter, formatFrontMatter, positionOf, splitFrontMatter } from "../../src/base/front-matter.ts";

const WORKFLOW = `---
# who we work for
tracker:
  kind: linear
  states: [todo, doing]
agents:
  - name: a
  - name: b
---

Work on {{ issue.title }}.
---
More.
`;

describe("splitFrontMatter", () => {
  it("gives the data, the untouched body and the offsets", () => {
    const { data, body, lineOffset, bodyLineOffset } = splitFrontMatter(WORKFLOW);
    expect(data).toEqual({
      tracker: { kind: "linear", states: ["todo", "doing"] },
      agents: [{ name: "a" }, { name: "b" }],
    });
    expect(body).toBe("\nWork on {{ issue.title }}.\n---\nMore.\n");
    expect({ lineOffset, bodyLineOffset }).toEqual({ lineOffset: 1, bodyLineOffset: 9 });
  });

  it("takes a byte order mark and CRLF", () => {
    const { data, body } = splitFrontMatter(`\uFEFF${WORKFLOW.replaceAll("\n", "\r\n")}`);
    expect(data).toEqual(splitFrontMatter(WORKFLOW).data);
    expect(body).toBe("\r\nWork on {{ issue.title }}.\r\n---\r\nMore.\r\n");
  });

  it.each(["", "text only\n", "\n---\na: 1\n---\n", "----\nrule\n", "a\n---\nb: 1\n---\n"])(
    "finds none in %j",
    (text) => {
      expect(splitFrontMatter(text)).toMatchObject({ data: {}, body: text, lineOffset: 0, bodyLineOffset: 0 });
    },
  );

  it.each([
    ["---\n---\n", {}, ""],
    ["---\n---", {}, ""],
    ["---\n# nothing\n---\nx", {}, "x"],
    ["---\n- 1\n---\n", [1], ""],
    ["---\ntext\n---\n", "text", ""],
    ["---\na: |\n  x\n---\n", { a: "x\n" }, ""],
    ["---\na: |+\n  x\n\n---\n", { a: "x\n\n" }, ""],
    ["---\na: x\n  ---y\n---z: 1\n--- \t\nb", { a: "x ---y", "---z": 1 }, "b"],
    ["---\nexcerpt_separator: x\n__proto__: 1\n---\naxb", undefined, "axb"],
  ])("handles %j", (text, data, body) => {
    const parts = splitFrontMatter(text);
    if (data !== undefined) expect(parts.data).toEqual(data);
    expect(parts.body).toBe(body);
  });

  it.each(["---js", "---javascript", "--- js", "---coffee", "---json", "---toml", "---constructor", "--- "])(
    "refuses %j and executes nothing",
    (first) => {
      const text = `${first}\n(() => { globalThis.pwned = true; return {}; })()\n---\nbody`;
      expect(() => splitFrontMatter(text)).toThrowError(
        expect.objectContaining({ code: "front_matter_language", facts: { line: 1, column: 4, found: first } }),
      );
      expect(globalThis).not.toHaveProperty("pwned");
    },
  );

  it.each(["---", "---\n", "---\na: 1\n", "---\na: 1\n ---\n", "---\r\na: 1\r\n----"])(
    "misses the end of %j",
    (text) => {
      expect(() => splitFrontMatter(text)).toThrowError(
        expect.objectContaining({ code: "front_matter_unterminated", facts: { line: 1, column: 1 } }),
      );
    },
  );

  it.each([
    ["---\na: 1\na: 2\n---\n", 3, 1],
    ["---\na: 1\nb: [\n---\n", undefined, undefined],
    ["---\r\na:\r\n  b: 1\r\n c: 2\r\n---\r\n", undefined, undefined],
    ["---\na: !!js/function 'x'\n---\n", 2, 4],
    ["---\na: *unknown\n---\n", 2, 4],
  ])("places the YAML error in %j in the file", (text, line, column) => {
    const facts = line === undefined ? { line: expect.any(Number), column: expect.any(Number) } : { line, column };
    expect(() => splitFrontMatter(text)).toThrowError(expect.objectContaining({ code: "workflow_parse_error", facts }));
  });

  it("refuses aliases that unfold without end", () => {
    const lines = Array.from({ length: 9 }, (_, at) => `a${at + 1}: &a${at + 1} [${`*a${at},`.repeat(9)}]`);
    const text = `---\na0: &a0 [x]\n${lines.join("\n")}\n---\n`;
    expect(() => splitFrontMatter(text)).toThrowError(expect.objectContaining({ code: "workflow_parse_error" }));
  });
});

describe("positionOf", () => {
  const source = splitFrontMatter(WORKFLOW);
  it.each([
    [["tracker", "kind"], "key", 4, 3],
    [["tracker", "kind"], "value", 4, 9],
    [["tracker", "states", 1], "value", 5, 18],
    [["agents", 1, "name"], "value", 8, 11],
    [["agents", 1], "key", 8, 5],
    [["tracker", "missing"], "key", 4, 3],
    [["tracker", "kind", "deeper"], "value", 4, 9],
    [[], "value", 3, 1],
  ] as const)("%j (%s) is at %d:%d", (path, part, line, column) => {
    expect(positionOf(source, [...path], part)).toEqual({ line, column });
  });

  it("counts the same with CRLF and a byte order mark, and gives 1:1 without front matter", () => {
    const crlf = splitFrontMatter(`\uFEFF${WORKFLOW.replaceAll("\n", "\r\n")}`);
    expect(positionOf(crlf, ["agents", 1, "name"], "value")).toEqual({ line: 8, column: 11 });
    expect(positionOf(splitFrontMatter("x"), ["a"], "key")).toEqual({ line: 1, column: 1 });
  });
});

describe("formatFrontMatter", () => {
  it("is read back as it was given (property)", () => {
    const data = fc.dictionary(fc.string(), fc.jsonValue({ noUnicodeString: false }), { noNullPrototype: true });
    fc.assert(
      fc.property(data, fc.string({ unit: "binary" }), (given, body) => {
        const back = splitFrontMatter(formatFrontMatter(given, body));
        expect(back.body).toBe(body);
        expect(JSON.stringify(back.data)).toBe(JSON.stringify(given));
      }),
    );
  });
});

describe("editFrontMatter", () => {
  it("changes one value and keeps comments, order and body", () => {
    const edited = editFrontMatter(WORKFLOW, (document) => document.setIn(["tracker", "kind"], "github"));
    expect(edited).toBe(WORKFLOW.replace("linear", "github"));
  });

  it.each([
    "---\r\na: 1 # one\r\nb:\r\n- x\r\n---\r\nbody\r\n",
    "\uFEFF---\n# first\n\nb:\n    c: {x: 1}\na: 1\n# last\n---  \nbody",
  ])("keeps the habits of %j", (text) => {
    expect(editFrontMatter(text, (document) => document.set("a", 2))).toBe(text.replace("a: 1", "a: 2"));
  });

  it("returns the text itself when nothing changed", () => {
    const odd = "---\na:   [ 1,2 ]\n---\nx";
    expect(editFrontMatter(odd, () => undefined)).toBe(odd);
  });

  it("adds front matter where there is none", () => {
    expect(editFrontMatter("body\n", (document) => document.set("a", 1))).toBe("---\na: 1\n---\nbody\n");
  });
});
