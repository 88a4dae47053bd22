import { cutBytes } from "./jsonl.ts";
import { isJsonArray, isJsonObject, parseJson } from "./json.ts";
import type { JsonObject, JsonValue } from "./json-value.ts";

/** The members of a log line that are not fields. */
export const LINE_KEYS: readonly string[] = ["level", "time", "message"];

/** Longer lines are shortened, characters: a log is no place for payloads (S-231), those are in transcripts. */
const LONGEST_LINE = 16 * 1024;
/** What stays of a text in a line that is too long, bytes, and of a list, items. */
const KEPT_TEXT_BYTES = 2_000;
const KEPT_ITEMS = 20;

/** Characters that steer a terminal or turn the direction of a text. */
const STEERING = /[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu;

/** How a line is shown to a person. */
export interface TextStyle {
  /** Escape sequences for colour; only for terminals. */
  readonly colour: boolean;
  /** `full`: date and time as in the JSON line, for files; `clock`: the reader's own time of day. */
  readonly time: "full" | "clock";
}

/**
 * One JSON log line as `12:00:00.123 warn  message key=value …`, without a line end. Strings are quoted only when they must be, an error shows its code
 * and message, stacks are left out, control characters are escaped. A line that is no JSON object comes back with these escaped.
 */
export function renderLine(json: string, { colour, time }: TextStyle): string {
  const line = parseLine(json);
  if (line === undefined) return printable(json);
  const paint = (code: string, shown: string): string => (colour ? `\u001b[${code}m${shown}\u001b[0m` : shown);
  const level = text(line.level);
  const fields = Object.entries(line).filter(([key]) => !LINE_KEYS.includes(key));
  return [
    paint(DIM, printable(time === "full" ? text(line.time) : timeOfDay(line.time))),
    paint(LEVEL_COLOURS.get(level) ?? DIM, printable(level.padEnd(5))),
    printable(text(line.message)),
    ...fields.map(([key, value]) => `${paint(DIM, `${printable(key)}=`)}${renderValue(value)}`),
  ].join(" ");
}

const DIM = "2";
const LEVEL_COLOURS: ReadonlyMap<string, string> = new Map([
  ["error", "31"],
  ["warn", "33"],
  ["info", "36"],
]);

/** A JSON line of bounded length: in one that is too long, texts and lists keep their beginning and say what they lost. */
export function boundedLine(json: string): string {
  if (json.length <= LONGEST_LINE) return json;
  const line = parseLine(json);
  return line === undefined ? cutBytes(json, LONGEST_LINE) : JSON.stringify(shortenedValue(line));
}

/** JSON text that cannot steer a terminal, meaning the same. JSON itself escapes only some of the characters that do. */
export function plainJson(json: string): string {
  return json.replace(STEERING, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

function shortenedValue(value: JsonValue): JsonValue {
  if (typeof value === "string") {
    const kept = cutBytes(value, KEPT_TEXT_BYTES);
    return kept === value ? value : `${kept}… (${value.length} characters)`;
  }
  if (isJsonArray(value)) {
    const kept = value.slice(0, KEPT_ITEMS).map(shortenedValue);
    return kept.length === value.length ? kept : [...kept, `… (${value.length} items)`];
  }
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, shortenedValue(member)]));
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
  const date = new Date(typeof time === "string" ? time : Number.NaN);
  if (Number.isNaN(date.getTime())) return text(time);
  const parts = [date.getHours(), date.getMinutes(), date.getSeconds()].map((part) => String(part).padStart(2, "0"));
  return `${parts.join(":")}.${String(date.getMilliseconds()).padStart(3, "0")}`;
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
  return /^[^\s"=\\\p{Cc}]+$/u.test(value) ? printable(value) : printable(JSON.stringify(value));
}

/** Terminal escape sequences in foreign text must not reach a terminal. */
function printable(value: string): string {
  return value.replace(STEERING, (character) => {
    const code = character.charCodeAt(0).toString(16);
    return code.length > 2 ? `\\u${code.padStart(4, "0")}` : `\\x${code.padStart(2, "0")}`;
  });
}
