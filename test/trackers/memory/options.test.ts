import { describe, expect, it } from "vitest";
import { MaestroError } from "../../../src/base/errors.ts";
import type { JsonObject } from "../../../src/base/json.ts";
import { memoryTracker } from "../../../src/trackers/memory/index.ts";

const ISSUE = { id: "a", identifier: "MEM-1", title: "One", state: "Todo" };

function refusal(options: JsonObject): MaestroError {
  try {
    memoryTracker.parseOptions(options);
  } catch (error) {
    if (error instanceof MaestroError) return error;
  }
  throw new Error("the options were accepted");
}

describe("options of the memory tracker", () => {
  it("have defaults, and their own result passes unchanged", () => {
    const once = memoryTracker.parseOptions({});
    expect(once).toEqual({ issues: [], persist_state_updates: true });
    const full = memoryTracker.parseOptions({ issues: [ISSUE], persist_state_updates: false });
    expect(memoryTracker.parseOptions(full)).toEqual(full);
  });

  it("put `issue` before `issues`, read numbers as text and leave what they are given alone", () => {
    const given = { issue: { ...ISSUE, id: 7 }, issues: [{ ...ISSUE, id: "b", identifier: 12, labels: [" A ", 3] }] };
    const before = structuredClone(given);
    const { issues } = memoryTracker.parseOptions(given);
    expect(issues).toEqual([
      { ...ISSUE, id: "7", labels: [] },
      { ...ISSUE, id: "b", identifier: "12", labels: ["a", "3"] },
    ]);
    expect(given).toEqual(before);
  });

  it.each<[string, JsonObject, (string | number)[], RegExp]>([
    [
      "a missing state",
      { issues: [{ id: "a", identifier: "MEM-1", title: "One" }] },
      ["issues", 0, "state"],
      /missing/,
    ],
    ["a blank title", { issues: [ISSUE, { ...ISSUE, title: " " }] }, ["issues", 1, "title"], /blank/],
    ["a wrong type", { issues: [{ ...ISSUE, id: true }] }, ["issues", 0, "id"], /must be string or number/],
    ["a misspelt key", { isues: [] }, ["isues"], /not a known key/],
    ["a misspelt key of an issue", { issues: [{ ...ISSUE, lables: [] }] }, ["issues", 0, "lables"], /not a known key/],
    [
      "a priority in words",
      { issue: { ...ISSUE, priority: "high" } },
      ["issue", "priority"],
      /must be integer or null/,
    ],
    ["one id twice", { issues: [ISSUE, { ...ISSUE, identifier: "MEM-2" }] }, ["issues", 1, "id"], /already used/],
    [
      "one identifier twice",
      { issue: ISSUE, issues: [{ ...ISSUE, id: "b" }] },
      ["issues", 0, "identifier"],
      /already used/,
    ],
  ])("refuse %s at its place", (_, options, path, message) => {
    const error = refusal(options);
    expect(error.code).toBe("tracker_invalid_config");
    expect(error.facts.path).toEqual(path);
    expect(error.message).toMatch(message);
    expect(error.message).toContain(`tracker.provider.${path.join(".")}`);
  });

  it("name the nearest key", () => {
    expect(refusal({ isues: [] }).hint).toMatch(/"issues?"/);
    expect(refusal({ issues: [{ ...ISSUE, lables: [] }] }).hint).toContain('"labels"');
    expect(refusal({ issues: [{ ...ISSUE, blocked_by: [{ stat: "x" }] }] }).hint).toContain('"state"');
  });
});
