import { describe, expect, it } from "vitest";
import { readLine, toFailureKind } from "../../../src/agents/mock/map.ts";
import { parseMockOptions } from "../../../src/agents/mock/options.ts";

describe("readLine", () => {
  it.each([
    ['{"type":"ready"}', "message"],
    ['{"type":"message","text":"hi","extra":1}', "message"],
    ["Compiling …", "noise"],
    ["[1]", "noise"],
    ['{"type":"thinking"}', "noise"],
    ['{"text":"no type"}', "noise"],
    ['{"type":"message"}', "broken"],
    ['{"type":"turn_end","status":"maybe"}', "broken"],
  ])("takes %s for %s", (line, kind) => {
    expect(readLine(line).kind).toBe(kind);
  });

  it("says what is wrong with a broken message", () => {
    expect(readLine('{"type":"usage","input_tokens":-1,"output_tokens":1}')).toMatchObject({
      kind: "broken",
      detail: expect.stringContaining("input_tokens"),
    });
  });
});

it.each([
  ["auth", "auth"],
  ["explosion", "turn_failed"],
  [undefined, "turn_failed"],
])("the failure %s is known as %s", (kind, known) => {
  expect(toFailureKind(kind)).toBe(known);
});

describe("parseMockOptions", () => {
  it.each([
    [{ scrpts: {} }, ["scrpts"], 'did you mean "scripts"?'],
    [{ log: "relative" }, ["log"], undefined],
    [{ scripts: { "A-1": { rusn: [] } } }, ["scripts", "A-1", "rusn"], 'did you mean "runs"?'],
    [{ scripts: { "A-1": { runs: [[{ do: "dance" }]] } } }, ["scripts", "A-1", "runs", 0, 0], undefined],
    [{ scripts: { "A-1": { runs: [[{ do: "say" }]] } } }, ["scripts", "A-1", "runs", 0, 0, "text"], undefined],
  ])("refuses %j and says where", (options, path, hint) => {
    expect(() => parseMockOptions(options)).toThrowError(
      expect.objectContaining({ code: "agent_invalid_config", facts: expect.objectContaining({ path }), hint }),
    );
  });
});
