/** Epoch milliseconds as the fake sees them. A test may hand in its own and move it. */
export type Now = () => number;

/** A clock that runs with the system's and can be put forward, so that a limit's window or a token's hour passes at once. */
export class ShiftedClock {
  #shift = 0;
  readonly now: Now = () => Date.now() + this.#shift;

  advance(milliseconds: number): void {
    this.#shift += milliseconds;
  }
}

/** ISO 8601 with milliseconds, as Linear writes instants. */
export function isoOf(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}

/** ISO 8601 in whole seconds, as GitHub writes instants. */
export function secondsIsoOf(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;
}
