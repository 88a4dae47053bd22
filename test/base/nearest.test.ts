import { expect, it } from "vitest";
import { formatBytes, formatDuration } from "../../src/base/duration.ts";
import { nearestOf } from "../../src/base/nearest.ts";

it.each([
  ["tracer", ["tracker", "runtime"], "tracker"],
  ["trakcer", ["tracker"], "tracker"],
  ["Agent", ["agent", "agents"], "agent"],
  ["max_concurent_agnts", ["max_concurrent_agents", "max_turns"], "max_concurrent_agents"],
  ["zebra", ["tracker", "runtime"], undefined],
  ["ab", ["cd"], undefined],
  ["", ["a"], undefined],
  ["x", [], undefined],
])("nearestOf(%j) of %j is %j", (word, candidates, expected) => {
  expect(nearestOf(word, candidates)).toBe(expected);
});

it.each([
  [0, "0ms"],
  [850.9, "850ms"],
  [12_000, "12s"],
  [65_000, "1m 5s"],
  [7_200_000, "2h"],
  [3_600_000 + 5_000, "1h"],
  [3 * 86_400_000 + 4 * 3_600_000 + 1, "3d 4h"],
  [-65_000, "-1m 5s"],
  [Number.POSITIVE_INFINITY, "forever"],
  [Number.NaN, "unknown"],
])("formatDuration(%d) is %s", (ms, expected) => {
  expect(formatDuration(ms)).toBe(expected);
});

it.each([
  [0, "0 B"],
  [1023, "1023 B"],
  [1536, "1.5 KiB"],
  [8 * 1024 * 1024, "8 MiB"],
  [2 ** 60, "1024 PiB"],
])("formatBytes(%d) is %s", (bytes, expected) => {
  expect(formatBytes(bytes)).toBe(expected);
});
