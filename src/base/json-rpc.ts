import { withDeadline } from "./abort.ts";
import type { Clock } from "./clock.ts";
import { MaestroError } from "./errors.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "./json.ts";

/** The other side's request cannot be answered. Thrown by `onRequest`; anything else that it throws is an internal error to the other side. */
export class RpcRefusal extends Error {
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.name = "RpcRefusal";
    this.code = code;
  }
}

/** JSON-RPC's code for a method that is not served. */
export const METHOD_NOT_FOUND = -32_601;
const INTERNAL = -32_603;

/** How one side of a conversation is held. */
export interface RpcOptions {
  readonly clock: Clock;
  /** Writes one line, without its end. May reject when nobody reads any more. */
  readonly write: (line: string) => Promise<void>;
  /** Whether messages carry `"jsonrpc": "2.0"`. Codex leaves it out. */
  readonly versioned: boolean;
  /** Answers a request of the other side. Every request is answered, also one that is refused. */
  readonly onRequest: (method: string, params: JsonObject) => Promise<JsonValue>;
  readonly onNotification: (method: string, params: JsonObject) => void;
  /** A line that is no message. */
  readonly onNoise: (line: string) => void;
}

interface Waiting {
  readonly method: string;
  readonly resolve: (result: JsonValue) => void;
  readonly reject: (error: MaestroError) => void;
}

/** One side of a JSON-RPC conversation in lines. Ids of the two sides are apart: both may count from 0. */
export class RpcPeer {
  readonly #options: RpcOptions;
  readonly #waiting = new Map<number, Waiting>();
  #next = 0;
  #closed: MaestroError | null = null;

  constructor(options: RpcOptions) {
    this.#options = options;
  }

  /**
   * Asks and waits for the answer. Throws `deadline` (`ms`), `aborted`, `rpc_closed`, and `rpc_error` with facts {method, code, data?}
   * for an error of the other side.
   */
  async request(method: string, params: JsonObject, ms: number, signal?: AbortSignal): Promise<JsonValue> {
    if (this.#closed !== null) throw this.#closed;
    this.#next += 1;
    const id = this.#next;
    const answer = new Promise<JsonValue>((resolve, reject) => this.#waiting.set(id, { method, resolve, reject }));
    try {
      return await withDeadline(this.#options.clock, ms, signal, async () => {
        await this.#send({ id, method, params });
        return answer;
      });
    } finally {
      this.#waiting.delete(id);
      answer.catch(() => undefined);
    }
  }

  /** Tells without waiting for an answer. Rejects when it cannot be written. */
  notify(method: string, params: JsonObject): Promise<void> {
    return this.#send({ method, params });
  }

  /** Takes a line of the other side. Never throws. */
  receive(line: string): void {
    const message = parse(line);
    if (message === null) {
      this.#options.onNoise(line);
      return;
    }
    const { id, method } = message;
    const params = isJsonObject(message.params) ? message.params : {};
    if (typeof method === "string") {
      if (id === undefined || id === null) this.#options.onNotification(method, params);
      else void this.#answer(id, method, params);
      return;
    }
    const waiting = typeof id === "number" ? this.#waiting.get(id) : undefined;
    if (waiting === undefined) this.#options.onNoise(line);
    else if (isJsonObject(message.error)) waiting.reject(errorOf(waiting.method, message.error));
    else waiting.resolve(message.result ?? null);
  }

  /** Nothing comes any more: whoever waits is told. */
  close(reason: string): void {
    this.#closed ??= new MaestroError({ code: "rpc_closed", message: reason });
    for (const { reject } of this.#waiting.values()) reject(this.#closed);
    this.#waiting.clear();
  }

  async #answer(id: JsonValue, method: string, params: JsonObject): Promise<void> {
    let answer: JsonObject;
    try {
      answer = { id, result: await this.#options.onRequest(method, params) };
    } catch (error) {
      const code = error instanceof RpcRefusal ? error.code : INTERNAL;
      answer = { id, error: { code, message: error instanceof Error ? error.message : String(error) } };
    }
    // Nobody may be left to read it; the end of the process tells.
    await this.#send(answer).catch(() => undefined);
  }

  #send(message: JsonObject): Promise<void> {
    const whole = this.#options.versioned ? { jsonrpc: "2.0", ...message } : message;
    return this.#options.write(JSON.stringify(whole));
  }
}

function parse(line: string): JsonObject | null {
  try {
    const value: JsonValue = JSON.parse(line);
    return isJsonObject(value) ? value : null;
  } catch {
    // Not every line of a program is a message.
    return null;
  }
}

function errorOf(method: string, { code, message, data }: JsonObject): MaestroError {
  const facts = { method, code: code ?? null, ...(data === undefined ? {} : { data }) };
  return new MaestroError({
    code: "rpc_error",
    message: typeof message === "string" ? message : "unknown error",
    facts,
  });
}
