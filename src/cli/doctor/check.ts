import { type MaestroError, toMaestroError } from "../../base/errors.ts";
import type { Workflow } from "../../model/workflow.ts";
import type { App, Project } from "../app.ts";

/** How a check went: `warn` does not keep Maestro from working. */
export type CheckStatus = "ok" | "warn" | "fail";

/** One thing that a start needs. */
export interface Check {
  /** Stable; unique within its section. */
  readonly id: string;
  readonly status: CheckStatus;
  /** What was seen, in one sentence. */
  readonly summary: string;
  /** What a person can do; `null` when nothing is to be done. */
  readonly mend: string | null;
  /** Of a failed check: the error's code, which decides what the command ends with. */
  readonly code: string | null;
}

/** What is checked. */
export interface DoctorPlace {
  readonly app: App;
  /** The project, or why there is none. */
  readonly project: Project | MaestroError;
  /** Its workflow, or why there is none. */
  readonly workflow: Workflow | MaestroError;
  readonly signal: AbortSignal;
}

/** A group of checks. A later part of Maestro adds its own to the list in `sections.ts`. */
export interface Section {
  readonly id: string;
  readonly title: string;
  /** Never rejects for what it checks; no check when the section does not apply. */
  readonly checks: (place: DoctorPlace) => Promise<readonly Check[]>;
}

/** Longest time of one check, milliseconds. */
export const CHECK_LIMIT_MS = 15_000;

/** A check that found what it looked for. */
export function ok(id: string, summary: string): Check {
  return { id, status: "ok", summary, mend: null, code: null };
}

/** A check that found something that is worth knowing. */
export function warn(id: string, summary: string, mend: string): Check {
  return { id, status: "warn", summary, mend, code: null };
}

/** A check that found what keeps Maestro from working. */
export function fail(id: string, code: string, summary: string, mend: string | null): Check {
  return { id, status: "fail", summary, mend, code };
}

/** A check that an error is the answer of. */
export function failed(id: string, thrown: unknown, mend: string | null = null): Check {
  const error = toMaestroError(thrown);
  return fail(id, error.code, error.message, error.hint ?? mend);
}

/** Does something; what it returns or throws is the check. Throws only `aborted`. */
export async function attempt(id: string, work: () => Promise<string>, mend: string | null = null): Promise<Check> {
  try {
    return ok(id, await work());
  } catch (thrown) {
    if (toMaestroError(thrown).code === "aborted") throw thrown;
    return failed(id, thrown, mend);
  }
}
