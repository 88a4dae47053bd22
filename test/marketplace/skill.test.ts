import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { findingLine, readSkill, readSkills } from "../../src/marketplace/index.ts";
import { folder, put, skillText } from "./ground.ts";

async function findingsOf(files: Readonly<Record<string, string>>, name = "fine", options = {}): Promise<string[]> {
  const root = await folder();
  await put(join(root, name), files);
  return (await readSkill(join(root, name), options)).findings.map(findingLine);
}

describe("a skill", () => {
  it("is read with what clients show of it", async () => {
    const root = await folder();
    await put(join(root, "fine"), { "SKILL.md": skillText("fine", 'metadata:\n  internal: "true"\n') });
    const { skill, findings } = await readSkill(join(root, "fine"));
    expect(findings).toEqual([]);
    expect(skill).toEqual({
      name: "fine",
      description: "About fine. Use when tested.",
      directory: join(root, "fine"),
      internal: true,
    });
  });

  it.each([
    ["no file", {}, "there is no SKILL.md"],
    ["no front matter", { "SKILL.md": "# Fine\n" }, 'SKILL.md:1:1 must begin with front matter: "---", keys, "---"'],
    [
      "another name than its folder",
      { "SKILL.md": skillText("other") },
      'SKILL.md:2 name: must be "fine", as its folder is named',
    ],
    [
      "a name that is none",
      { "SKILL.md": skillText("Fine--x") },
      "SKILL.md:2:7 name: must match ^[a-z0-9]+(-[a-z0-9]+)*$",
    ],
    ["no description", { "SKILL.md": "---\nname: fine\n---\n# Fine\n" }, "SKILL.md:2:1 description: is missing"],
    [
      "an unknown key",
      { "SKILL.md": skillText("fine", "licence: MIT\n") },
      'SKILL.md:4:10 licence: this key is not known (did you mean "license"?)',
    ],
    [
      "metadata that is no text",
      { "SKILL.md": skillText("fine", "metadata:\n  version: 1.0\n") },
      "SKILL.md:5:12 metadata.version: must be string",
    ],
    [
      "a link to nowhere",
      { "SKILL.md": `${skillText("fine")}See [it](references/gone.md).\n` },
      'SKILL.md:9 link: "./references/gone.md" is not there',
    ],
    [
      "a link out of its folder",
      { "SKILL.md": `${skillText("fine")}See [it](../other/SKILL.md).\n` },
      'SKILL.md:9 link: must not contain ".."',
    ],
    [
      "broken YAML",
      { "SKILL.md": "---\nname: fine\ndescription: a: b\n---\n" },
      "SKILL.md:3:14 Nested mappings are not allowed in compact mappings",
    ],
  ])("tells %s, and where", async (_, files, expected) => {
    expect((await findingsOf(files)).join("\n")).toContain(expected);
  });

  it("is only warned about for being long, deep or not executable", async () => {
    const text = `${skillText("fine")}${"Line\n".repeat(500)}[deep](references/a/b.md)\n`;
    const files = { "SKILL.md": text, "references/a/b.md": "", "scripts/run.sh": "#!/bin/sh\n" };
    const found = await findingsOf(files);
    expect(found.length).toBe(3);
    for (const line of found) expect(line).toMatch(/^warning: /);
  });

  it("may have keys of single clients when that is wanted, and else not", async () => {
    const files = { "SKILL.md": skillText("fine", "argument-hint: file\n") };
    expect(await findingsOf(files)).not.toEqual([]);
    expect(await findingsOf(files, "fine", { allowClientKeys: true })).toEqual([]);
  });

  it("that is bad does not take the others with it", async () => {
    const root = await folder();
    await put(root, { "a/SKILL.md": skillText("a"), "b/SKILL.md": "no", "c/SKILL.md": skillText("c") });
    const { skills, findings } = await readSkills(root);
    expect(skills.map(({ name }) => name)).toEqual(["a", "c"]);
    expect(findings.map(({ file }) => file)).toEqual(["b/SKILL.md"]);
  });
});
