import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from "../base/json.ts";
import { referenceOf } from "./environment.ts";
import type { WorkflowInput } from "./input.ts";

/** The front matter without the values that refer to an unset or empty variable which the file itself names as optional. */
export function withoutUnset(config: JsonObject, environment: WorkflowInput["environment"]): JsonObject {
  const { optional_environment: named } = config;
  if (named === undefined || !isJsonArray(named)) return config;
  const unset = new Set(named.filter((name) => typeof name === "string" && (environment[name] ?? "") === ""));
  const isLeftOut = (value: JsonValue): boolean => typeof value === "string" && unset.has(referenceOf(value) ?? "");
  const kept = (value: JsonValue): JsonValue => {
    if (isJsonArray(value)) return value.filter((item) => !isLeftOut(item)).map(kept);
    if (!isJsonObject(value)) return value;
    return mapOf(value);
  };
  const mapOf = (map: JsonObject): JsonObject =>
    Object.fromEntries(
      Object.entries(map).flatMap(([key, value]) => (isLeftOut(value) ? [] : [[key, kept(value)] as const])),
    );
  return mapOf(config);
}
