import { describe, expect, it } from "vitest";
import { cutLine, hasColour, lineText, toned } from "../../src/cli/line.ts";

describe("lineText", () => {
  it("colours what has a tone, and nothing else", () => {
    expect(lineText(["a ", toned("bad", "b")], true)).toBe("a \u001b[31mb\u001b[0m");
    expect(lineText(["a ", toned("bad", "b")], false)).toBe("a b");
  });

  it("lets foreign text steer nothing, with and without a tone", () => {
    const foreign = "\u001b[2Jx\u0007";
    expect(lineText([foreign, toned("good", foreign)], true)).toBe("[2Jx\u001b[32m[2Jx\u001b[0m");
    expect(lineText(foreign, true)).toBe("[2Jx");
  });
});

describe("cutLine", () => {
  it("cuts texts and parts alike", () => {
    expect(cutLine("abcdef", 3)).toBe("abc");
    expect(lineText(cutLine(["ab", toned("bad", "cdef"), "gh"], 3), false)).toBe("abc");
  });
});

describe("hasColour", () => {
  it.each([
    [true, {}, true],
    [false, {}, false],
    [true, { NO_COLOR: "1" }, false],
    [true, { NO_COLOR: "" }, true],
    [true, { TERM: "dumb" }, false],
  ])("on a terminal %j with %j: %j", (isTerminal, environment, wanted) => {
    expect(hasColour({ isTerminal, environment })).toBe(wanted);
  });
});
