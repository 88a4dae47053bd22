import { readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { isMaestroError, systemCode, toMaestroError } from "../base/errors.ts";
import type { JsonObject } from "../base/json.ts";
import type { PluginParts } from "../contracts/plugin-parts.ts";
import type { Route } from "../model/profile.ts";
import { PROFILE_KEYS } from "./known-keys.ts";
import { type Loading, report } from "./loading.ts";
import { packagedFolder } from "./packaged.ts";
import type { KeyPath, SourceFile } from "./problems.ts";
import { checkProfile } from "./profile-check.ts";
import { layOver, says } from "./profile-overrides.ts";
import { readParts } from "./profile-parts.ts";
import { addSchemaProblems, didYouMean, placeOf } from "./schema-problems.ts";
import { validateProfileFile } from "./schema/profile-file.gen.ts";
import type { ProfileFile } from "./schema/profile-file.ts";
import { plainConfig, readSource } from "./source-file.ts";

/** A route with the state that a tracker usually has for it. */
export interface ProfileRoute extends Route {
  readonly defaultState: string;
}

/** A profile as its file says, before options. */
export interface LoadedProfile {
  readonly source: SourceFile;
  readonly file: ProfileFile;
  readonly routes: readonly ProfileRoute[];
  /** The files of its folder, pieces of prompt. */
  readonly parts: readonly SourceFile[];
}

/** A profile as a workflow file asks for it. */
export interface WantedProfile {
  readonly kind: string;
  /** Left out: the newest. */
  readonly version?: number;
  /** What the workflow file lays over the profile's own front matter. */
  readonly overrides: JsonObject;
}

const PROFILE = ["workflow", "profile"] as const;

/**
 * The profile of this kind, with the workflow file's own keys laid over it: the project's `.maestro/profiles/` wins over those of plugins,
 * and these over the packaged ones; `<kind>@1.md` is an older version of `<kind>.md`. An unknown kind or version and everything wrong in the profile are problems; then
 * there is no profile. Throws like `readSource` for a file that is no Markdown with front matter.
 */
export async function loadProfile(loading: Loading, wanted: WantedProfile): Promise<LoadedProfile | undefined> {
  const { overrides } = wanted;
  const source = await findProfile(loading, wanted);
  if (source === undefined) return reportUnknown(loading, wanted.kind);
  const before = loading.problems.count();
  const place = (keys: KeyPath): readonly [SourceFile, KeyPath] =>
    says(overrides, keys) ? [loading.source, [...PROFILE, ...keys]] : [source, keys];
  const file: unknown = layOver(plainConfig(source, loading.problems), overrides);
  if (!validateProfileFile(file)) {
    for (const error of validateProfileFile.errors ?? []) {
      const [where] = place(placeOf(error));
      const above = where === source ? [] : PROFILE;
      addSchemaProblems(loading.problems, where, [error], { keys: PROFILE_KEYS, above });
    }
    return undefined;
  }
  checkProfile(file, { name: basename(source.path, ".md"), body: source.front.body }, (keys, message, hint) =>
    loading.problems.add(...place(keys), { message, hint }),
  );
  if (loading.problems.count() > before) return undefined;
  if (wanted.version !== undefined && file.version !== wanted.version) reportVersion(loading, wanted, file.version);
  return { source, file, routes: routesOf(file), parts: await readParts(loading, source) };
}

async function reportUnknown(loading: Loading, kind: string): Promise<undefined> {
  const known = await listProfiles(foldersOf(loading.directory, loading.input.kinds.parts));
  report(loading, [...PROFILE, "kind"], {
    message: `"${kind}" is not known; known: ${known.join(", ")}`,
    hint: didYouMean(kind, known),
  });
}

function reportVersion(loading: Loading, { kind, version }: WantedProfile, newest: number): void {
  report(loading, [...PROFILE, "version"], {
    message: `the profile ${kind} is version ${newest}, this file was written for version ${version}`,
    ...((version ?? 0) < newest
      ? {
          hint: `adapt the file to version ${newest}, or keep the older one as .maestro/profiles/${kind}@${version}.md`,
        }
      : {}),
  });
}

/** The kinds of profiles in these folders, sorted. Throws `file_read_failed` when one cannot be read. */
export async function listProfiles(folders: readonly string[]): Promise<string[]> {
  const names = await Promise.all(folders.map(namesIn));
  return [...new Set(names.flat())].sort();
}

/** Where profiles are looked for; the first one that has it wins. */
export function foldersOf(directory: string, plugins: PluginParts | undefined): string[] {
  return [join(directory, ".maestro", "profiles"), ...(plugins?.profiles ?? []), packagedFolder("profiles")];
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    const names = await readdir(folder);
    return names.flatMap((name) => /^([a-z][a-z0-9_]*)(?:@\d+)?\.md$/.exec(name)?.[1] ?? []);
  } catch (error) {
    if (systemCode(error) === "ENOENT") return [];
    throw toMaestroError(error, "file_read_failed");
  }
}

/** The names that a profile's file may have, without the ending: the version that is asked for first. */
function fileNamesOf({ kind, version }: Pick<WantedProfile, "kind" | "version">): string[] {
  return version === undefined ? [kind] : [`${kind}@${version}`, kind];
}

async function findProfile(loading: Loading, wanted: WantedProfile): Promise<SourceFile | undefined> {
  // A kind is a name, never a way out of the folder.
  if (!/^[a-z][a-z0-9_]*$/.test(wanted.kind)) return undefined;
  for (const name of fileNamesOf(wanted)) {
    for (const folder of foldersOf(loading.directory, loading.input.kinds.parts)) {
      const source = await readIfExists(join(folder, `${name}.md`), loading.directory);
      if (source !== undefined) return source;
    }
  }
  return undefined;
}

async function readIfExists(path: string, directory: string): Promise<SourceFile | undefined> {
  try {
    return await readSource(path, directory);
  } catch (error) {
    if (isMaestroError(error) && systemCode(error.cause) === "ENOENT") return undefined;
    throw error;
  }
}

function routesOf(file: ProfileFile): ProfileRoute[] {
  return Object.entries(file.routes).map(([name, route]) => ({
    name,
    category: route.category,
    action: route.action,
    target: route.target ?? null,
    ...(route.tools === undefined ? {} : { tools: route.tools }),
    ...(route.next === undefined ? {} : { next: route.next }),
    defaultState: route.default_state ?? name,
  }));
}
