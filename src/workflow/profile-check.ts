import { ACTIVE_CATEGORIES, type Category, TERMINAL_CATEGORIES } from "../model/profile.ts";
import type { KeyPath } from "./problems.ts";
import { didYouMean } from "./schema-problems.ts";
import type { ProfileFile } from "./schema/profile-file.ts";

type Add = (keys: KeyPath, message: string, hint?: string) => void;

/** Finds what contradicts itself in a profile, with what the workflow file lays over it. `name` is its file's, without the ending. */
export function checkProfile(
  file: ProfileFile,
  { name, body }: { readonly name: string; readonly body: string },
  add: Add,
): void {
  checkName(file, name, add);
  for (const [route, entry] of Object.entries(file.routes)) checkRoute(file, route, entry, add);
  checkCompletion(file, add);
  if (body.trim() === "") add([], "the profile has no prompt: nothing follows its front matter");
}

function checkName(file: ProfileFile, name: string, add: Add): void {
  const [kind, version] = name.split("@");
  if (file.kind !== kind) add(["kind"], `must be "${kind}", as the file is named`);
  if (version !== undefined && String(file.version) !== version) {
    add(["version"], `must be ${version}, as the file is named`);
  }
}

function checkCompletion(file: ProfileFile, add: Add): void {
  const known = Object.keys(file.routes);
  if (file.completion.routes.length === 0 && file.decided_by !== "tracker") {
    add(["completion", "routes"], "must not be empty");
  }
  checkNames(file, ["completion", "routes"], file.completion.routes, add);
  const landed = file.completion.landed_route;
  if (landed !== undefined && !isTerminalRoute(file.routes[landed])) {
    add(
      ["completion", "landed_route"],
      "must be a route whose category is done or canceled",
      didYouMean(landed, known),
    );
  }
  if (file.completion.result !== undefined && file.completion.delivers_change) {
    add(["completion", "result"], "is for profiles that deliver no change");
  }
}

function checkNames(file: ProfileFile, keys: KeyPath, routes: readonly string[], add: Add): void {
  const known = Object.keys(file.routes);
  for (const [at, route] of routes.entries()) {
    if (!known.includes(route)) add([...keys, at], "is no route of this profile", didYouMean(route, known));
  }
}

type RouteEntry = ProfileFile["routes"][string];

function checkRoute(file: ProfileFile, name: string, route: RouteEntry, add: Add): void {
  checkNames(file, ["routes", name, "next"], route.next ?? [], add);
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
