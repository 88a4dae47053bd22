import type { Clock } from "../base/clock.ts";

/** Clients that are remembered; the one that was unseen the longest gives way, and begins anew with a full allowance. */
const MAX_CLIENTS = 1_000;
/** Requests at once, and per second in the long run: far more than a page and its programs make. */
const REQUESTS = { burst: 1_000, perSecond: 100 };
/** Wrong credentials at once, and per second in the long run. */
const GUESSES = { burst: 20, perSecond: 1 / 3 };

type Allowance = typeof REQUESTS;

interface Client {
  requests: number;
  guesses: number;
  /** On the monotonic clock. */
  seenAt: number;
}

/** How much each client may ask, by its address, in bounded memory. Behind a proxy all are one. */
export class ClientPace {
  readonly #clock: Clock;
  /** The longest unseen first. */
  readonly #clients = new Map<string, Client>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Whether a client may ask once more. */
  mayAsk(address: string): boolean {
    const client = this.#client(address);
    if (client.requests < 1) return false;
    client.requests -= 1;
    return true;
  }

  /** Counts a wrong credential; whether the client may be told so, or has to wait. Who has a right one never waits for that. */
  mayGuess(address: string): boolean {
    const client = this.#client(address);
    if (client.guesses < 1) return false;
    client.guesses -= 1;
    return true;
  }

  /** How many clients are remembered. */
  get size(): number {
    return this.#clients.size;
  }

  #client(address: string): Client {
    const now = this.#clock.monotonic();
    const known = this.#clients.get(address);
    const seconds = known === undefined ? 0 : (now - known.seenAt) / 1_000;
    const refilled = (left: number, { burst, perSecond }: Allowance): number =>
      Math.min(burst, left + seconds * perSecond);
    const client: Client = {
      requests: refilled(known?.requests ?? REQUESTS.burst, REQUESTS),
      guesses: refilled(known?.guesses ?? GUESSES.burst, GUESSES),
      seenAt: now,
    };
    this.#clients.delete(address);
    this.#clients.set(address, client);
    if (this.#clients.size > MAX_CLIENTS) {
      for (const oldest of this.#clients.keys()) {
        this.#clients.delete(oldest);
        break;
      }
    }
    return client;
  }
}
