import { expect, it } from "vitest";
import { compact, duration, relative } from "../../src/dashboard/instant.ts";

it.each([
  [0, "now"],
  [2_400, "now"],
  [3_000, "3s ago"],
  [59_000, "59s ago"],
  [60_000, "1m ago"],
  [3_600_000 * 5, "5h ago"],
  [86_400_000 * 40, "40d ago"],
  [-42_000, "in 42s"],
])("an instant %d ms ago is %s", (ms, words) => expect(relative(1e12 - ms, 1e12)).toBe(words));

it.each([
  [-5, "0 ms"],
  [172, "172 ms"],
  [2_222, "2.2 s"],
  [42_000, "42 s"],
  [250_000, "4 min 10 s"],
  [11_100_000, "3 h 5 min"],
])("%d ms take %s", (ms, words) => expect(duration(ms)).toBe(words));

it.each([
  [930, "930"],
  [2_100, "2.1k"],
  [9_949, "9.9k"],
  [9_950, "10k"],
  [999_499, "999k"],
  [999_500, "1.0M"],
  [1_340_000, "1.3M"],
])("%d tokens are %s", (count, words) => expect(compact(count)).toBe(words));
