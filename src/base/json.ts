import { MaestroError } from "./errors.ts";
import type { JsonArray, JsonObject, JsonValue } from "./json-value.ts";

export type { JsonArray, JsonObject, JsonValue } from "./json-value.ts";

/**
 * Parses JSON text. Throws MaestroError `invalid_json` with facts {length, position?}; the text itself is not quoted, because
 * it may hold a secret.
 */
export function parseJson(text: string): JsonValue {
  try {
    const value: JsonValue = JSON.parse(text);
    return value;
  } catch (error) {
    const position = /position (\d+)/.exec(error instanceof Error ? error.message : "")?.[1];
    throw new MaestroError({
      code: "invalid_json",
      message:
        position === undefined ? "This is not valid JSON." : `This is not valid JSON (at character ${position}).`,
      facts: { length: text.length, ...(position === undefined ? {} : { position: Number(position) }) },
    });
  }
}

/** Whether a value is a JSON object: not null, not an array. Values inside are not looked at. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether a JSON value is an array. `Array.isArray` does not narrow readonly arrays. */
export function isJsonArray(value: unknown): value is JsonArray {
  return Array.isArray(value);
}

/**
 * Serialises with sorted keys and no blanks, so that equal values give equal text (hashes, comparisons). Undefined members are
 * left out and `toJSON` is honoured, as in JSON.stringify. Throws MaestroError `invalid_json` for what JSON cannot carry: a cycle, a
 * function, a symbol, a bigint, a number that is not finite.
 */
export function stableJson(value: unknown): string {
  return write(value, new Set());
}

function write(value: unknown, above: Set<object>): string {
  if (value === null || typeof value === "string" || typeof value === "boolean") return JSON.stringify(value);
  if (typeof value === "number" && Number.isFinite(value)) return JSON.stringify(value);
  if (typeof value !== "object") throw notJson(typeof value);
  if (above.has(value)) throw notJson("cycle");
  if ("toJSON" in value && typeof value.toJSON === "function") return write(value.toJSON(), above);
  above.add(value);
  const text = Array.isArray(value) ? writeArray(value, above) : writeObject(value, above);
  above.delete(value);
  return text;
}

function writeArray(items: readonly unknown[], above: Set<object>): string {
  return `[${items.map((item) => (item === undefined ? "null" : write(item, above))).join(",")}]`;
}

function writeObject(value: object, above: Set<object>): string {
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  members.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${write(member, above)}`).join(",")}}`;
}

function notJson(kind: string): MaestroError {
  return new MaestroError({
    code: "invalid_json",
    message: `JSON cannot carry this value (${kind}).`,
    facts: { kind },
  });
}
