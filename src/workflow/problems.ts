import { MaestroError } from "../base/errors.ts";
import { type FrontMatter, type Position, positionOf } from "../base/front-matter.ts";
import type { WorkflowWarning } from "../model/workflow.ts";

/** Keys and list places on the way to a value in a file's front matter. */
export type KeyPath = readonly (string | number)[];

/** What one of our keys is called in a file of another runner. */
export interface WrittenPlace {
  readonly canonical: KeyPath;
  /** Where it stands there; for a default, what it was taken from. */
  readonly written: KeyPath;
  readonly isDefault: boolean;
}

/** A Markdown file that was read. */
export interface SourceFile {
  /** Absolute. */
  readonly path: string;
  /** How messages name it: relative to the project, or absolute when it lies elsewhere. */
  readonly label: string;
  readonly text: string;
  readonly front: FrontMatter;
  /** The way back from our keys to the file's own ones. Default: they are the same. */
  readonly places?: readonly WrittenPlace[];
}

/** Where one of our keys stands in a file, as the file calls it. */
export interface Located extends Position {
  readonly key: KeyPath;
  /** Its value as written. */
  readonly value: Problem["value"];
}

/** Finds one of our keys in a file; a path that is not there is placed at the nearest thing above it. */
export function locate(source: SourceFile, keys: KeyPath, part: "key" | "value"): Located {
  const place = source.places?.findLast(({ canonical }) => canonical.every((key, at) => keys[at] === key));
  const written = place === undefined ? keys : [...place.written, ...keys.slice(place.canonical.length)];
  const { line, column } = positionOf(source.front, written, place?.isDefault ? "key" : part);
  if (place?.isDefault) return { line, column, key: keys, value: null };
  return { line, column, key: written, value: scalarAt(source.front.data, written) };
}

/** Something wrong at one place of a file. Lines and columns count from 1. */
export type Problem = {
  readonly path: string;
  readonly line: number;
  readonly column: number;
  /** Dotted, e.g. `agent.max_turns`; empty for the file itself. */
  readonly key: string;
  /** As the file writes it; `null` when there is none, when it is no scalar, and for secrets. */
  readonly value: string | number | boolean | null;
  readonly message: string;
  readonly hint?: string;
};

/** What a problem says beside its place. */
export interface ProblemDraft {
  readonly message: string;
  readonly hint?: string | undefined;
  /** Whether the key or its value is meant. Default: the value. */
  readonly part?: "key" | "value";
  /** Keeps the value out of the problem. */
  readonly secret?: boolean;
}

/** Longer values are not repeated: the place is given. */
const LONGEST_VALUE = 120;

/** Collects what is wrong with a workflow file and its profile, so that a person sees all of it at once. */
export class Problems {
  readonly #found: { readonly label: string; readonly problem: Problem }[] = [];

  /**
   * Adds a problem with what stands at `keys`; a path that is not there is placed at the nearest thing above it. A value that is wrong
   * already gets no second one: that would be an echo of the first.
   */
  add(source: SourceFile, keys: KeyPath, draft: ProblemDraft): void {
    const { line, column, key, value } = locate(source, keys, draft.part ?? "value");
    const name = key.join(".");
    const known = this.#found.some(({ problem }) => problem.path === source.path && problem.key === name);
    if (known && name !== "" && draft.part !== "key") return;
    const problem: Problem = {
      path: source.path,
      line,
      column,
      key: name,
      value: draft.secret ? null : value,
      message: draft.message,
      ...(draft.hint === undefined ? {} : { hint: draft.hint }),
    };
    this.#found.push({ label: source.label, problem });
  }

  /** How many there are. */
  count(): number {
    return this.#found.length;
  }

  /** Throws `invalid_workflow` with facts {problems} when there are any, in the order of the file. */
  throwIfAny(): void {
    if (this.#found.length === 0) return;
    const found = [...this.#found].sort(
      ({ problem: a }, { problem: b }) =>
        a.path.localeCompare(b.path) || a.line - b.line || a.column - b.column || a.key.localeCompare(b.key),
    );
    throw new MaestroError({
      code: "invalid_workflow",
      message: found.map(({ label, problem }) => sentence(label, problem)).join("\n"),
      hint: "Correct the file; a running service takes it up by itself.",
      facts: { problems: found.map(({ problem }) => problem) },
    });
  }
}

/** A warning about a key, located in the file. */
export function warningAt(source: SourceFile, keys: KeyPath, message: string): WorkflowWarning {
  const { line, column, key } = locate(source, keys, "key");
  const place = { path: source.path, line, column, key: key.join(".") };
  return { ...place, message, sentence: sentence(source.label, { ...place, message, value: null }) };
}

function sentence(label: string, problem: Omit<Problem, "path">): string {
  const { line, column, key, message, hint } = problem;
  const subject = key === "" || message.startsWith(key) ? "" : `${key}: `;
  return `${label}:${line}:${column} ${subject}${message}${found(problem)}${hint === undefined ? "" : ` (${hint})`}`;
}

/** What stands there, when the message says what should. */
function found({ message, value }: Pick<Problem, "message" | "value">): string {
  return value === null || !/^(?:[\w.]+ )?must (?!not )/.test(message) ? "" : `; it is ${JSON.stringify(value)}`;
}

function scalarAt(data: unknown, keys: KeyPath): Problem["value"] {
  let value = data;
  for (const key of keys) {
    if (typeof value !== "object" || value === null) return null;
    const entry = Object.entries(value).find(([name]) => name === String(key));
    value = entry?.[1];
  }
  if (typeof value === "string") return value.length > LONGEST_VALUE ? null : value;
  if (typeof value === "number") return Number.isFinite(value) ? value : null;
  return typeof value === "boolean" ? value : null;
}
