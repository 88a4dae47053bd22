import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { branchName, MAX_BRANCH_NAME } from "../../src/model/branch-name.ts";

const identifiers = fc.oneof(
  fc.string({ unit: "binary", maxLength: 200 }),
  fc.stringMatching(/^[A-Z]{1,5}-[0-9]{1,4}$/),
  fc.stringMatching(/^[a-z0-9.@{}~^:?*[\\/ -]{0,30}$/),
);
const prefixes = fc.oneof(
  fc.constant("maestro/"),
  fc.string({ maxLength: 80 }),
  fc.constantFrom("", "/", "-", "a//b/"),
);

/** The rules of `git check-ref-format --branch`, as its manual lists them. */
function isValidBranch(name: string): boolean {
  const parts = name.split("/");
  return (
    parts.every((part) => part !== "" && !part.startsWith(".") && !part.endsWith(".lock")) &&
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the manual forbids them
    !/\.\.|[\x00-\x20\x7f~^:?*[\\]|@\{|\.$/.test(name) &&
    name !== "@" &&
    name !== "HEAD" &&
    !name.startsWith("-")
  );
}

describe("branchName", () => {
  test.each([
    ["maestro/", "ABC-12", 1, "maestro/abc-12"],
    ["maestro/", "ABC-12", 2, "maestro/abc-12-2"],
    ["maestro/", "local-memory-1", 1, "maestro/local-memory-1"],
    ["maestro/", "fix-login", 1, "maestro/fix-login"],
    ["", "ABC-1", 1, "abc-1"],
    ["v1.0/", "ABC-1", 1, "v1-0/abc-1"],
    ["//x//", "ABC-1", 1, "x/abc-1"],
  ])("%s + %s, lane %i = %s", (prefix, identifier, ordinal, name) => {
    expect(branchName(prefix, identifier, ordinal)).toBe(name);
  });

  test.each([
    ["a changed character", "team/a-1", 1, /^m\/team-a-1-[0-9a-f]{8}$/],
    ["accents", "é-1", 1, /^m\/e-1-[0-9a-f]{8}$/],
    ["nothing left", "日本", 1, /^m\/[0-9a-f]{8}$/],
    ["a second lane that looks like another issue", "fix", 2, /^m\/fix-[0-9a-f]{8}-2$/],
    ["an issue that looks like a second lane", "abc-1-2", 1, /^m\/abc-1-2-[0-9a-f]{8}$/],
    ["an issue that looks hashed", "abc-deadbeef", 1, /^m\/abc-deadbeef-[0-9a-f]{8}$/],
  ])("a hash for %s", (_, identifier, ordinal, pattern) => {
    expect(branchName("m/", identifier, ordinal)).toMatch(pattern);
  });

  test("is always valid and short", () => {
    fc.assert(
      fc.property(prefixes, identifiers, fc.integer({ min: 1, max: 5000 }), (prefix, identifier, ordinal) => {
        const name = branchName(prefix, identifier, ordinal);
        expect(name.length).toBeLessThanOrEqual(MAX_BRANCH_NAME);
        expect(isValidBranch(name)).toBe(true);
      }),
    );
  });

  test("Git itself accepts a sample", () => {
    for (const name of fc.sample(
      fc.tuple(prefixes, identifiers).map(([p, i]) => branchName(p, i, 2)),
      { numRuns: 20, seed: 7 },
    )) {
      expect(execFileSync("git", ["check-ref-format", "--branch", name], { encoding: "utf8" }).trim()).toBe(name);
    }
  });

  test("different lanes never share a branch, short of case", () => {
    const lane = fc.tuple(
      fc.oneof(identifiers, fc.stringMatching(/^[ab]{1,2}(-[12]){0,3}$/)),
      fc.integer({ min: 1, max: 4 }),
    );
    fc.assert(
      fc.property(lane, lane, ([oneId, oneLane], [otherId, otherLane]) => {
        fc.pre(oneId.toLowerCase() !== otherId.toLowerCase() || oneLane !== otherLane);
        expect(branchName("m/", oneId, oneLane)).not.toBe(branchName("m/", otherId, otherLane));
      }),
      { numRuns: 2000 },
    );
  });
});
