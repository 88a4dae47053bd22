import type { Clock } from "../base/clock.ts";
import type { MaestroError } from "../base/errors.ts";
import type { Log } from "../base/log.ts";

/** How often trouble that lasts is told, milliseconds. */
const TELL_EVERY_MS = 60_000;

/** Whether the record can be written. A disk without space is told at once and then once a minute, however often it is met. */
export class Trouble {
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #onTrouble: (trouble: MaestroError | null) => void;
  #error: MaestroError | null = null;
  #toldAt = Number.NEGATIVE_INFINITY;
  #isTold = false;

  constructor(clock: Clock, log: Log, onTrouble: (trouble: MaestroError | null) => void) {
    this.#clock = clock;
    this.#log = log;
    this.#onTrouble = onTrouble;
  }

  current(): MaestroError | null {
    return this.#error;
  }

  /** A commit has failed. Only what space mends is trouble: everything else belongs to whoever asked. */
  meet(error: MaestroError): void {
    if (error.code !== "disk_full") return;
    this.#error = error;
    const now = this.#clock.monotonic();
    if (now - this.#toldAt < TELL_EVERY_MS) return;
    this.#toldAt = now;
    this.#isTold = true;
    this.#log.error("the record cannot be written", { error });
    this.#onTrouble(error);
  }

  /** Something was written. */
  end(): void {
    this.#error = null;
    if (!this.#isTold) return;
    this.#isTold = false;
    this.#log.info("the record can be written again");
    this.#onTrouble(null);
  }
}
