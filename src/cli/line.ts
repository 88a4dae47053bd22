import { plainText } from "./plain-text.ts";

/** What a part of a line means; how it looks is decided here alone. */
export type Tone = "good" | "warning" | "bad" | "title" | "faint";

/** A part of a line with a tone of its own. */
export interface Span {
  readonly text: string;
  readonly tone: Tone;
}

/** A line for a person: a text, or parts of which some have a tone. */
export type Line = string | readonly (string | Span)[];

/** Codes of "select graphic rendition". */
const CODES: Record<Tone, number> = { good: 32, warning: 33, bad: 31, title: 1, faint: 2 };

/** A part with a tone. */
export function toned(tone: Tone, text: string): Span {
  return { text, tone };
}

/** A line as it is written. What trackers and agents wrote cannot steer the terminal; only the tones do. */
export function lineText(line: Line, hasColour: boolean): string {
  if (typeof line === "string") return plainText(line);
  return line
    .map((part) => {
      if (typeof part === "string") return plainText(part);
      return hasColour ? `\u001b[${CODES[part.tone]}m${plainText(part.text)}\u001b[0m` : plainText(part.text);
    })
    .join("");
}

/** At most `width` characters of a line, for a screen that must not break it. */
export function cutLine(line: Line, width: number): Line {
  if (typeof line === "string") return [...line].slice(0, width).join("");
  let left = width;
  return line.map((part) => {
    const characters = [...(typeof part === "string" ? part : part.text)].slice(0, left);
    left -= characters.length;
    const text = characters.join("");
    return typeof part === "string" ? text : { ...part, text };
  });
}

/** Whether colours are wanted: on a terminal that has them, unless NO_COLOR says otherwise (https://no-color.org). */
export function hasColour(terminal: {
  readonly isTerminal: boolean;
  readonly environment: Readonly<Record<string, string | undefined>>;
}): boolean {
  const { NO_COLOR, TERM } = terminal.environment;
  return terminal.isTerminal && !NO_COLOR && TERM !== "dumb";
}
