import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { workspaceKey } from "../../src/model/workspace-key.ts";

describe("the key of a workspace", () => {
  it.each([
    ["S-022 keeps a plain identifier", "MT-1", "MT-1"],
    ["S-022 keeps lower case, dots and underscores", "team_a-1", "team_a-1"],
    ["S-022 keeps a dot inside", "v1.2", "v1.2"],
    ["S-023 marks a changed one with its hash", "team/a-1", "team_a-1--7c03d5a56ca4204b"],
    ["S-021 replaces every character, an astral one once", "a b😀c", /^a_b_c--[0-9a-f]{16}$/],
    ["S-163 changes one dot", ".", /^_--[0-9a-f]{16}$/],
    ["S-163 changes two dots", "..", /^__--[0-9a-f]{16}$/],
    ["S-163 changes a path", "../../etc/passwd", /^___.._etc_passwd--[0-9a-f]{16}$/],
    ["hides no folder and not our own", ".maestro", /^_maestro--[0-9a-f]{16}$/],
    ["names an empty identifier", "", /^_--[0-9a-f]{16}$/],
    ["changes a NUL and a line end", "a\0b\nc", /^a_b_c--[0-9a-f]{16}$/],
    [
      "changes one that looks like a hashed key",
      "team_a-1--7c03d5a56ca4204b",
      /^team_a-1--7c03d5a56ca4204b--[0-9a-f]{16}$/,
    ],
    ["keeps 100 bytes", "x".repeat(100), "x".repeat(100)],
    ["S-163 cuts 101 bytes to 100 with the hash", "x".repeat(101), /^x{82}--[0-9a-f]{16}$/],
    ["S-163 cuts many wide characters", "ü".repeat(300), /^_{82}--[0-9a-f]{16}$/],
  ])("%s", (_, identifier, key) => {
    if (typeof key === "string") expect(workspaceKey(identifier)).toBe(key);
    else expect(workspaceKey(identifier)).toMatch(key);
  });

  it("S-163 is hashed when only case tells it from one that is taken, and only then", () => {
    expect(workspaceKey("mt-1", ["MT-1"])).toMatch(/^mt-1--[0-9a-f]{16}$/);
    expect(workspaceKey("mt-1", ["mt-1", "MT-10"])).toBe("mt-1");
  });

  it("S-163 is always one safe folder name of at most 100 bytes, and stable", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 300 }), (identifier) => {
        const key = workspaceKey(identifier);
        expect(key).toMatch(/^[A-Za-z0-9_-][A-Za-z0-9._-]*$/);
        expect(key.length).toBeLessThanOrEqual(100);
        expect(workspaceKey(identifier)).toBe(key);
      }),
    );
  });

  it("S-023 is distinct for distinct identifiers, also crafted ones", () => {
    const part = fc.constantFrom("a", "A", "/", "_", ".", "-", "--", " ", "ü", "0123456789abcdef", "x".repeat(90));
    const crafted = fc.array(part, { maxLength: 5 }).map((parts) => parts.join(""));
    const identifier = fc.oneof(
      crafted,
      crafted.map((text) => workspaceKey(text)),
      fc.string({ maxLength: 20 }),
    );
    fc.assert(
      fc.property(identifier, identifier, (left, right) => {
        fc.pre(left !== right);
        expect(workspaceKey(left)).not.toBe(workspaceKey(right));
      }),
      { numRuns: 2000 },
    );
  });
});
