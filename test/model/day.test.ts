import { describe, expect, test } from "vitest";
import { dayOf, nextDayAt } from "../../src/model/day.ts";

describe("a day", () => {
  test.for([
    ["UTC", "2026-03-28T23:59:59Z", "2026-03-28", "2026-03-29T00:00:00Z"],
    ["Europe/Berlin", "2026-03-28T23:30:00Z", "2026-03-29", "2026-03-29T22:00:00Z"],
    ["Europe/Berlin", "2026-10-25T12:00:00Z", "2026-10-25", "2026-10-25T23:00:00Z"],
    ["Asia/Kathmandu", "2026-01-01T18:14:59Z", "2026-01-01", "2026-01-01T18:15:00Z"],
  ] as const)("in %s at %s is %s, and ends at %s", ([zone, at, day, end]) => {
    expect(dayOf(Date.parse(at), zone)).toBe(day);
    expect(nextDayAt(Date.parse(at), zone)).toBe(Date.parse(end));
  });

  test("is refused in a zone that nobody knows", () => {
    expect(() => dayOf(0, "Mars/Olympus")).toThrow(RangeError);
  });
});
