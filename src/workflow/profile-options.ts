import type { ErrorObject } from "ajv";
import { shortHash } from "../base/ids.ts";
import { isJsonObject, type JsonObject, type JsonValue, stableJson } from "../base/json.ts";
import { normaliseLabels } from "../model/issue.ts";
import type { Completion, Profile } from "../model/profile.ts";
import { bodyOf } from "./source-file.ts";
import type { Keys } from "./known-keys.ts";
import { FOREIGN_OPTION_NOTE, FOREIGN_PROFILE_OPTIONS } from "./compatibility.ts";
import { type Loading, report, warn } from "./loading.ts";
import { partName } from "./profile-parts.ts";
import { policyOf } from "./profile-policy.ts";
import type { LoadedProfile } from "./profiles.ts";
import { addSchemaProblems } from "./schema-problems.ts";

/** Finishes a profile with the workflow file's options. Refused options are problems; then there is no profile. */
export async function finishProfile(
  loading: Loading,
  profile: LoadedProfile,
  options: JsonObject,
): Promise<Profile | undefined> {
  const { file, source, parts } = profile;
  const filled = await fillOptions(loading, profile, ownOptions(loading, profile, options));
  if (filled === undefined) return undefined;
  const texts = [source, ...parts].map(({ text }) => text);
  return {
    kind: file.kind,
    version: file.version,
    // The file as it is in force: what the workflow file says otherwise is in it.
    hash: shortHash([...texts, stableJson(filled), stableJson(file)].join("\n")),
    options: filled,
    routes: profile.routes.map(({ defaultState: _, ...route }) => route),
    completion: completionOf(loading, profile, filled),
    tools: file.tools,
    prompt: source.front.body.trim(),
    ...(parts.length === 0 ? {} : { parts: Object.fromEntries(parts.map((part) => [partName(part), bodyOf(part)])) }),
    ...policyOf(file),
  };
}

/** The options without those that another runner's profile of this kind has and ours has not. */
function ownOptions(loading: Loading, { file }: LoadedProfile, options: JsonObject): JsonObject {
  const foreign = FOREIGN_PROFILE_OPTIONS[file.kind] ?? [];
  const isOwn = (key: string): boolean => Object.hasOwn(file.options, key) || !foreign.includes(key);
  for (const key of Object.keys(options)) {
    if (!isOwn(key)) warn(loading, ["workflow", "profile", "options", key], FOREIGN_OPTION_NOTE);
  }
  return Object.fromEntries(Object.entries(options).filter(([key]) => isOwn(key)));
}

/** The options with their defaults; undefined when they are refused. */
async function fillOptions(
  loading: Loading,
  profile: LoadedProfile,
  options: JsonObject,
): Promise<JsonObject | undefined> {
  const properties = profile.file.options;
  const schema = { type: "object", additionalProperties: false, properties };
  // Profiles are data, so this one validator is made while running. Ajv is loaded only here.
  const { Ajv2020 } = await import("ajv/dist/2020.js");
  // Compiling refuses what is no schema by itself; to check it against the meta-schema first costs more than all other reading.
  const ajv = new Ajv2020({ allErrors: true, useDefaults: true, strict: false, validateSchema: false });
  const filled: JsonValue = structuredClone(options);
  const validate = compile(() => ajv.compile(schema));
  if ("problem" in validate) {
    loading.problems.add(profile.source, ["options"], { message: `is no valid JSON Schema: ${validate.problem}` });
    return undefined;
  }
  if (validate.run(filled)) return filled;
  const above = ["workflow", "profile", "options"];
  addSchemaProblems(loading.problems, loading.source, validate.errors(), { keys: keysOf(properties), above });
  return undefined;
}

type Compiled =
  | { readonly run: (data: JsonObject) => boolean; readonly errors: () => readonly ErrorObject[] }
  | { readonly problem: string };

function compile(
  build: () => { (data: unknown): unknown; errors?: readonly ErrorObject[] | null | undefined },
): Compiled {
  try {
    const validate = build();
    return { run: (data) => validate(data) === true, errors: () => validate.errors ?? [] };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}

function keysOf(properties: JsonObject): Keys {
  return Object.fromEntries(
    Object.entries(properties).map(([key, schema]) => {
      const below = isJsonObject(schema) ? schema.properties : undefined;
      return [key, isJsonObject(below) ? keysOf(below) : true];
    }),
  );
}

function completionOf(loading: Loading, profile: LoadedProfile, options: JsonObject): Completion {
  const { completion } = profile.file;
  const landing = follow(completion.landing, options);
  if (landing !== "after_approval" && landing !== "when_green") {
    report(loading, ["workflow", "profile", "options", ...completion.landing.split(".").slice(1)], {
      message: "must be one of after_approval, when_green",
    });
  }
  const label = completion.auto_land_label === undefined ? null : follow(completion.auto_land_label, options);
  const [autoLandLabel] = typeof label === "string" ? normaliseLabels([label]) : [];
  return {
    routes: completion.routes,
    deliversChange: completion.delivers_change,
    landing: landing === "when_green" ? "when_green" : "after_approval",
    ...(autoLandLabel === undefined ? {} : { autoLandLabel }),
    landedRoute: completion.landed_route ?? null,
    ...(completion.result === undefined ? {} : { result: completion.result }),
    ...(completion.evidence === undefined ? {} : { evidence: completion.evidence }),
  };
}

/** What `options.a.b` refers to; any other text stands for itself. */
function follow(text: string, options: JsonObject): JsonValue {
  const [head, ...steps] = text.split(".");
  if (head !== "options" || steps.length === 0) return text;
  return steps.reduce<JsonValue>((value, step) => (isJsonObject(value) ? (value[step] ?? null) : null), options);
}
