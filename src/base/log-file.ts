import {
  closeSync,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { basename, dirname } from "node:path";
import type { Clock } from "./clock.ts";
import { systemCode } from "./errors.ts";
import type { LogOutput } from "./log-sink.ts";

/** How often the file's path is looked at: somebody may have removed or renamed the file, milliseconds. */
const LOOK_EVERY_MS = 1_000;
const LINE_END = "\n".charCodeAt(0);

/** A log file and its predecessors `<path>.1` (the newest) … `<path>.<keep>`. */
export interface LogFileOptions {
  /** Made with its folder, both readable by their owner alone. */
  readonly path: string;
  /** A line that would make the file longer begins a new one, bytes. */
  readonly maxBytes: number;
  /** How many full files are kept; older ones are deleted. */
  readonly keep: number;
  readonly clock: Clock;
}

/**
 * Log lines in a file of bounded size. Each is with the system when `write` returns, so that a killed process has logged all it said. Failing leaves
 * nothing open: the next write begins anew, on a line of its own.
 */
export function logFile(options: LogFileOptions): LogOutput {
  return new RotatingFile(options);
}

interface OpenFile {
  readonly descriptor: number;
  readonly device: number;
  readonly inode: number;
  bytes: number;
  /** The last line has no end: whoever wrote it was interrupted. */
  isTorn: boolean;
}

class RotatingFile implements LogOutput {
  readonly name: string;
  readonly #options: LogFileOptions;
  #file: OpenFile | null = null;
  #lookAt = 0;

  constructor(options: LogFileOptions) {
    this.#options = options;
    this.name = options.path;
  }

  write(text: string, done: (error: unknown) => void): void {
    try {
      const { maxBytes, clock } = this.#options;
      const length = Buffer.byteLength(text);
      if (clock.monotonic() >= this.#lookAt) this.#look();
      let file = this.#open();
      if (file.bytes > 0 && file.bytes + length > maxBytes) {
        // Another process may have begun a new file by now.
        this.#look();
        file = this.#open();
        if (file.bytes > 0 && file.bytes + length > maxBytes) file = this.#rotate();
      }
      append(file, Buffer.from(file.isTorn ? `\n${text}` : text));
    } catch (error) {
      this.#close();
      throw error;
    }
    done(null);
  }

  #close(): void {
    if (this.#file === null) return;
    const { descriptor } = this.#file;
    this.#file = null;
    try {
      closeSync(descriptor);
    } catch {
      // What it reports belongs to a write that was told of already.
    }
  }

  #open(): OpenFile {
    this.#file ??= openFile(this.#options.path);
    return this.#file;
  }

  /** Lets go of a file that does not stand at its path any more: nobody would find its lines. */
  #look(): void {
    this.#lookAt = this.#options.clock.monotonic() + LOOK_EVERY_MS;
    if (this.#file === null) return;
    const found = statSync(this.#options.path, { throwIfNoEntry: false });
    if (found?.ino === this.#file.inode && found.dev === this.#file.device) this.#file.bytes = found.size;
    else this.#close();
  }

  #rotate(): OpenFile {
    const { path, keep } = this.#options;
    this.#close();
    for (const number of predecessors(path)) if (number >= keep) rmSync(`${path}.${number}`, { force: true });
    for (const number of predecessors(path).sort((a, b) => b - a))
      renameSync(`${path}.${number}`, `${path}.${number + 1}`);
    if (keep > 0) renameSync(path, `${path}.1`);
    else rmSync(path);
    return this.#open();
  }
}

/** The numbers of the full files beside this one. */
function predecessors(path: string): number[] {
  const name = `${basename(path)}.`;
  return readdirSync(dirname(path)).flatMap((entry) => {
    const rest = entry.startsWith(name) ? entry.slice(name.length) : "";
    return /^[1-9]\d{0,5}$/.test(rest) ? [Number(rest)] : [];
  });
}

function openFile(path: string): OpenFile {
  const descriptor = openIn(path);
  try {
    const { size, ino, dev } = fstatSync(descriptor);
    const last = Buffer.alloc(1);
    const isTorn = size > 0 && readSync(descriptor, last, 0, 1, size - 1) === 1 && last[0] !== LINE_END;
    return { descriptor, device: dev, inode: ino, bytes: size, isTorn };
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
}

function openIn(path: string): number {
  try {
    return openSync(path, "a+", 0o600);
  } catch (error) {
    if (systemCode(error) !== "ENOENT") throw error;
    makeFolderNow(dirname(path));
    return openSync(path, "a+", 0o600);
  }
}

/** `makeFolder` for who cannot wait. */
function makeFolderNow(path: string): void {
  try {
    mkdirSync(path, 0o700);
  } catch (error) {
    if (systemCode(error) === "EEXIST") return;
    if (systemCode(error) !== "ENOENT" || dirname(path) === path) throw error;
    makeFolderNow(dirname(path));
    mkdirSync(path, 0o700);
  }
}

/** The system may take a part only, e.g. up to the end of the disk. */
function append(file: OpenFile, data: Buffer): void {
  for (let at = 0; at < data.length; ) {
    const written = writeSync(file.descriptor, data, at);
    at += written;
    file.bytes += written;
  }
  file.isTorn = false;
}
