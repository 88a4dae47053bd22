import type { Clock } from "../base/clock.ts";
import type { Log } from "../base/log.ts";

/**
 * Where processes run and files live: this machine, another one over SSH, or a simulation. `runs`, `workspace`, `git`
 * and `agents` reach processes and files only through it. Paths are absolute and POSIX. No method hangs: each ends by
 * its own limit or by the signal. Errors: `spawn_failed` (with `errno`, and `fault` where it is not the program's), `file_missing`, `file_denied`, `file_exists`,
 * `file_failed`, `disk_full`, `aborted`, `deadline`.
 */
export interface Runtime {
  /** `local`, `ssh` … */
  readonly placement: string;
  /** Name of the machine; a lane is bound to it. */
  readonly machine: string;
  /** The daemon's environment there. Nothing of it reaches a child unless it is passed. */
  environment(): Readonly<Record<string, string>>;

  /**
   * Starts a process in its own process group. `spec.marker` stands in its environment as `MAESTRO_PROCESS_MARKER`, so that it and all its
   * descendants can be found after a crash. Throws `spawn_failed` when the program cannot be started.
   */
  spawn(spec: SpawnSpec): Promise<RunningProcess>;
  /** Runs a process to its end. Never throws for an exit code or a time-out: both are in the result. */
  execute(spec: ExecuteSpec): Promise<FinishedProcess>;
  /** Ends every process whose environment carries the marker, wherever it moved itself. Returns how many there were. */
  killMarked(marker: string): Promise<number>;
  /** The markers with `prefix` that live processes carry; for recovery after a crash. */
  liveMarkers(prefix: string): Promise<string[]>;

  /** The file's text. Throws `file_missing`; `file_failed` when it is larger than `maxBytes` (default 16 MiB). */
  readText(path: string, options?: { maxBytes?: number }): Promise<string>;
  /**
   * Writes whole or not at all (temporary file, rename). Makes missing folders. With `durable` (default true) it is on the disk on return;
   * without, the death of this process takes nothing, but a power failure may.
   */
  writeText(path: string, text: string, options?: { mode?: number; durable?: boolean }): Promise<void>;
  /** As `writeText`, for what is no text. Absent: this runtime cannot. */
  writeBytes?(path: string, bytes: Uint8Array, options?: { mode?: number; durable?: boolean }): Promise<void>;
  /** Appends; makes the file when missing. */
  appendText(path: string, text: string): Promise<void>;
  /** The names in a folder, sorted. Throws `file_missing`. */
  list(path: string): Promise<readonly FileEntry[]>;
  /** What is at the path, not following a link; `undefined` only when there is nothing. */
  stat(path: string): Promise<FileStat | undefined>;
  /** The path with all links resolved. Throws `file_missing`. */
  realPath(path: string): Promise<string>;
  makeDirectory(path: string, options?: { mode?: number }): Promise<void>;
  /** Removes a file or a whole tree, never following links. Nothing there is fine. */
  remove(path: string): Promise<void>;
  /** Atomic within one file system. Throws `file_missing`. */
  rename(from: string, to: string): Promise<void>;
  link(target: string, path: string): Promise<void>;
  /** Free bytes on the disk that holds the path (or its nearest existing parent). */
  freeBytes(path: string): Promise<number>;
  /** The system's temporary folder. */
  temporaryDirectory(): string;
}

/** How a process is started. The environment is whole: nothing is added but the marker. */
export interface SpawnSpec {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** `maestro-<workflow>-<lane>-<run>-<role>` or the like; letters, digits, `.`, `_`, `-`. */
  readonly marker: string;
  /** Lines of standard output, without the line end; longer than 10 MiB are cut. Back-pressure: awaited in order. */
  readonly onLine?: (line: string) => void;
  /** Raw text of standard error. */
  readonly onError?: (text: string) => void;
}

/** A process that was started. */
export interface RunningProcess {
  readonly pid: number;
  readonly marker: string;
  /** Writes to standard input. Throws `process_exited` when nobody reads any more. */
  write(text: string): Promise<void>;
  /** Closes standard input. */
  endInput(): void;
  /** Settles when the process has ended and all its output was delivered. Never rejects. */
  readonly exited: Promise<ProcessExit>;
  /** Ends the whole tree: TERM to the group, KILL after `graceMs` (default 2,000) to group, descendants and marked. */
  kill(options?: { graceMs?: number }): Promise<void>;
}

/** How a process ended. */
export interface ProcessExit {
  readonly code: number | null;
  readonly signal: string | null;
}

/** A process that is run to its end. */
export interface ExecuteSpec extends Omit<SpawnSpec, "onLine" | "onError"> {
  /** Given to standard input, which is then closed. */
  readonly input?: string;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
  /** Kept of each stream, default 1 MiB; the rest is counted. */
  readonly maxOutputBytes?: number;
  /** Which part of a longer stream is kept, default `start`. */
  readonly keep?: "start" | "end";
}

/** The result of a process that was run to its end. */
export interface FinishedProcess extends ProcessExit {
  readonly stdout: string;
  readonly stderr: string;
  readonly truncated: boolean;
  readonly timedOut: boolean;
  readonly aborted: boolean;
  readonly ms: number;
}

/** A name in a folder. */
export interface FileEntry {
  readonly name: string;
  readonly kind: "file" | "directory" | "link" | "other";
}

/** What is at a path. */
export interface FileStat {
  readonly kind: "file" | "directory" | "link" | "other";
  readonly size: number;
  /** Epoch milliseconds. */
  readonly modifiedAt: number;
}

/** What a runtime is opened with. */
export interface RuntimeContext {
  /** Real time: processes are real. */
  readonly clock: Clock;
  /** Name of this machine; lanes are bound to it. */
  readonly machine: string;
  readonly log: Log;
}

/** One kind of `agent_runtime.placement`. */
export interface RuntimeProvider {
  readonly kind: string;
  /** May throw `runtime_unavailable`, with what mends it. */
  open(context: RuntimeContext): Promise<Runtime>;
}
