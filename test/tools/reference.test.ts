import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { TOOL_REFERENCE, toolReference } from "../../dev/tool-reference.ts";
import { CATALOGUE } from "../../src/tools/catalogue.ts";

const profiles = readdirSync("profiles")
  .filter((name) => name.endsWith(".md"))
  .map((name) => {
    const [, front = ""] = readFileSync(join("profiles", name), "utf8").split(/^---$/m);
    return { name, front, file: parse(front) };
  });

describe("the catalogue of tools", () => {
  it("is what the reference says (npm run reference)", () => {
    expect(readFileSync(TOOL_REFERENCE, "utf8")).toBe(toolReference());
  });

  it("says of each tool what it does, what it changes and what it takes, and takes nothing else", () => {
    expect(new Set(CATALOGUE.map(({ name }) => name)).size).toBe(CATALOGUE.length);
    for (const tool of CATALOGUE) {
      expect(tool.name).toMatch(/^[a-zA-Z0-9_-]+$/);
      expect(tool.description.length).toBeGreaterThan(20);
      const { effect = tool.mutates ? "write" : "read" } = tool;
      expect([tool.name, tool.mutates]).toEqual([tool.name, effect !== "read"]);
      expect(tool.inputSchema).toMatchObject({ type: "object" });
      // The results of a run have a schema per profile.
      if (tool.name !== "run_result") expect(tool.inputSchema).toMatchObject({ additionalProperties: false });
    }
  });

  it("lets no tool name an issue, a change, a branch or a repository", () => {
    const free = CATALOGUE.filter(({ name }) => name !== "linear_graphql" && name !== "run_result");
    for (const { name, inputSchema } of free) {
      const places = Object.keys(inputSchema.properties ?? {}).filter((key) =>
        /issue|change|branch|repo|number|lane/.test(key.replace("no_change_reason", "").replace("blocked_by_this", "")),
      );
      expect([name, places]).toEqual([name, []]);
    }
  });
});

describe("the shipped profiles", () => {
  it("name only tools that are built", () => {
    const known = new Set(CATALOGUE.map(({ name }) => name));
    const lists = profiles.flatMap(({ file }) => [
      file.tools ?? [],
      ...Object.values<{ tools?: string[] }>(file.routes).map(({ tools = [] }) => tools),
    ]);
    expect(lists.flat().filter((name: string) => !known.has(name))).toEqual([]);
    expect(lists.flat()).toContain("repo_commit");
  });

  it.each(profiles)("$name gives nobody the request to merge, nor the raw tool", ({ front }) => {
    expect(front).not.toMatch(/change_merge|linear_graphql/);
  });
});
