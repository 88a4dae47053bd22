import type { ErrorObject } from "ajv";
import { nearestOf } from "../base/nearest.ts";
import { type Keys, nearestKey } from "./known-keys.ts";
import type { KeyPath, ProblemDraft, Problems, SourceFile } from "./problems.ts";

const TYPE_NAMES: Readonly<Record<string, string>> = {
  integer: "a whole number",
  number: "a number",
  string: "text",
  boolean: "true or false",
  array: "a list",
  object: "a map",
};

/** Adds what a validator found, each at its place. `above` leads from the front matter's root to what was validated. */
export function addSchemaProblems(
  problems: Problems,
  source: SourceFile,
  errors: readonly ErrorObject[],
  options: { readonly keys: Keys; readonly above?: readonly string[] },
): void {
  for (const error of errors) {
    const above = options.above ?? [];
    const at = error.instancePath.split("/").slice(1).map(unescapePointer);
    const found = explain(error, at, options.keys);
    problems.add(source, [...above, ...found.keys], found.draft);
  }
}

/** Where a validator found something, from the root of what was validated; what is missing is at what it is missing in. */
export function placeOf(error: ErrorObject): KeyPath {
  const at = error.instancePath.split("/").slice(1).map(unescapePointer);
  const params: Readonly<Record<string, unknown>> = error.params;
  return params.additionalProperty === undefined ? at : [...at, String(params.additionalProperty)];
}

interface Explained {
  readonly keys: KeyPath;
  readonly draft: ProblemDraft;
}

function explain(error: ErrorObject, at: readonly string[], keys: Keys): Explained {
  const params: Readonly<Record<string, unknown>> = error.params;
  if (error.keyword === "additionalProperties") {
    const unknown = String(params.additionalProperty);
    const near = nearestKey(keys, at, unknown);
    const hint = near === undefined ? undefined : `did you mean "${near}"?`;
    return { keys: [...at, unknown], draft: { part: "key", message: "this key is not known", hint } };
  }
  if (error.keyword === "required") {
    return { keys: [...at, String(params.missingProperty)], draft: { part: "key", message: "is missing" } };
  }
  return { keys: at, draft: explainValue(error.keyword, params, error.message ?? "is not valid") };
}

function explainValue(keyword: string, params: Readonly<Record<string, unknown>>, message: string): ProblemDraft {
  if (keyword === "type") return { message: `must be ${TYPE_NAMES[String(params.type)] ?? String(params.type)}` };
  if (keyword === "enum" && Array.isArray(params.allowedValues)) {
    return { message: `must be one of ${params.allowedValues.map(String).join(", ")}` };
  }
  if (keyword === "minimum") return { message: `must be at least ${String(params.limit)}` };
  if (keyword === "maximum") return { message: `must be at most ${String(params.limit)}` };
  if (keyword === "minLength" || (keyword === "pattern" && params.pattern === "\\S")) {
    return { message: "must not be blank" };
  }
  if (keyword === "minItems" || keyword === "minProperties") return { message: "must not be empty" };
  if (keyword === "pattern") return { message: `must look like ${String(params.pattern)}` };
  return { message };
}

function unescapePointer(step: string): string {
  return step.replaceAll("~1", "/").replaceAll("~0", "~");
}

/** A hint that names the nearest known word, or undefined. */
export function didYouMean(word: string, known: Iterable<string>): string | undefined {
  const near = nearestOf(word, known);
  return near === undefined ? undefined : `did you mean "${near}"?`;
}
