import { InvalidArgumentError } from "commander";
import { parseInstant } from "../model/issue.ts";

/** Reads a whole number between two bounds, for an option. */
export function wholeNumber(least: number, most: number = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (value >= least && value <= most) return value;
    const range = most === Number.MAX_SAFE_INTEGER ? `${least} or more` : `between ${least} and ${most}`;
    throw new InvalidArgumentError(`It must be a whole number, ${range}.`);
  };
}

/** Reads a number of seconds, at least 0.1, as milliseconds. */
export function secondsAsMs(text: string): number {
  const ms = /^\d+(\.\d+)?$/.test(text) ? Math.round(Number(text) * 1000) : 0;
  if (ms >= 100) return ms;
  throw new InvalidArgumentError("It must be a number of seconds, 0.1 or more.");
}

/** Reads an instant (ISO 8601; a date alone is midnight UTC) as epoch milliseconds. */
export function instant(text: string): number {
  const at = parseInstant(text);
  if (at !== null) return at;
  throw new InvalidArgumentError("It must be a date or an instant such as 2026-11-30 or 2026-11-30T12:00:00Z.");
}

/** Collects an option that may be given several times. */
export function collect(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text];
}
