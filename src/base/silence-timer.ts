import type { Clock, Timer } from "./clock.ts";

/** Calls back once when nothing was heard for `ms` milliseconds. Cheap to touch: the timer is set anew only when it fires. */
export class SilenceTimer {
  readonly #clock: Clock;
  readonly #ms: number;
  readonly #onSilence: () => void;
  #heardAt: number;
  #pauses = 0;
  #timer: Timer;

  constructor(clock: Clock, ms: number, onSilence: () => void) {
    this.#clock = clock;
    this.#ms = ms;
    this.#onSilence = onSilence;
    this.#heardAt = clock.monotonic();
    this.#timer = this.#arm(ms);
  }

  /** Something was heard. */
  touch(): void {
    this.#heardAt = this.#clock.monotonic();
  }

  /** Silence does not count until as many `resume` follow. */
  pause(): void {
    this.#pauses += 1;
  }

  resume(): void {
    this.#pauses -= 1;
    this.touch();
  }

  /** Never calls back any more. */
  cancel(): void {
    this.#timer.cancel();
  }

  #arm(ms: number): Timer {
    return this.#clock.setTimer(ms, () => {
      const left = this.#pauses > 0 ? this.#ms : this.#heardAt + this.#ms - this.#clock.monotonic();
      if (left <= 0) this.#onSilence();
      else this.#timer = this.#arm(left);
    });
  }
}
