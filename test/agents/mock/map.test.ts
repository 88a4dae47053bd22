import { describe, expect, it } from "vitest";
import { readLine, toResult } from "../../../src/agents/mock/map.ts";
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

describe("toResult", () => {
  it("takes the agent's last words when the end has none", () => {
    expect(toResult({ type: "turn_end", status: "completed" }, "said")).toMatchObject({ finalMessage: "said" });
  });

  it("keeps known failures and calls all others a failed turn", () => {
    const end = (kind: string) => toResult({ type: "turn_end", status: "failed", kind }, null).failure?.kind;
    expect(end("auth")).toBe("auth");
    expect(end("explosion")).toBe("turn_failed");
  });
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
