import { Wake } from "../base/wake.ts";
import type { StoredEvent } from "../model/events/envelope.ts";
import type { EventType } from "../model/events/index.ts";
import type { Board } from "./board.ts";
import { careForClaims } from "./claims.ts";
import type { OrchestratorParts } from "./ports.ts";

/** Events after which a claim may be needed, or not any more. */
const CONCERNS: readonly EventType[] = ["lane_opened", "lane_staged", "lane_closed"];

/** Looks after claims beside the loop that decides, so that a tracker that is slow for one does not cost the other its claims. */
export class ClaimLoop {
  readonly #parts: OrchestratorParts;
  readonly #board: Board;
  readonly #signal: AbortSignal;
  readonly #onNews: () => void;
  readonly #wake = new Wake();

  /** `onNews` is called when a lane is to be looked at again. */
  constructor(parts: OrchestratorParts, board: Board, signal: AbortSignal, onNews: () => void) {
    this.#parts = parts;
    this.#board = board;
    this.#signal = signal;
    this.#onNews = onNews;
  }

  /** Follows a commit. */
  follow(events: readonly StoredEvent[]): void {
    if (events.some(({ event }) => CONCERNS.includes(event.type))) this.#wake.nudge();
  }

  /** One look, then a wait for the next. */
  async turn(): Promise<void> {
    const next = await careForClaims(this.#parts, this.#board, this.#signal);
    if (this.#board.dirty.size > 0) this.#onNews();
    await this.#wake.wait(this.#parts.clock, next, this.#signal);
  }
}
