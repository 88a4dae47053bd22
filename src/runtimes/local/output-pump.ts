import type { Readable } from "node:stream";
import { messageOf } from "../../base/errors.ts";
import type { Log } from "../../base/log.ts";

/** Takes a process's output. What a method returns is awaited before the next call. */
export interface Sink {
  take(text: string): unknown;
  /** There is no more. */
  end(): unknown;
}

/** How much of one child's output is handed on before other work gets its turn. */
const TURN_BYTES = 64 * 1024;

/**
 * Moves a child's output to its consumer: in order, with back-pressure down to the child, and fairly: after 64 KiB
 * everything else that waits in this process comes first. Output without a consumer is read and dropped.
 */
export class OutputPump {
  /** Settles when all was delivered, or after `stop`. Never rejects. */
  readonly ended: Promise<void>;
  readonly #stream: Readable;
  readonly #sink: Sink | undefined;
  readonly #log: Log;
  #delivered = 0;
  #busy = false;

  constructor(stream: Readable, sink: Sink | undefined, log: Log) {
    this.#stream = stream;
    this.#sink = sink;
    this.#log = log;
    stream.setEncoding("utf8");
    this.ended = this.#run();
  }

  /** How many bytes were delivered. */
  get delivered(): number {
    return this.#delivered;
  }

  /** Whether the consumer has text that it is not done with. */
  get busy(): boolean {
    return this.#busy;
  }

  /** Gives up on what has not arrived yet. */
  stop(): void {
    this.#stream.destroy();
  }

  async #run(): Promise<void> {
    let turn = 0;
    try {
      for await (const text of this.#stream) {
        if (typeof text !== "string") continue;
        const bytes = Buffer.byteLength(text);
        await this.#call(() => this.#sink?.take(text));
        this.#delivered += bytes;
        turn += bytes;
        if (turn < TURN_BYTES) continue;
        turn = 0;
        await loopTurn();
      }
    } catch (error) {
      // A pipe that was closed under the reader is how `stop` ends it; for any other reason the output is incomplete too.
      this.#log.debug("the output of a process ended early", { reason: messageOf(error) });
    }
    await this.#call(() => this.#sink?.end());
  }

  async #call(consume: () => unknown): Promise<void> {
    this.#busy = true;
    try {
      await consume();
    } catch (error) {
      this.#log.error("the consumer of a process's output failed", { reason: messageOf(error) });
    }
    this.#busy = false;
  }
}

/** Lets timers, input and everything else that waits run once. */
export function loopTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
