import { describe, expect, it } from "vitest";
import { parseInstant } from "../../src/model/issue.ts";

describe("parseInstant", () => {
  it.each([
    ["2026-01-02T03:04:05Z", Date.UTC(2026, 0, 2, 3, 4, 5)],
    ["2026-01-02t03:04:05.678z", Date.UTC(2026, 0, 2, 3, 4, 5, 678)],
    ["2026-01-02T03:04:05+02:00", Date.UTC(2026, 0, 2, 1, 4, 5)],
    [" 2026-01-02 03:04Z ", Date.UTC(2026, 0, 2, 3, 4)],
    ["2026-01-02", Date.UTC(2026, 0, 2)],
  ])("reads %s", (text, at) => expect(parseInstant(text)).toBe(at));

  it.each([
    undefined,
    null,
    5,
    "",
    "soon",
    "2026",
    "2026-13-01",
    "2026-01-02T03:04:05",
    "2026-01-02T25:00:00Z",
    "1 Jan 2026",
  ])("takes %s for unknown", (value) => expect(parseInstant(value)).toBeNull());
});
