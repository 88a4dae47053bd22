import { isJsonObject, type JsonObject, type JsonValue } from "../base/json.ts";
import type { KeyPath } from "./problems.ts";

/** The keys of a profile that a workflow file may say otherwise, below `workflow.profile`. */
export const OVERRIDABLE = ["routes", "completion", "tools", "gates", "budget", "stop"] as const;

/** What a workflow file says otherwise than its profile. */
export function overridesIn(section: Readonly<Partial<Record<(typeof OVERRIDABLE)[number], JsonValue>>>): JsonObject {
  return Object.fromEntries(
    OVERRIDABLE.flatMap((key) => {
      const value = section[key];
      return value === undefined ? [] : [[key, value]];
    }),
  );
}

/**
 * A profile's front matter with a workflow file's keys laid over it: maps are joined key by key, everything else is replaced. A route that
 * gets another action loses the target of the old one.
 */
export function layOver(profile: JsonObject, overrides: JsonObject): JsonObject {
  const merged = join(profile, overrides);
  const { routes } = merged;
  const changed = overrides.routes;
  if (!isJsonObject(routes) || !isJsonObject(changed)) return merged;
  return { ...merged, routes: Object.fromEntries(Object.entries(routes).map(dropTarget(changed))) };
}

function dropTarget(changed: JsonObject) {
  return ([name, route]: [string, JsonValue]): [string, JsonValue] => {
    const own = changed[name];
    if (!isJsonObject(route) || !isJsonObject(own) || own.action === undefined || own.target !== undefined) {
      return [name, route];
    }
    const { target: _, ...rest } = route;
    return [name, rest];
  };
}

function join(below: JsonObject, above: JsonObject): JsonObject {
  const joined = Object.entries(above).map(([key, value]): [string, JsonValue] => {
    const old = below[key];
    return [key, isJsonObject(value) && isJsonObject(old) ? join(old, value) : value];
  });
  return { ...below, ...Object.fromEntries(joined) };
}

/** Whether the workflow file is where a key, or the list that it is in, stands. */
export function says(overrides: JsonObject, keys: KeyPath): boolean {
  let value: JsonValue | undefined = overrides;
  for (const key of keys) {
    if (!isJsonObject(value)) return value !== undefined;
    value = Object.hasOwn(value, key) ? value[key] : undefined;
  }
  return keys.length > 0 && value !== undefined;
}
