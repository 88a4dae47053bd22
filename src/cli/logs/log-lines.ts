import { isJsonObject, parseJson } from "../../base/json.ts";
import type { TranscriptLine } from "../../model/documents/event.ts";
import type { Cli } from "../cli.ts";
import { type Tone, toned } from "../line.ts";
import { plainText } from "../plain-text.ts";

/** What of a transcript is shown, and how. */
export interface Shown {
  /** `null`: all that people read. */
  readonly kinds: readonly string[] | null;
  /** `null`: all; else only the last ones of what is there at the beginning. */
  readonly limit: number | null;
  readonly json: boolean;
}

/** Kinds for programs, shown only when they are asked for. */
const HIDDEN = ["usage", "raw"];
const TONES: Readonly<Record<string, Tone>> = { prompt: "faint", stderr: "warning", activity: "faint" };
const WIDEST_KIND = 8;

/** Prints transcript lines; of those that are there at first only the last ones, when there is a limit. */
export class LogLines {
  readonly #cli: Cli;
  readonly #shown: Shown;
  /** What there was, shown or not. */
  readonly #seen = new Set<string>();
  #hasShown = false;
  #waiting: { readonly runId: string; readonly line: TranscriptLine }[] | null;

  constructor(cli: Cli, shown: Shown) {
    this.#cli = cli;
    this.#shown = shown;
    this.#waiting = shown.limit === null ? null : [];
  }

  /** Takes a line as it is in the file. One that is no transcript line is left out. */
  take(runId: string, text: string): void {
    const line = lineOf(text);
    if (line === null) return;
    this.#seen.add(line.kind);
    if (!this.#isWanted(line)) return;
    if (this.#waiting === null) {
      this.#print(runId, line);
      return;
    }
    this.#waiting.push({ runId, line });
    if (this.#waiting.length > (this.#shown.limit ?? 0)) this.#waiting.shift();
  }

  /** From here on every line is printed when it comes. */
  flush(): void {
    const waiting = this.#waiting ?? [];
    this.#waiting = null;
    for (const { runId, line } of waiting) this.#print(runId, line);
  }

  /** Says on stderr why nothing was printed, when that is so. */
  end(): void {
    this.flush();
    if (this.#hasShown) return;
    const kinds = [...this.#seen].join(", ");
    this.#cli.note(kinds === "" ? "Nothing was said yet." : `Nothing of this kind was said. There is: ${kinds}.`);
  }

  #isWanted({ kind }: TranscriptLine): boolean {
    const { kinds } = this.#shown;
    return kinds === null ? !HIDDEN.includes(kind) : kinds.includes(kind);
  }

  #print(runId: string, line: TranscriptLine): void {
    this.#hasShown = true;
    if (this.#shown.json) {
      const { at, kind, text } = line;
      this.#cli.printExact(JSON.stringify({ run_id: runId, at, kind, text }));
      return;
    }
    const head = `${timeOf(line.at)}  ${line.kind.padEnd(WIDEST_KIND)}  `;
    const tone = TONES[line.kind];
    const [first = "", ...more] = plainText(line.text).trimEnd().split("\n");
    const shownText = (text: string) => (tone === undefined ? text : toned(tone, text));
    this.#cli.print([toned("faint", head), shownText(first)]);
    for (const text of more) this.#cli.print([" ".repeat(head.length), shownText(text)]);
  }
}

function lineOf(text: string): TranscriptLine | null {
  let value: unknown;
  try {
    value = parseJson(text);
  } catch {
    // A line that a crash tore is no line.
    return null;
  }
  if (!isJsonObject(value)) return null;
  const { at, kind, text: said } = value;
  return typeof at === "number" && typeof kind === "string" && typeof said === "string"
    ? { at, kind, text: said }
    : null;
}

/** The reader's own time of day. */
function timeOf(at: number): string {
  const date = new Date(at);
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map((part) => String(part).padStart(2, "0")).join(":");
}
