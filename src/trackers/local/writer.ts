import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { throwIfAborted } from "../../base/abort.ts";
import { readTextIfExists, writeFileAtomic } from "../../base/atomic-file.ts";
import { withFileLock } from "../../base/file-lock.ts";
import { shortHash } from "../../base/ids.ts";
import { parseJson } from "../../base/json.ts";
import { Mutex } from "../../base/mutex.ts";
import { outsideFileError } from "../../contracts/outside-files.ts";
import type { AdapterContext } from "../../contracts/tracker.ts";
import { contested, malformed, unknownIssue } from "./errors.ts";
import type { IssueFolder } from "./folder.ts";
import { createIssueFile, isDraft, readIssueFile, replaceIfUnchanged } from "./issue-file.ts";
import { type IssueText, readIssueText } from "./issue-text.ts";
import type { LocalSettings } from "./options.ts";
import type { LocalNumbers } from "./schema.ts";
import { validateLocalNumbers } from "./schema.gen.ts";

/** How long a write waits for another process, milliseconds. */
const LOCK_WAIT_MS = 10_000;
/** How often a file may be saved by somebody else right before a write of ours. */
const TRIES = 10;

/** What an edit makes of a text; the same text means that there is nothing to do. */
export interface FileEdit<T> {
  readonly text: string;
  readonly result: T;
}

/**
 * Changes issue files. Every Maestro process writes under one lock; people's editors know no lock, so each write also compares the text
 * at the last moment and begins again when somebody saved the file.
 */
export class IssueWriter {
  readonly #settings: LocalSettings;
  readonly #context: AdapterContext;
  readonly #folder: IssueFolder;
  readonly #mutex = new Mutex();
  /** The lock lies beside it, the numbers in it; neither belongs into the project. */
  readonly #state: string;
  #swept = false;

  constructor(settings: LocalSettings, context: AdapterContext, folder: IssueFolder) {
    this.#settings = settings;
    this.#context = context;
    this.#folder = folder;
    this.#state = join(context.stateDirectory, `local-tracker-${shortHash(settings.directory, 8)}.json`);
  }

  /** The present text of an issue. Throws `tracker_not_found`, `tracker_response`. */
  async read(issueId: string, signal: AbortSignal): Promise<{ path: string; text: string; parsed: IssueText }> {
    for (let left = TRIES; left > 0; left -= 1) {
      const issue = (await this.#folder.lookFor([issueId], signal)).byId.get(issueId);
      if (issue === undefined) throw unknownIssue(issueId);
      const path = join(this.#folder.directory, `${issue.identifier}.md`);
      const file = await this.#guard(() => readIssueFile(path));
      // Renamed or replaced since the look: look again.
      if (file === undefined) continue;
      const parsed = readIssueText(file.text, path, issue.identifier);
      if (parsed.issue.id === issueId) return { path, text: file.text, parsed };
    }
    throw contested(issueId);
  }

  /** Reads, changes and writes one issue's file as one step. The edit may be asked more than once. */
  async edit<T>(
    issueId: string,
    signal: AbortSignal,
    change: (parsed: IssueText, text: string, now: number) => FileEdit<T>,
  ): Promise<T> {
    return this.#locked(signal, async () => {
      let path = issueId;
      for (let left = TRIES; left > 0; left -= 1) {
        const current = await this.read(issueId, signal);
        path = current.path;
        const { text, result } = change(current.parsed, current.text, this.#context.clock.now());
        if (text === current.text) return result;
        // What we write must be readable again, or an edit would destroy an issue.
        readIssueText(text, path, current.parsed.issue.identifier);
        if (await replaceIfUnchanged(path, current.text, text, this.#context.random)) return result;
      }
      throw contested(path);
    });
  }

  /**
   * Writes a new file under the next number, which none ever had, and returns its path. Makes the folder. Writes nothing when `find`, asked
   * while no other process writes, names a file that serves already.
   */
  async create(
    signal: AbortSignal,
    text: () => string,
    find: () => Promise<string | undefined> = async () => undefined,
  ): Promise<string> {
    throwIfAborted(signal);
    await this.#guard(() => mkdir(this.#folder.directory, { recursive: true }));
    return this.#locked(signal, async () => {
      const found = await find();
      if (found !== undefined) return found;
      for (;;) {
        throwIfAborted(signal);
        const path = join(this.#folder.directory, `${await this.#nextIdentifier()}.md`);
        if (await createIssueFile(path, text(), this.#context.random)) return path;
      }
    });
  }

  async #nextIdentifier(): Promise<string> {
    const { prefix } = this.#settings;
    const numbers = await this.#readNumbers();
    const taken = this.#folder.names().map((name) => numberOf(name, prefix));
    const next = Math.max(numbers.highest[prefix] ?? 0, ...taken) + 1;
    // Kept first: a number that a crash burns is no harm, one that is given twice is.
    const kept: LocalNumbers = { version: 1, highest: { ...numbers.highest, [prefix]: next } };
    await writeFileAtomic(this.#state, `${JSON.stringify(kept)}\n`, { mode: 0o600 });
    return `${prefix}-${next}`;
  }

  async #readNumbers(): Promise<LocalNumbers> {
    const text = await readTextIfExists(this.#state);
    if (text === undefined) return { version: 1, highest: {} };
    let value: unknown;
    try {
      value = parseJson(text);
    } catch (error) {
      throw malformed(this.#state, { line: 1, column: 1 }, "the numbers of issues cannot be read", error);
    }
    if (validateLocalNumbers(value)) return value;
    throw malformed(
      this.#state,
      { line: 1, column: 1 },
      "the numbers of issues are not in the form that this Maestro reads",
    );
  }

  async #locked<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    const { clock } = this.#context;
    const wait = { clock, waitMs: LOCK_WAIT_MS, signal };
    throwIfAborted(signal);
    // The mutex first: writers in one process need not wait for each other by the clock.
    return this.#guard(() =>
      this.#mutex.run(
        () =>
          withFileLock(this.#state, wait, async () => {
            await this.#sweep();
            return work();
          }),
        signal,
      ),
    );
  }

  /** Removes drafts of writers that died. Nobody else writes while we hold the lock. */
  async #sweep(): Promise<void> {
    if (this.#swept) return;
    this.#swept = true;
    const drafts = this.#folder.names().filter(isDraft);
    await Promise.all(drafts.map((name) => rm(join(this.#folder.directory, name), { force: true })));
  }

  async #guard<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw outsideFileError("tracker", error);
    }
  }
}

function numberOf(name: string, prefix: string): number {
  const stem = name.toLowerCase();
  const head = `${prefix.toLowerCase()}-`;
  const digits = stem.startsWith(head) ? /^(\d{1,15})\.md$/.exec(stem.slice(head.length))?.[1] : undefined;
  return Number(digits ?? 0);
}
