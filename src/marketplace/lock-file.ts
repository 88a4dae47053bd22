import { createHash } from "node:crypto";
import { dirname, join, relative } from "node:path";
import type { Clock } from "../base/clock.ts";
import { isInside } from "./contained.ts";
import { withoutLogin } from "./fetch.ts";
import { type KeptFile, keptFile } from "./kept-file.ts";
import { validateLockFile } from "./schema.gen.ts";
import type { LockFile } from "./schema.ts";
import type { Source } from "./source.ts";

/** What is locked of one plugin. */
export type LockedPlugin = LockFile["plugins"][string];
/** What is locked of one skill. */
export type LockedSkill = LockFile["skills"][string];

const EMPTY: LockFile = { version: 1, plugins: {}, skills: {} };

/** What is used here: by a project (its `.maestro/plugins.lock.json`, for the repository), or by a user everywhere. */
export interface LockPlace {
  readonly scope: "project" | "user";
  /** Folder that holds the lock file, and `skills/` beside it. */
  readonly directory: string;
  readonly file: KeptFile<LockFile>;
}

/** The lock of the project in `directory`. */
export function projectLock(directory: string, home: string, clock: Clock): LockPlace {
  const folder = join(directory, ".maestro");
  const path = join(folder, "plugins.lock.json");
  const guard = join(home, "locks", createHash("sha256").update(path).digest("hex").slice(0, 16));
  return { scope: "project", directory: folder, file: keptFile({ ...{ path, guard, clock }, ...LOCK }) };
}

/** The lock of this user, for all projects. */
export function userLock(home: string, clock: Clock): LockPlace {
  return { scope: "user", directory: home, file: keptFile({ path: join(home, "plugins.lock.json"), clock, ...LOCK }) };
}

const LOCK = { validate: validateLockFile, empty: EMPTY };

/** The lock with one plugin set, or taken out. */
export function withPlugin(lock: LockFile, name: string, plugin: LockedPlugin | null): LockFile {
  return { ...lock, plugins: withEntry(lock.plugins, name, plugin) };
}

/** The lock with one skill set, or taken out. */
export function withSkill(lock: LockFile, name: string, skill: LockedSkill | null): LockFile {
  return { ...lock, skills: withEntry(lock.skills, name, skill) };
}

/** Sorted, so that two people who add different things do not conflict more than they must. */
function withEntry<T>(entries: Readonly<Record<string, T>>, name: string, entry: T | null): Record<string, T> {
  const others = Object.entries(entries).filter(([key]) => key !== name);
  const all = entry === null ? others : [...others, [name, entry] as const];
  return Object.fromEntries(all.sort(([left], [right]) => (left < right ? -1 : 1)));
}

/** How a lock names a source: without a login, and in a project's own folder relative to it, so that it means the same on every machine. */
export function originOf(source: Source, { scope, directory }: LockPlace): string {
  if (source.kind === "git") return withoutLogin(source.url);
  const project = dirname(directory);
  return scope === "project" && isInside(project, source.path) ? `./${relative(project, source.path)}` : source.path;
}
