import { readTextIfExists, writeFileAtomic } from "../base/atomic-file.ts";
import type { Clock } from "../base/clock.ts";
import { MaestroError } from "../base/errors.ts";
import { withFileLock } from "../base/file-lock.ts";
import { makeFolder } from "../base/folder.ts";
import { dirname } from "node:path";
import { Findings, findingLine } from "./finding.ts";
import { addSchemaFindings, parseLocated } from "./located-file.ts";
import type { ErrorObject } from "ajv";

/** A validator of `schema.gen.ts`. */
interface Validate<T> {
  (data: unknown): data is T;
  errors?: ErrorObject[] | null;
}

/** Longest wait for another process that changes the same file, milliseconds. */
const LOCK_WAIT_MS = 10_000;

/** A small JSON file of ours that several processes change. */
export interface KeptFile<T> {
  /** What it says; what it says when it is not there. Throws `kept_file_invalid`, located. */
  read(): Promise<T>;
  /** Changes it under its lock, all or nothing. `change` gets the newest content. Throws `lock_timeout` too. */
  update(change: (content: T) => T): Promise<T>;
}

/** Opens nothing: each call reads the file anew. */
export function keptFile<T>(options: {
  readonly path: string;
  /** What its lock is named after; default the file itself. For files in a project, whose folder is not to be littered. */
  readonly guard?: string;
  readonly validate: Validate<T>;
  readonly empty: T;
  readonly clock: Clock;
  readonly mode?: number;
}): KeptFile<T> {
  const { path, guard = path, validate, empty, clock, mode } = options;
  const read = async (): Promise<T> => {
    const text = await readTextIfExists(path);
    if (text === undefined) return empty;
    const findings = new Findings();
    const located = parseLocated(text, path, findings);
    const data: unknown = located?.data;
    if (located !== undefined && validate(data)) return data;
    if (located !== undefined) addSchemaFindings(located, validate.errors ?? [], findings);
    throw new MaestroError({
      code: "kept_file_invalid",
      message: findings.all().map(findingLine).join("\n"),
      hint: "Correct the file, or take it from its repository's history.",
      facts: { path },
    });
  };
  return {
    read,
    update: async (change) => {
      await makeFolder(dirname(path));
      await makeFolder(dirname(guard));
      return withFileLock(guard, { clock, waitMs: LOCK_WAIT_MS }, async () => {
        const content = change(await read());
        await writeFileAtomic(path, `${JSON.stringify(content, null, 2)}\n`, mode === undefined ? {} : { mode });
        return content;
      });
    },
  };
}
