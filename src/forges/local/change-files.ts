import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { readTextIfExists, writeFileAtomic } from "../../base/atomic-file.ts";
import type { Clock } from "../../base/clock.ts";
import { MaestroError, messageOf } from "../../base/errors.ts";
import { withFileLock } from "../../base/file-lock.ts";
import { isJsonObject, parseJson } from "../../base/json.ts";
import { Mutex } from "../../base/mutex.ts";
import { fromFile, type KeptChange, toFile } from "./map.ts";
import { validateChangeFile } from "./schema.gen.ts";

/** How long a write waits for another process, milliseconds. */
const LOCK_WAIT_MS = 30_000;
/** How many files are read at once. */
const READ_AT_ONCE = 32;

/** The changes of a repository, one JSON file each. A reader sees a change before or after a write, never between. */
export class ChangeFiles {
  readonly #folder: string;
  readonly #clock: Clock;
  readonly #mutex = new Mutex();

  constructor(folder: string, clock: Clock) {
    this.#folder = folder;
    this.#clock = clock;
  }

  /** Runs work that no other writer of any process interrupts. */
  async locked<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    const wait = { clock: this.#clock, waitMs: LOCK_WAIT_MS, signal };
    // The mutex first: writers in one process need not wait for each other by the clock.
    return this.#mutex.run(() => withFileLock(join(this.#folder, "changes"), wait, work), signal);
  }

  /** The change with this id, or `undefined`. Throws `forge_response` when its file cannot be read. */
  async read(id: string): Promise<KeptChange | undefined> {
    // Also keeps paths out of the folder.
    if (!/^[1-9]\d{0,14}$/.test(id)) return undefined;
    const path = this.#path(id);
    const text = await readTextIfExists(path);
    if (text !== undefined) return parse(text, path, id);
    // A folder that is gone is no answer.
    await stat(this.#folder);
    return undefined;
  }

  /** All changes, oldest first. */
  async all(): Promise<readonly KeptChange[]> {
    const ids = await this.#ids();
    const found: (KeptChange | undefined)[] = [];
    for (let at = 0; at < ids.length; at += READ_AT_ONCE) {
      found.push(...(await Promise.all(ids.slice(at, at + READ_AT_ONCE).map((id) => this.read(String(id))))));
    }
    return found.filter((change) => change !== undefined);
  }

  /** The next number. Changes are never removed, so none has it twice. */
  async nextNumber(): Promise<number> {
    return ((await this.#ids()).at(-1) ?? 0) + 1;
  }

  /** Writes a change durably. */
  async write(change: KeptChange): Promise<void> {
    await writeFileAtomic(this.#path(String(change.number)), `${JSON.stringify(toFile(change), null, 2)}\n`);
  }

  async #ids(): Promise<number[]> {
    const names = await readdir(this.#folder);
    const numbers = names.flatMap((name) => {
      const digits = /^([1-9]\d{0,14})\.json$/.exec(name)?.[1];
      return digits === undefined ? [] : [Number(digits)];
    });
    return numbers.sort((a, b) => a - b);
  }

  #path(id: string): string {
    return join(this.#folder, `${id}.json`);
  }
}

function parse(text: string, path: string, id: string): KeptChange {
  let value: unknown;
  try {
    value = parseJson(text);
  } catch (error) {
    throw unreadable(path, messageOf(error), error);
  }
  if (validateChangeFile(value)) {
    if (String(value.number) === id) return fromFile(value);
    throw unreadable(path, `it says that it is change ${value.number}`);
  }
  if (isJsonObject(value) && typeof value.version === "number" && value.version > 1) {
    throw unreadable(path, `it has version ${value.version}, this Maestro reads version 1`);
  }
  const fault = validateChangeFile.errors?.[0];
  throw unreadable(path, `${fault?.instancePath ?? ""} ${fault?.message ?? "is not valid"}`.trim());
}

function unreadable(path: string, why: string, cause?: unknown): MaestroError {
  return new MaestroError({
    code: "forge_response",
    message: `${path} cannot be read: ${why}`,
    hint: "Mend the file; it is read again at the next question.",
    facts: { path },
    cause,
  });
}
