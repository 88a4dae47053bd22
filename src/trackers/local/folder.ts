import { lstatSync, readdirSync, type Stats } from "node:fs";
import { join } from "node:path";
import type { Clock } from "../../base/clock.ts";
import { type MaestroError, systemCode } from "../../base/errors.ts";
import type { Log } from "../../base/log.ts";
import { Mutex } from "../../base/mutex.ts";
import { outsideFileError } from "../../contracts/outside-files.ts";
import { missingFolder } from "./errors.ts";
import { type FolderView, viewOf } from "./folder-view.ts";
import { type FileStamp, sameStamp, stampOf } from "./issue-file.ts";
import { type IssueRecord, readRecord } from "./record.ts";

/** How many files are read at once. */
const READ_AT_ONCE = 32;
/**
 * How long an issue's file may be missing before the issue counts as gone, milliseconds. Some editors save by moving the file away
 * and writing a new one; in between the issue must not look deleted.
 */
const GONE_AFTER_MS = 150;

/** The issue files of a folder. A file is parsed once per version: an unchanged folder costs one look at each file's dates. */
export class IssueFolder {
  readonly directory: string;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #mutex = new Mutex();
  readonly #records = new Map<string, IssueRecord>();
  /** When ids were found missing, on the monotonic clock. */
  readonly #missingSince = new Map<string, number>();
  readonly #told = new WeakSet<MaestroError>();
  #view: FolderView | undefined;

  constructor(directory: string, clock: Clock, log: Log) {
    this.directory = directory;
    this.#clock = clock;
    this.#log = log;
  }

  /** The folder as it is now. Throws `tracker_invalid_config` when it does not exist, other `tracker_…` when it cannot be read. */
  look(signal: AbortSignal): Promise<FolderView> {
    return this.#mutex.run(() => this.#scan(), signal);
  }

  /**
   * `look` for somebody who wants these ids. One that was there a moment ago is waited for, and one that a malformed file may hold
   * is an error (S-205): neither must be taken for a deleted issue.
   */
  async lookFor(ids: Iterable<string>, signal: AbortSignal): Promise<FolderView> {
    let view = await this.look(signal);
    const wanted = [...ids];
    const missing = wanted.filter((id) => !view.byId.has(id));
    const since = Math.max(...missing.map((id) => this.#missingSince.get(id) ?? Number.NEGATIVE_INFINITY));
    const wait = since + GONE_AFTER_MS - this.#clock.monotonic();
    if (wait > 0) {
      await this.#clock.sleep(wait, signal);
      view = await this.look(signal);
    }
    for (const id of wanted) {
      if (view.byId.has(id)) continue;
      const fault = view.faults.find(({ ids: may }) => may === undefined || may.includes(id));
      if (fault !== undefined) throw fault.error;
    }
    return view;
  }

  /** The names of everything in the folder. Throws like `look`. */
  names(): string[] {
    try {
      return readdirSync(this.directory);
    } catch (error) {
      if (["ENOENT", "ENOTDIR"].includes(systemCode(error) ?? "")) throw missingFolder(this.directory);
      throw outsideFileError("tracker", error);
    }
  }

  async #scan(): Promise<FolderView> {
    const found = this.#stamps();
    const changed = [...found].filter(([name, stamp]) => {
      const known = this.#records.get(name);
      return known === undefined || !sameStamp(known.stamp, stamp);
    });
    const gone = [...this.#records.keys()].filter((name) => !found.has(name));
    if (this.#view !== undefined && changed.length === 0 && gone.length === 0) return this.#view;
    for (const name of gone) this.#records.delete(name);
    for (let at = 0; at < changed.length; at += READ_AT_ONCE) {
      await Promise.all(changed.slice(at, at + READ_AT_ONCE).map(([name, stamp]) => this.#read(name, stamp)));
    }
    const view = viewOf([...this.#records.values()], this.#view);
    this.#noteMissing(this.#view, view);
    this.#tell(view);
    this.#view = view;
    return view;
  }

  /** Synchronous on purpose: 2,000 of these calls take 15 ms, through the thread pool more than 50. */
  #stamps(): Map<string, FileStamp> {
    const stamps = new Map<string, FileStamp>();
    for (const name of this.names()) {
      if (!isIssueFile(name)) continue;
      const stats: Stats | undefined = lstatSync(join(this.directory, name), { throwIfNoEntry: false });
      if (stats !== undefined) stamps.set(name, stampOf(stats));
    }
    return stamps;
  }

  async #read(name: string, stamp: FileStamp): Promise<void> {
    const record = await readRecord(join(this.directory, name), stamp, this.#records.get(name));
    if (record === undefined) this.#records.delete(name);
    else this.#records.set(name, record);
  }

  #noteMissing(before: FolderView | undefined, now: FolderView): void {
    const at = this.#clock.monotonic();
    for (const [id, since] of this.#missingSince) {
      if (now.byId.has(id) || at - since > GONE_AFTER_MS) this.#missingSince.delete(id);
    }
    for (const id of before?.byId.keys() ?? []) if (!now.byId.has(id)) this.#missingSince.set(id, at);
  }

  /** Says once per version of a file what is wrong with it. */
  #tell(view: FolderView): void {
    for (const { identifier, error } of view.faults) {
      if (this.#told.has(error)) continue;
      this.#told.add(error);
      this.#log.warn("an issue file is left out", { issue_identifier: identifier, error });
    }
  }
}

/** Hidden files are drafts of ours and of editors; a README explains the folder to people. */
function isIssueFile(name: string): boolean {
  return name.endsWith(".md") && !name.startsWith(".") && name.toLowerCase() !== "readme.md";
}
