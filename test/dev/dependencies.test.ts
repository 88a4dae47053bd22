import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const manifest = JSON.parse(readFileSync("package.json", "utf8"));
const direct: Record<string, string> = { ...manifest.dependencies, ...manifest.devDependencies };
const lock = readFileSync("package-lock.json", "utf8");

describe("dependencies", () => {
  it("have a sentence each in docs/decisions/dependencies.md, and no sentence outlives its dependency", () => {
    const page = readFileSync("docs/decisions/dependencies.md", "utf8").split("## What is not here")[0] ?? "";
    const explained = [...page.matchAll(/^- `([^`]+)`/gm)].map(([, name]) => name);
    expect(explained.sort()).toEqual(Object.keys(direct).sort());
  });

  it("are pinned to an exact version", () => {
    expect(Object.values(direct).filter((version) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([]);
  });

  it("are locked without any download address", () => {
    expect(lock).not.toMatch(/"resolved"|registry/i);
  });
});
