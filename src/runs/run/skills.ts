import { toMaestroError } from "../../base/errors.ts";
import type { Log } from "../../base/log.ts";
import type { Runtime } from "../../contracts/runtime.ts";
import type { RunSkill } from "../../model/run-skill.ts";

/** Where agents look for skills: Codex, OpenCode, Gemini and most others in the first, Claude Code in the second, which holds links to it. */
const FOLDER = ".agents/skills";
const CLAUDE = ".claude/skills";
/** In each folder of ours: Git neither shows nor takes it, whoever runs Git. */
const IGNORE_ALL = "*\n";
/** Says that a folder is ours to replace and remove. */
const MARK = ".placed-by-maestro";

/**
 * Puts skills into a workspace, so that no diff shows them; a skill of the same name that is there already is the repository's own and stays. Returns the names
 * of those that were put there. A workspace whose folder leads elsewhere gets none: nothing is ever written outside of it.
 */
export async function placeSkills(
  runtime: Runtime,
  workspace: string,
  skills: readonly RunSkill[],
  log: Log,
): Promise<readonly string[]> {
  const placed: string[] = [];
  for (const skill of skills) {
    try {
      if (await placeOne(runtime, workspace, skill)) placed.push(skill.folder);
    } catch (error) {
      log.warn("a skill could not be put into the workspace", { skill: skill.folder, error: toMaestroError(error) });
    }
  }
  return placed;
}

async function placeOne(runtime: Runtime, workspace: string, { folder, files }: RunSkill): Promise<boolean> {
  if (runtime.writeBytes === undefined) return false;
  const place = await makePlace(runtime, workspace, FOLDER, folder);
  for (const { path, bytes, isProgram } of place === null ? [] : files) {
    await runtime.writeBytes(`${place}/${path}`, bytes, { mode: isProgram ? 0o755 : 0o644, durable: false });
  }
  // One that is the repository's own is what Claude Code finds, too.
  const home = `${workspace}/${FOLDER}/${folder}`;
  if (place === null && !(await isFolderWithin(runtime, workspace, home))) return false;
  const link = await makePlace(runtime, workspace, CLAUDE, folder);
  if (link === null) return place !== null;
  for (const { name } of await runtime.list(home)) {
    if (name.startsWith(".")) continue;
    await runtime.link(`../../../${FOLDER}/${folder}/${name}`, `${link}/${name}`);
  }
  return true;
}

/** An empty folder that Git does not see; `null` when somebody else's is there, or when it would lie elsewhere. */
async function makePlace(runtime: Runtime, workspace: string, above: string, name: string): Promise<string | null> {
  await runtime.makeDirectory(`${workspace}/${above}`);
  if (!(await isWithin(runtime, workspace, `${workspace}/${above}`))) return null;
  const place = `${workspace}/${above}/${name}`;
  const isTaken = (await runtime.stat(place)) !== undefined && (await runtime.stat(`${place}/${MARK}`)) === undefined;
  if (isTaken) return null;
  await runtime.remove(place);
  await runtime.writeText(`${place}/.gitignore`, IGNORE_ALL, { durable: false });
  await runtime.writeText(`${place}/${MARK}`, "", { durable: false });
  return place;
}

async function isWithin(runtime: Runtime, workspace: string, path: string): Promise<boolean> {
  const [root, real] = await Promise.all([runtime.realPath(workspace), runtime.realPath(path)]);
  return real.startsWith(`${root}/`);
}

async function isFolderWithin(runtime: Runtime, workspace: string, path: string): Promise<boolean> {
  return (await runtime.stat(path))?.kind === "directory" && (await isWithin(runtime, workspace, path));
}

/** Takes away what `placeSkills` put there, and the folders around it when nothing else is in them. */
export async function removeSkills(runtime: Runtime, workspace: string, names: readonly string[]): Promise<void> {
  for (const above of [CLAUDE, FOLDER]) {
    for (const name of names) {
      const place = `${workspace}/${above}/${name}`;
      if ((await runtime.stat(`${place}/${MARK}`)) !== undefined) await runtime.remove(place);
    }
    for (const folder of [above, above.split("/")[0]]) {
      const path = `${workspace}/${folder}`;
      const isFolder = (await runtime.stat(path))?.kind === "directory";
      if (names.length > 0 && isFolder && (await runtime.list(path)).length === 0) await runtime.remove(path);
    }
  }
}
