import { isJsonObject, parseJson } from "./json.ts";
import type { JsonObject, JsonValue } from "./json-value.ts";

/** The members of a log line that are not fields. */
export const LINE_KEYS: readonly string[] = ["level", "time", "message"];

/**
 * One JSON log line as `12:00:00.123 warn  message key=value …` for a terminal, without a line end. Strings are quoted only when they must be, an error
 * shows its code and message, stacks are left out, control characters are escaped. A line that is no JSON object comes back as it is.
 */
export function renderLine(json: string): string {
  const line = parseLine(json);
  if (line === undefined) return json;
  const fields = Object.entries(line).filter(([key]) => !LINE_KEYS.includes(key));
  const time = timeOfDay(line.time);
  const level = text(line.level).padEnd(5);
  const parts = fields.map(([key, value]) => `${key}=${renderValue(value)}`);
  return [time, level, printable(text(line.message)), ...parts].join(" ");
}

function parseLine(json: string): JsonObject | undefined {
  try {
    const value = parseJson(json);
    return isJsonObject(value) ? value : undefined;
  } catch {
    // Another writer's line in the same stream: shown as it is.
    return undefined;
  }
}

function timeOfDay(time: JsonValue | undefined): string {
  const at = typeof time === "string" ? /T([\d:.]+)Z$/.exec(time)?.[1] : undefined;
  return at ?? text(time);
}

function text(value: JsonValue | undefined): string {
  return typeof value === "string" ? value : value === undefined ? "" : JSON.stringify(value);
}

function renderValue(value: JsonValue): string {
  if (typeof value === "string") return quoted(value);
  if (isJsonObject(value) && typeof value.code === "string" && typeof value.message === "string") {
    return quoted(`${value.code}: ${value.message}`);
  }
  return printable(JSON.stringify(value));
}

function quoted(value: string): string {
  return /^[^\s"=\\\p{Cc}]+$/u.test(value) ? value : printable(JSON.stringify(value));
}

/** Terminal escape sequences in foreign text must not reach a terminal. */
function printable(value: string): string {
  return value.replace(/\p{Cc}/gu, (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`);
}
