import { join, resolve } from "node:path";
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from "../base/json.ts";
import { isCredentialReference } from "./credentials.ts";
import { type Loading, report } from "./loading.ts";
import type { KeyPath } from "./problems.ts";

const NAME = "[A-Za-z_][A-Za-z0-9_]*";
const REFERENCE = new RegExp(`^\\$(?:(${NAME})|\\{(${NAME})\\})$`);
const PATH_REFERENCE = new RegExp(`^(\\$(?:${NAME}|\\{${NAME}\\}))(?:/(.*))?$`);

/** The variable that a value refers to: only a whole value `$NAME` or `${NAME}` does, nothing is replaced inside a text (S-071). */
export function referenceOf(value: string): string | undefined {
  const found = REFERENCE.exec(value);
  return found?.[1] ?? found?.[2];
}

/** A text, or what the variable behind it holds. Adds a problem for an unset or empty one; the text then stays. */
export function resolveText(loading: Loading, keys: KeyPath, value: string): string {
  if (isCredentialReference(value)) return resolveCredential(loading, keys, value);
  const name = referenceOf(value);
  if (name === undefined) return value;
  const found = loading.input.environment[name];
  if (found !== undefined && found !== "") return found;
  const state = found === undefined ? "not set" : "empty";
  report(loading, keys, { message: `the environment variable ${name} is ${state}`, hint: `set ${name}` });
  return value;
}

/** The secret behind a reference; it was registered when it was read. Adds a problem when it cannot be had; the reference then stays. */
function resolveCredential(loading: Loading, keys: KeyPath, reference: string): string {
  const found = loading.credentials.get(reference);
  if (typeof found === "string") return found;
  report(loading, keys, { message: found?.message ?? `${reference} was not looked up`, hint: found?.hint });
  return reference;
}

/** Names of variables that hold credentials, as people name them. */
const CREDENTIAL = /token|secret|passw|credential|auth|(^|_)(api_?)?key(_|\d|$)/i;

/**
 * The variables of a process, each resolved like `resolveText`. One that is named like a credential is masked from now on; who gets it is the workflow's
 * word.
 */
export function resolveTexts(
  loading: Loading,
  keys: KeyPath,
  values: Readonly<Record<string, string>>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => {
      const resolved = resolveText(loading, [...keys, key], value);
      const name = referenceOf(value) ?? key;
      if (CREDENTIAL.test(key) || CREDENTIAL.test(name)) loading.secrets.register(name, resolved, { isLent: true });
      return [key, resolved];
    }),
  );
}

/**
 * An absolute path: `~`, `$NAME` (also before a `/`), relative ones from the project's folder (S-047, S-072). An unset or empty variable is
 * a problem, never a silent default (G-15).
 */
export function resolvePath(loading: Loading, keys: KeyPath, value: string): string {
  const [, reference, rest = ""] = PATH_REFERENCE.exec(value) ?? [];
  const named = reference === undefined ? value : join(resolveText(loading, keys, reference), rest);
  if (named !== "~" && !named.startsWith("~/")) return resolve(loading.directory, named);
  return join(resolveText(loading, keys, "$HOME"), named.slice(1));
}

/**
 * An adapter's options with their references resolved, in maps of any depth and in lists of texts; maps inside lists are data and stay. A
 * missing secret is noted and keeps its reference, so that the adapter can check the rest.
 */
export function resolveOptions(
  loading: Loading,
  keys: KeyPath,
  options: JsonObject,
  secrets: { readonly keys: readonly string[]; readonly owner: string },
): JsonObject {
  const inside = (value: JsonValue, below: KeyPath): JsonValue => {
    if (typeof value === "string") return resolveOption(loading, keys, below, value, secrets);
    if (isJsonArray(value)) {
      return value.map((item, at) => (typeof item === "string" ? inside(item, [...below, at]) : item));
    }
    if (!isJsonObject(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, inside(member, [...below, key])]));
  };
  return Object.fromEntries(Object.entries(options).map(([key, member]) => [key, inside(member, [key])]));
}

function resolveOption(
  loading: Loading,
  above: KeyPath,
  below: KeyPath,
  value: string,
  secrets: { readonly keys: readonly string[]; readonly owner: string },
): string {
  const keys = [...above, ...below];
  if (!isSecret(secrets.keys, below)) return resolveText(loading, keys, value);
  if (isCredentialReference(value)) return resolveCredential(loading, keys, value);
  const name = referenceOf(value);
  if (name === undefined) {
    loading.secrets.register(String(below.at(-1)), value);
    return value;
  }
  const found = loading.input.environment[name];
  if (found === undefined || found === "") {
    loading.missing.push({ name, purpose: `${keys.join(".")} (${secrets.owner})`, keys });
    return value;
  }
  loading.secrets.register(name, found);
  return found;
}

/** Whether an option holds a secret: adapters name such keys by their dotted path or by their last part. */
export function isSecret(secretKeys: readonly string[], keys: KeyPath): boolean {
  return secretKeys.includes(keys.join(".")) || secretKeys.includes(String(keys.at(-1)));
}
