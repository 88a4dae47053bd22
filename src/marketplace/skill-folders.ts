import { lstat, readdir, realpath, rm, symlink } from "node:fs/promises";
import { basename, join } from "node:path";
import { MaestroError } from "../base/errors.ts";
import { makeFolder } from "../base/folder.ts";
import { nearestOf } from "../base/nearest.ts";
import { exists } from "../base/presence.ts";
import { contentHash } from "./content-hash.ts";
import { copyFolder, fetchSource } from "./fetch.ts";
import { findingLine } from "./finding.ts";
import { type LockedSkill, type LockPlace, originOf, withSkill } from "./lock-file.ts";
import type { MarketplacePlace } from "./marketplaces.ts";
import { readSkill, type Skill } from "./skill.ts";
import { parseSource, type Source } from "./source.ts";

/** Where skills lie in a repository, nearest first (the `skills` CLI looks there, too). */
const FOLDERS = ["skills", "skills/.curated", "skills/.experimental", ".agents/skills", ".claude/skills"];

/** Skills that were copied to where a lock says. */
export interface AddedSkill {
  readonly skill: Skill;
  readonly locked: LockedSkill;
  readonly changed: boolean;
}

/**
 * Copies skills of a source beside the lock and locks them; all of them, or those named. Throws the codes of `parseSource` and
 * `fetchSource`, `no_skills`, `unknown_skill`, `skill_invalid`.
 */
export async function addSkills(
  place: MarketplacePlace,
  lock: LockPlace,
  wanted: { readonly source: string; readonly names: readonly string[] },
  options: { readonly dryRun: boolean },
): Promise<readonly AddedSkill[]> {
  const source = parseSource(wanted.source, place.cwd);
  const fetched = await fetchSource(source, join(place.home, "staging"), place.signal);
  try {
    const isSingle = await exists(join(fetched.directory, "SKILL.md"));
    const found = isSingle ? [fetched.directory] : await foldersWithSkills(fetched.directory);
    const chosen = chooseSkills(found, wanted);
    const added: AddedSkill[] = [];
    for (const directory of chosen) {
      const origin = { source: originOf(source, lock), sha: fetched.sha };
      added.push(
        await addOne(lock, directory, fetched.directory, { ...origin, source, label: origin.source }, options),
      );
    }
    return added;
  } finally {
    await fetched.dispose();
  }
}

async function addOne(
  lock: LockPlace,
  directory: string,
  root: string,
  origin: { readonly source: Source; readonly label: string; readonly sha: string | null },
  { dryRun }: { readonly dryRun: boolean },
): Promise<AddedSkill> {
  const { skill, findings } = await readSkill(directory, { allowClientKeys: true });
  if (skill === undefined) {
    const faults = findings.filter(({ level }) => level === "error").map(findingLine);
    throw new MaestroError({
      code: "skill_invalid",
      message: `The skill ${basename(directory)} cannot be used:\n${faults.join("\n")}`,
      hint: "maestro skills validate <folder>",
    });
  }
  const within = directory.startsWith(`${root}/`) ? directory.slice(root.length + 1) : null;
  const above = origin.source.kind === "git" ? origin.source.subfolder : null;
  const locked: LockedSkill = {
    source: origin.label,
    ref: origin.source.kind === "git" ? origin.source.ref : null,
    sha: origin.sha,
    subfolder: [above, within].filter((part) => part !== null).join("/") || null,
    content_hash: await contentHash(directory),
  };
  const before = (await lock.file.read()).skills[skill.name];
  const to = join(lock.directory, "skills", skill.name);
  const changed = before?.content_hash !== locked.content_hash || !(await exists(to));
  if (!dryRun) {
    await replaceFolder(directory, to);
    await lock.file.update((file) => withSkill(file, skill.name, locked));
  }
  return { skill: { ...skill, directory: to }, locked, changed };
}

async function replaceFolder(from: string, to: string): Promise<void> {
  await rm(to, { recursive: true, force: true });
  await copyFolder(from, to);
}

/** All skills below a source's root: in the known folders, there also one category deeper. */
export async function foldersWithSkills(root: string): Promise<readonly string[]> {
  const found = new Map<string, string>();
  for (const folder of FOLDERS) {
    for (const name of await namesIn(join(root, folder))) {
      const directory = join(root, folder, name);
      const isSkill = await exists(join(directory, "SKILL.md"));
      const candidates = isSkill ? [directory] : (await namesIn(directory)).map((inner) => join(directory, inner));
      for (const candidate of candidates) {
        const key = basename(candidate);
        if (!found.has(key) && (await exists(join(candidate, "SKILL.md")))) found.set(key, candidate);
      }
    }
  }
  return [...found.values()];
}

async function namesIn(folder: string): Promise<readonly string[]> {
  // What is no folder has no skills in it.
  return (await readdir(folder).catch(() => [])).sort();
}

function chooseSkills(
  found: readonly string[],
  { source, names }: { readonly source: string; readonly names: readonly string[] },
): readonly string[] {
  if (found.length === 0) {
    throw new MaestroError({
      code: "no_skills",
      message: `There are no skills in ${source}: neither a SKILL.md nor any in ${FOLDERS.join(", ")}.`,
    });
  }
  if (names.length === 0) return found;
  return names.map((name) => {
    const match = found.find((directory) => basename(directory) === name);
    if (match !== undefined) return match;
    const known = found.map((directory) => basename(directory));
    const near = nearestOf(name, known);
    throw new MaestroError({
      code: "unknown_skill",
      message: `There is no skill "${name}" in ${source}; there are: ${known.join(", ")}.`,
      ...(near === undefined ? {} : { hint: `did you mean "${near}"?` }),
    });
  });
}

/** Links a skill that is being written, so that every run gets its newest state. It is not locked: a link has no fixed content. Throws `skill_invalid`. */
export async function linkSkill(lock: LockPlace, directory: string): Promise<Skill> {
  const { skill, findings } = await readSkill(directory, { allowClientKeys: true });
  if (skill === undefined) {
    throw new MaestroError({ code: "skill_invalid", message: findings.map(findingLine).join("\n") });
  }
  const to = join(lock.directory, "skills", skill.name);
  await makeFolder(join(lock.directory, "skills"));
  await rm(to, { recursive: true, force: true });
  await symlink(await realpath(directory), to);
  await lock.file.update((file) => withSkill(file, skill.name, null));
  return { ...skill, directory: to };
}

/** Removes a skill that was added or linked here. Throws `unknown_skill`. */
export async function removeSkill(lock: LockPlace, name: string): Promise<void> {
  const folder = join(lock.directory, "skills", name);
  const isThere =
    /^[a-z0-9-]+$/.test(name) &&
    (await lstat(folder).then(
      () => true,
      () => false,
    ));
  if (!isThere) {
    const known = await namesIn(join(lock.directory, "skills"));
    throw new MaestroError({
      code: "unknown_skill",
      message: `There is no skill "${name}" here; there are: ${known.join(", ") || "none"}.`,
    });
  }
  await rm(folder, { recursive: true, force: true });
  await lock.file.update((file) => withSkill(file, name, null));
}
