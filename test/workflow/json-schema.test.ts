import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, test } from "vitest";
import { keyPage, schemaDocuments } from "../../dev/schema-documents.ts";
import { splitFrontMatter } from "../../src/base/front-matter.ts";
import { parseJson } from "../../src/base/json.ts";
import { listTemplates, packagedFolder, readSchema, resolveTemplate } from "../../src/workflow/index.ts";

const ROOT = join(packagedFolder("templates"), "..");

function compiled(text: string) {
  const schema = parseJson(text);
  const validate = new Ajv2020({ strict: true }).compile(Object(schema));
  return (markdown: string) => validate(splitFrontMatter(markdown).data);
}

describe("the published schemas", () => {
  test.each(Object.entries(schemaDocuments()))("%s says what the code says (npm run schema)", (path, made) => {
    expect(parseJson(readFileSync(join(ROOT, path), "utf8"))).toEqual(parseJson(made));
  });

  test("and the page of all keys too", () => {
    expect(readFileSync(join(ROOT, "docs/reference/workflow-keys.md"), "utf8")).toBe(keyPage());
  });

  test("take the packaged files, as they are written", async () => {
    const isWorkflow = compiled(await readSchema("workflow"));
    for (const alias of await listTemplates()) {
      expect([alias, isWorkflow(readFileSync(await resolveTemplate(alias), "utf8"))]).toEqual([alias, true]);
    }
    const isProfile = compiled(await readSchema("profile"));
    for (const kind of ["coding_pr_delivery", "triage"]) {
      expect([kind, isProfile(readFileSync(join(ROOT, "profiles", `${kind}.md`), "utf8"))]).toEqual([kind, true]);
    }
  });

  const least = "tracker: {kind: local}\nagent_provider: {kind: mock}";
  const files: [name: string, yaml: string, isGood: boolean][] = [
    ["the least file", least, true],
    ["free keys", `${least}\nx-team: 1`, true],
    ["no tracker", "agent_provider: {kind: mock}", false],
    ["no kind of agent", "tracker: {kind: local}\nagent_provider: {}", false],
    ["a repository without a forge", `${least}\nrepo: {path: .}`, false],
    ["an unknown key", `${least}\nagent: {max_turn: 1}`, false],
    ["a wrong value", `${least}\nagent: {max_turns: 0}`, false],
  ];
  test.each(files)("judge %s as Maestro does", async (_, yaml, isGood) => {
    expect(compiled(await readSchema("workflow"))(`---\n${yaml}\n---\n`)).toBe(isGood);
  });

  test("say of every key what it is for", async () => {
    const bare: string[] = [];
    const walk = (schema: unknown, path: string): void => {
      if (typeof schema !== "object" || schema === null) return;
      if (path !== "" && !("description" in schema)) bare.push(path);
      if (!("properties" in schema)) return;
      for (const [key, below] of Object.entries(Object(schema.properties))) walk(below, `${path}.${key}`);
    };
    walk(parseJson(await readSchema("workflow")), "");
    expect(bare).toEqual([]);
  });
});
