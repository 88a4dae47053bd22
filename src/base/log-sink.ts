import type { Clock } from "./clock.ts";
import { type MaestroError, toMaestroError } from "./errors.ts";

/** After a failure lines are dropped for so long before another one is tried, milliseconds. */
const PAUSE_MS = 1_000;
/** A sink that fails again and again is told of once in this time, milliseconds. */
const QUIET_MS = 60_000;

/** A place that takes text. */
export interface LogOutput {
  /** For people: a path, or `stderr`. */
  readonly name: string;
  /** Writes a text and calls `done` once with what went wrong, or `null`; may throw instead. Never waits for a reader. */
  write(text: string, done: (error: unknown) => void): void;
}

/** Why lines are missing in a sink. */
export interface LogTrouble {
  /** Its name: a path, or `stderr`. */
  readonly sink: string;
  readonly error: MaestroError;
  /** Since when, epoch milliseconds. */
  readonly since: number;
  /** Lines that were lost since then. */
  readonly lost: number;
}

/** Called when a sink begins to lose lines and when it takes them again; not for each of many short failures. */
export type SinkChange = (kind: "failed" | "mended", trouble: LogTrouble) => void;

/**
 * An output that may fail without anybody noticing but those who should: nothing throws, the following lines are counted and dropped, because a full
 * disk must not stop the work that is being logged, and once a second it is tried again.
 */
export class LogSink {
  readonly #output: LogOutput;
  readonly #clock: Clock;
  readonly #onChange: SinkChange;
  #trouble: { readonly error: MaestroError; readonly since: number; lost: number } | null = null;
  #retryAt = 0;
  #quietUntil = Number.NEGATIVE_INFINITY;
  #isTold = false;
  /** Lines of short failures that nobody was told of; told with the next one. */
  #untold = 0;

  constructor(output: LogOutput, clock: Clock, onChange: SinkChange) {
    this.#output = output;
    this.#clock = clock;
    this.#onChange = onChange;
  }

  /** Takes a line with its end. Returns `false` when it is known to be lost. Never throws. */
  write(line: string): boolean {
    if (this.#trouble !== null) {
      if (this.#clock.monotonic() < this.#retryAt) {
        this.#trouble.lost += 1;
        return false;
      }
      this.#retryAt = this.#clock.monotonic() + PAUSE_MS;
    }
    try {
      this.#output.write(line, (error) => (error === null ? this.#succeed() : this.#fail(error)));
      return this.#trouble === null;
    } catch (error) {
      this.#fail(error);
      return false;
    }
  }

  /** Why lines are missing now, as far as is known since the last line; `null` when none is. */
  trouble(): LogTrouble | null {
    return this.#trouble === null ? null : { sink: this.#output.name, ...this.#trouble };
  }

  #fail(thrown: unknown): void {
    const now = this.#clock.monotonic();
    this.#retryAt = now + PAUSE_MS;
    this.#trouble ??= { error: toMaestroError(thrown, "log_failed"), since: this.#clock.now(), lost: this.#untold };
    this.#trouble.lost += 1;
    if (this.#isTold || now < this.#quietUntil) return;
    this.#isTold = true;
    this.#quietUntil = now + QUIET_MS;
    this.#onChange("failed", { sink: this.#output.name, ...this.#trouble });
  }

  #succeed(): void {
    if (this.#trouble === null) return;
    const trouble = { sink: this.#output.name, ...this.#trouble };
    this.#trouble = null;
    this.#untold = this.#isTold ? 0 : trouble.lost;
    if (!this.#isTold) return;
    this.#isTold = false;
    this.#onChange("mended", trouble);
  }
}
