import { readdir, readFile, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { readTextIfExists } from "../base/atomic-file.ts";
import { contain } from "./contained.ts";
import { type Finding, Findings } from "./finding.ts";
import { addSchemaFindings, parseLocated } from "./located-file.ts";
import { validateSkillFrontMatter } from "./schema.gen.ts";

/** A skill that can be used. */
export interface Skill {
  readonly name: string;
  readonly description: string;
  /** Absolute path of its folder. */
  readonly directory: string;
  /** `metadata.internal: "true"`: for maintainers of its repository, not offered. */
  readonly internal: boolean;
}

/** What a look at a skill's folder gave. `skill` is missing when there are errors. */
export interface SkillReading {
  readonly skill?: Skill;
  readonly findings: readonly Finding[];
}

/** Keys that single clients understand in a skill and others ignore or refuse (Claude Code). */
const CLIENT_KEYS = [
  ...["disable-model-invocation", "user-invocable", "disallowed-tools", "context", "agent", "model", "effort"],
  ...["hooks", "argument-hint", "shell"],
];
const STANDARD_KEYS = ["name", "description", "license", "compatibility", "metadata", "allowed-tools"];
/** Longest body that clients read at once without harm, lines (agentskills.io recommends fewer than 500). */
const MOST_LINES = 500;
const FILE = "SKILL.md";

/** Reads and checks a skill. `allowClientKeys` lets keys of single clients pass. Throws system errors of unreadable files. */
export async function readSkill(
  directory: string,
  options: { readonly allowClientKeys?: boolean } = {},
): Promise<SkillReading> {
  const findings = new Findings();
  const text = await readTextIfExists(join(directory, FILE));
  if (text === undefined) {
    findings.error({ file: "" }, `there is no ${FILE}`);
    return { findings: findings.all() };
  }
  const front = readFront(text, findings, options.allowClientKeys === true);
  if (front !== undefined && front.name !== basename(directory)) {
    findings.error({ file: FILE, line: 2, key: "name" }, `must be "${basename(directory)}", as its folder is named`);
  }
  await checkBody(directory, text, findings);
  await checkScripts(directory, findings);
  if (front === undefined || findings.hasErrors()) return { findings: findings.all() };
  const { name, description, metadata } = front;
  const skill = { name, description, directory, internal: metadata?.internal === "true" };
  return { skill, findings: findings.all() };
}

/** The skills right below a folder; a folder that is not there has none. */
export async function readSkills(
  folder: string,
  options: { readonly allowClientKeys?: boolean } = {},
): Promise<{ readonly skills: readonly Skill[]; readonly findings: readonly Finding[] }> {
  const findings = new Findings();
  const skills: Skill[] = [];
  const entries = await readdir(folder).catch(() => []);
  for (const name of entries.sort()) {
    const directory = join(folder, name);
    if (!(await stat(directory)).isDirectory()) continue;
    const reading = await readSkill(directory, options);
    findings.addBelow(name, reading.findings);
    if (reading.skill !== undefined) skills.push(reading.skill);
  }
  return { skills, findings: findings.all() };
}

function readFront(text: string, findings: Findings, allowClientKeys: boolean) {
  const end = text.startsWith("---\n") ? text.indexOf("\n---", 3) : -1;
  if (end < 0) {
    findings.error({ file: FILE, line: 1, column: 1 }, 'must begin with front matter: "---", keys, "---"');
    return undefined;
  }
  const located = parseLocated(text.slice(4, end + 1), FILE, findings, 1);
  if (located === undefined) return undefined;
  const data = allowClientKeys ? withoutClientKeys(located.data) : located.data;
  if (validateSkillFrontMatter(data)) return data;
  addSchemaFindings(located, validateSkillFrontMatter.errors ?? [], findings, STANDARD_KEYS);
  return undefined;
}

function withoutClientKeys(data: unknown): unknown {
  if (typeof data !== "object" || data === null) return data;
  return Object.fromEntries(Object.entries(data).filter(([key]) => !CLIENT_KEYS.includes(key)));
}

async function checkBody(directory: string, text: string, findings: Findings): Promise<void> {
  const lines = text.split("\n");
  if (lines.length > MOST_LINES) {
    findings.warn({ file: FILE }, `has ${lines.length} lines; agents read at most ${MOST_LINES} well`);
  }
  for (const [at, line] of lines.entries()) {
    for (const [, target = ""] of line.matchAll(/\]\(([^)\s]+)\)/g)) {
      const path = target.replace(/#.*$/, "");
      if (path === "" || /^[a-z][a-z0-9+.-]*:/i.test(path)) continue;
      const place = { file: FILE, line: at + 1 };
      const found = await contain(directory, path.startsWith("./") ? path : `./${path}`);
      if (!found.ok) findings.error(place, `link: ${found.message}`);
      else if (path.replace(/^\.\//, "").split("/").length > 2)
        findings.warn(place, `link: "${path}" lies deeper than one folder`);
    }
  }
}

async function checkScripts(directory: string, findings: Findings): Promise<void> {
  const folder = join(directory, "scripts");
  for (const name of await readdir(folder).catch(() => [])) {
    const path = join(folder, name);
    const { mode } = await stat(path);
    const isProgram = (await readFile(path)).subarray(0, 2).toString("latin1") === "#!";
    if (isProgram && (mode & 0o111) === 0) {
      findings.warn({ file: `scripts/${name}` }, "begins like a program but is not executable");
    }
  }
}
