import { mkdir, open, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import type { PluginApi } from "../../../src/contracts/plugin.ts";
import { formatLine, parseLine, type TodoLine } from "./line.ts";

/** A remark on a task. */
export interface Note {
  readonly id: string;
  readonly author: string;
  readonly body: string;
  readonly at: number;
  readonly topic: string | null;
}

/** What todo.txt has no place for, kept beside it by id. */
export interface Page {
  readonly description: string | null;
  readonly notes: readonly Note[];
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** A task with its page. */
export interface Task {
  readonly id: string;
  readonly line: TodoLine;
  readonly page: Page;
}

/** Both files as they were read. */
export interface Book {
  readonly tasks: readonly Task[];
  /** The number that the next task gets. */
  readonly next: number;
}

interface PagesFile {
  readonly version: 1;
  readonly next: number;
  readonly pages: Readonly<Record<string, Page>>;
}

/** Longest wait for another process that writes, milliseconds. */
const LOCK_WAIT_MS = 10_000;
const LOCK_STEP_MS = 20;

/** Changes and reads `todo.txt` and `todo.txt.notes.json` under one lock, so that several Maestros and this one do not lose each other's writes. */
export class BookFile {
  readonly #path: string;
  readonly #api: PluginApi;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(path: string, api: PluginApi) {
    this.#path = path;
    this.#api = api;
  }

  /** Reads both files. A line without an id gets one, which is the only thing that reading ever writes. */
  async read(signal: AbortSignal): Promise<Book> {
    this.#check(signal);
    const { book, isComplete } = await this.#load();
    return isComplete ? book : this.change(signal, (present) => ({ book: present, result: present }));
  }

  /** Changes both files, all or nothing for a reader. */
  change<T>(signal: AbortSignal, work: (book: Book) => { readonly book: Book; readonly result: T }): Promise<T> {
    const mine = this.#turn.then(() => this.#locked(signal, work));
    this.#turn = mine.catch(() => undefined);
    return mine;
  }

  async #locked<T>(signal: AbortSignal, work: (book: Book) => { readonly book: Book; readonly result: T }): Promise<T> {
    this.#check(signal);
    const unlock = await this.#lock(signal);
    try {
      const { book: before, isComplete } = await this.#load();
      const { book, result } = work(before);
      if (book !== before || !isComplete) await this.#save(book);
      return result;
    } finally {
      await unlock();
    }
  }

  async #load(): Promise<{ readonly book: Book; readonly isComplete: boolean }> {
    const [text, kept] = await Promise.all([this.#text(this.#path), this.#text(this.#pagesPath())]);
    if (text === null)
      throw this.#failure("tracker_status", `${this.#path} is not there.`, "Make the file; it may be empty.");
    const { next, pages } = this.#parsePages(kept);
    const lines = text
      .split("\n")
      .map(parseLine)
      .filter((line) => line !== null);
    const given = lines.map(({ id }) => Number(id ?? 0)).filter((id) => Number.isSafeInteger(id));
    let free = Math.max(next, 1 + Math.max(0, ...given));
    const now = Date.now();
    const tasks = lines.map((line): Task => {
      const id = line.id ?? String(free++);
      const written = Date.parse(line.dates.at(-1) ?? "");
      const createdAt = Number.isNaN(written) ? now : written;
      const fresh: Page = { description: null, notes: [], createdAt, updatedAt: createdAt };
      return { id, line: { ...line, id }, page: pages[id] ?? fresh };
    });
    return { book: { tasks, next: free }, isComplete: lines.every(({ id }) => id !== null) };
  }

  async #save({ tasks, next }: Book): Promise<void> {
    const pages: PagesFile = { version: 1, next, pages: Object.fromEntries(tasks.map(({ id, page }) => [id, page])) };
    // Notes first: a note without a task is harmless, a task whose note is lost is not.
    await this.#replace(this.#pagesPath(), `${JSON.stringify(pages, null, 2)}\n`);
    await this.#replace(this.#path, `${tasks.map(({ line }) => formatLine(line)).join("\n")}\n`);
  }

  async #replace(path: string, text: string): Promise<void> {
    const beside = `${path}.${process.pid}.new`;
    const file = await open(beside, "w");
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(beside, path);
  }

  async #text(path: string): Promise<string | null> {
    try {
      return await readFile(path, "utf8");
    } catch (error) {
      if (codeOf(error) === "ENOENT" && path !== this.#path) return null;
      if (codeOf(error) === "ENOENT") return null;
      throw this.#failure("tracker_status", `${path} cannot be read: ${String(codeOf(error))}`);
    }
  }

  #parsePages(text: string | null): PagesFile {
    if (text === null) return { version: 1, next: 1, pages: {} };
    try {
      const data: PagesFile = JSON.parse(text);
      if (data.version === 1 && typeof data.next === "number" && typeof data.pages === "object") return data;
    } catch {
      // Told below, like every other content that is not ours.
    }
    throw this.#failure(
      "tracker_response",
      `${this.#pagesPath()} is damaged.`,
      "Take it from a copy, or remove it: descriptions and comments stand in it, nothing else.",
    );
  }

  /** A file that only one can make; what a dead process left is taken away. */
  async #lock(signal: AbortSignal): Promise<() => Promise<void>> {
    const path = `${this.#path}.lock`;
    const until = Date.now() + LOCK_WAIT_MS;
    for (;;) {
      this.#check(signal);
      try {
        await mkdir(dirname(path), { recursive: true });
        await writeFile(path, String(process.pid), { flag: "wx" });
        return () => rm(path, { force: true });
      } catch (error) {
        if (codeOf(error) !== "EEXIST")
          throw this.#failure("tracker_status", `${path} cannot be written: ${String(codeOf(error))}`);
      }
      if (await isLeft(path)) await rm(path, { force: true });
      else if (Date.now() > until)
        throw this.#failure("tracker_conflict", `${this.#path} is being written by somebody else.`);
      else await new Promise((resolve) => setTimeout(resolve, LOCK_STEP_MS));
    }
  }

  #check(signal: AbortSignal): void {
    if (signal.aborted) throw this.#api.error({ code: "aborted", message: "The call was given up." });
  }

  #failure(code: string, message: string, hint?: string) {
    return this.#api.error({ code, message, retryable: code !== "tracker_response", hint });
  }

  #pagesPath(): string {
    return `${this.#path}.notes.json`;
  }
}

/** Whether a lock's owner is dead. One that is just being written has no number yet. */
async function isLeft(path: string): Promise<boolean> {
  const pid = Number(await readFile(path, "utf8").catch(() => ""));
  if (!Number.isInteger(pid) || pid <= 0) {
    const age =
      Date.now() -
      (await stat(path).then(
        ({ mtimeMs }) => mtimeMs,
        () => Date.now(),
      ));
    return age > LOCK_WAIT_MS;
  }
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return codeOf(error) === "ESRCH";
  }
}

function codeOf(error: unknown): unknown {
  return typeof error === "object" && error !== null && "code" in error ? error.code : undefined;
}
