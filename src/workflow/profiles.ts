import { readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { isMaestroError, systemCode, toMaestroError } from "../base/errors.ts";
import { ACTIVE_CATEGORIES, type Category, type Route, TERMINAL_CATEGORIES } from "../model/profile.ts";
import { PROFILE_KEYS } from "./known-keys.ts";
import { type Loading, report } from "./loading.ts";
import { packagedFolder } from "./packaged.ts";
import type { SourceFile } from "./problems.ts";
import { addSchemaProblems, didYouMean } from "./schema-problems.ts";
import { validateProfileFile } from "./schema/profile-file.gen.ts";
import type { ProfileFile } from "./schema/profile-file.ts";
import { SYMPHONY_PROFILE } from "./compatibility.ts";
import { readParts } from "./profile-parts.ts";
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

/**
 * The profile of this kind: the project's `.maestro/profiles/` wins over the packaged ones. An unknown kind and everything wrong in the
 * profile's file are problems; then there is no profile. Throws like `readSource` for a file that is no Markdown with front matter.
 */
export async function loadProfile(
  loading: Loading,
  wanted: { readonly kind: string; readonly version: number },
): Promise<LoadedProfile | undefined> {
  const source = await findProfile(loading, wanted.kind);
  if (source === undefined && wanted.kind === SYMPHONY_PROFILE) {
    report(loading, ["workflow", "profile", "kind"], { part: "key", ...WITHOUT_SYMPHONY });
    return undefined;
  }
  if (source === undefined) {
    const known = await listProfiles(loading.directory);
    report(loading, ["workflow", "profile", "kind"], {
      message: `"${wanted.kind}" is not known; known: ${known.join(", ")}`,
      hint: didYouMean(wanted.kind, known),
    });
    return undefined;
  }
  const before = loading.problems.count();
  const file: unknown = plainConfig(source, loading.problems);
  if (!validateProfileFile(file)) {
    addSchemaProblems(loading.problems, source, validateProfileFile.errors ?? [], { keys: PROFILE_KEYS });
    return undefined;
  }
  checkProfile(loading, source, file);
  if (loading.problems.count() > before) return undefined;
  if (file.version !== wanted.version) {
    report(loading, ["workflow", "profile", "version"], {
      message: `the profile ${wanted.kind} is version ${file.version}, this file was written for version ${wanted.version}`,
    });
  }
  return { source, file, routes: routesOf(file), parts: await readParts(loading, source) };
}

const WITHOUT_SYMPHONY = {
  message: 'this file is written for Symphony, and the profile "symphony" is not there yet',
  hint: "add `workflow: {profile: {kind: coding_pr_delivery, version: 1}}` and a `repo` section, or `kind: triage` for work without code",
};

/** The kinds of profiles that a project can use, sorted. Throws `file_read_failed` when a folder cannot be read. */
export async function listProfiles(directory: string): Promise<string[]> {
  const names = await Promise.all(foldersOf(directory).map(namesIn));
  return [...new Set(names.flat())].sort();
}

/** Where profiles are looked for; the first one that has it wins. */
export function foldersOf(directory: string): string[] {
  return [join(directory, ".maestro", "profiles"), packagedFolder("profiles")];
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    const names = await readdir(folder);
    return names.filter((name) => name.endsWith(".md")).map((name) => basename(name, ".md"));
  } catch (error) {
    if (systemCode(error) === "ENOENT") return [];
    throw toMaestroError(error, "file_read_failed");
  }
}

async function findProfile(loading: Loading, kind: string): Promise<SourceFile | undefined> {
  // A kind is a name, never a way out of the folder.
  if (!/^[a-z][a-z0-9_]*$/.test(kind)) return undefined;
  for (const folder of foldersOf(loading.directory)) {
    try {
      return await readSource(join(folder, `${kind}.md`), loading.directory);
    } catch (error) {
      const isAbsent = isMaestroError(error) && systemCode(error.cause) === "ENOENT";
      if (!isAbsent) throw error;
    }
  }
  return undefined;
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

function checkProfile(loading: Loading, source: SourceFile, file: ProfileFile): void {
  const add = (keys: readonly (string | number)[], message: string, hint?: string): void =>
    loading.problems.add(source, keys, { message, hint });
  const known = Object.keys(file.routes);
  const expected = basename(source.path, ".md");
  if (file.kind !== expected) add(["kind"], `must be "${expected}", as the file is named`);
  for (const [name, route] of Object.entries(file.routes)) checkRoute(file, name, route, add);
  if (file.completion.routes.length === 0 && file.decided_by !== "tracker") {
    add(["completion", "routes"], "must not be empty");
  }
  for (const [at, route] of file.completion.routes.entries()) {
    if (!known.includes(route))
      add(["completion", "routes", at], "is no route of this profile", didYouMean(route, known));
  }
  const landed = file.completion.landed_route;
  if (landed !== undefined && !isTerminalRoute(file.routes[landed])) {
    add(
      ["completion", "landed_route"],
      "must be a route whose category is done or canceled",
      didYouMean(landed, known),
    );
  }
  if (source.front.body.trim() === "") add([], "the profile has no prompt: nothing follows its front matter");
}

type RouteEntry = ProfileFile["routes"][string];

function checkRoute(
  file: ProfileFile,
  name: string,
  route: RouteEntry,
  add: (keys: readonly string[], message: string, hint?: string) => void,
): void {
  const moves = route.action === "transition" || route.action === "transition_then_dispatch";
  if (route.action === "dispatch" && !isActive(route.category)) {
    add(["routes", name, "action"], `an agent cannot be started in the category ${route.category}`);
  }
  if (!moves && route.target !== undefined) {
    add(["routes", name, "target"], `the action ${route.action} leads nowhere, so it takes no target`);
  }
  if (!moves) return;
  if (route.target === undefined) {
    add(["routes", name], `the action ${route.action} needs a target`);
    return;
  }
  const target = file.routes[route.target];
  if (target === undefined) {
    const known = Object.keys(file.routes);
    add(["routes", name, "target"], "is no route of this profile", didYouMean(route.target, known));
  } else if (leadsBack(file, name)) {
    add(["routes", name, "target"], "leads back to where it began");
  } else if (route.action === "transition_then_dispatch" && !isActive(target.category)) {
    add(["routes", name, "target"], `an agent cannot be started in the category ${target.category}`);
  }
}

function leadsBack(file: ProfileFile, start: string): boolean {
  const seen = new Set<string>();
  let at = file.routes[start]?.target;
  while (at !== undefined && !seen.has(at)) {
    if (at === start) return true;
    seen.add(at);
    at = file.routes[at]?.target;
  }
  return false;
}

function isActive(category: Category): boolean {
  return ACTIVE_CATEGORIES.includes(category);
}

function isTerminalRoute(route: RouteEntry | undefined): boolean {
  return route !== undefined && TERMINAL_CATEGORIES.includes(route.category);
}
