import type { LogLevel } from "../base/log-level.ts";

/** Where a service logs, and what; it reads this when it starts. */
export interface LogSettings {
  /** The least important lines that are written. */
  readonly level: LogLevel;
  /** `null`: JSON lines, and readable ones where a terminal shows them. */
  readonly format: "text" | "json" | null;
  readonly fileEnabled: boolean;
  /** A line that would make the file longer begins a new one. */
  readonly fileMaxBytes: number;
  /** Full files that are kept beside the one that is written. */
  readonly fileKeep: number;
  /** Whether the log goes to stderr as well; `null`: warnings and errors, on a terminal. */
  readonly consoleEnabled: boolean | null;
}
