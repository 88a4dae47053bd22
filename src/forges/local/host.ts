import { appendFile, chmod, rm } from "node:fs/promises";
import { createServer, type Server, type Socket } from "node:net";
import type { Clock } from "../../base/clock.ts";
import { MaestroError, toMaestroError } from "../../base/errors.ts";
import { parseJson } from "../../base/json.ts";
import { LineSplitter } from "../../base/jsonl.ts";
import { refusedCall } from "../../contracts/outside-faults.ts";
import { type HostFault, HostFaults } from "./host-faults.ts";
import { carryOut, isRead } from "./host-verbs.ts";
import { LocalStore } from "./local-store.ts";
import type { HostAnswer, HostRequest } from "./schema.ts";
import { validateHostRequest } from "./schema.gen.ts";
import { type Snapshot, StaleStore, takeSnapshot } from "./stale-store.ts";
import type { StoreParts } from "./store-parts.ts";

/** How a host is set up. */
export interface HostSettings {
  /** Absolute path of the socket; a left one is replaced. At most about 100 characters, as the system has it. */
  readonly socket: string;
  /** Path of the faults file. */
  readonly faults?: string | undefined;
  /** Path of the file that every call is appended to. */
  readonly log?: string | undefined;
}

/** Longest request in bytes. */
const MAX_REQUEST_BYTES = 16 * 1024 * 1024;

/** A local forge behind a socket. Its clients may vanish, time out and lose answers; what it did stays done. */
export class ForgeHost {
  readonly #parts: StoreParts;
  readonly #clock: Clock;
  readonly #settings: HostSettings;
  readonly #faults: HostFaults;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #stop = new AbortController();
  #before: Snapshot | undefined;

  constructor(parts: StoreParts, settings: HostSettings) {
    this.#parts = parts;
    this.#clock = parts.clock;
    this.#settings = settings;
    this.#faults = new HostFaults(settings.faults);
    this.#server = createServer((socket) => this.#accept(socket));
  }

  /** Begins to listen. Rejects with `forge_status` when the socket cannot be made. */
  async start(): Promise<void> {
    const { socket } = this.#settings;
    await rm(socket, { force: true });
    await new Promise<void>((resolve, reject) => {
      const fail = (error: Error): void => {
        const message = `The forge's host cannot listen at ${socket}: ${error.message}`;
        reject(new MaestroError({ code: "forge_status", message, facts: { socket }, cause: error }));
      };
      this.#server.once("error", fail);
      this.#server.listen(socket, () => {
        this.#server.off("error", fail);
        resolve();
      });
    });
    await chmod(socket, 0o600);
  }

  /** Stops listening and drops every connection. */
  async stop(): Promise<void> {
    this.#stop.abort();
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #accept(socket: Socket): void {
    const lines = new LineSplitter({ maxLineBytes: MAX_REQUEST_BYTES });
    this.#sockets.add(socket);
    socket.setEncoding("utf8");
    socket.on("close", () => this.#sockets.delete(socket));
    // A client that went away needs no answer.
    socket.on("error", () => socket.destroy());
    socket.on("data", (chunk) => {
      for (const line of lines.push(String(chunk))) void this.#serve(socket, line);
    });
  }

  async #serve(socket: Socket, line: string): Promise<void> {
    try {
      const answer = await this.#answer(line);
      if (answer === undefined) socket.destroy();
      else socket.end(`${JSON.stringify(answer)}\n`);
    } catch (error) {
      socket.end(`${JSON.stringify(failure(error))}\n`);
    }
  }

  /** `undefined`: the answer is lost. */
  async #answer(line: string): Promise<HostAnswer | undefined> {
    const request = readRequest(line);
    const taken = await this.#faults.take(request.verb);
    if (taken.fault === "lose_request") return undefined;
    if (taken.fault === "fail") throw refusedCall("forge", "local", request.verb);
    const answer = await this.#carryOut(request, taken);
    if (taken.fault === "lose_answer") return undefined;
    if (taken.fault === "late") await this.#clock.sleep(taken.lateMs, this.#stop.signal);
    return answer;
  }

  async #carryOut(request: HostRequest, { fault }: HostFault): Promise<HostAnswer> {
    const options = { signal: this.#stop.signal };
    const isStale = fault === "stale" && isRead(request.verb) && this.#before !== undefined;
    const keepsBefore = this.#faults.isPresent && !isRead(request.verb);
    const before = keepsBefore ? await takeSnapshot(this.#parts, options) : undefined;
    let effect = false;
    const store =
      isStale && this.#before !== undefined
        ? new StaleStore(this.#parts, this.#before)
        : new LocalStore(this.#parts, () => {
            effect = true;
            this.#before = before;
          });
    try {
      const value = await carryOut(store, request, options);
      await this.#tell(request, fault, effect, isRead(request.verb) ? {} : { value });
      return { version: 1, ok: true, value };
    } catch (error) {
      await this.#tell(request, fault, effect, { error: toMaestroError(error).code });
      return failure(error);
    }
  }

  /** After the effect and before the answer, so that no effect that somebody heard of is missing. */
  async #tell(request: HostRequest, fault: HostFault["fault"], effect: boolean, outcome: object): Promise<void> {
    if (this.#settings.log === undefined) return;
    const { verb, arguments: args } = request;
    const call = { version: 1, at: this.#clock.now(), verb, arguments: args, fault, effect, ...outcome };
    await appendFile(this.#settings.log, `${JSON.stringify(call)}\n`);
  }
}

function readRequest(line: string): HostRequest {
  const request: unknown = parseJson(line);
  if (validateHostRequest(request)) return request;
  throw new MaestroError({
    code: "forge_status",
    message: "The forge's host does not know this request; it speaks version 1.",
    hint: "Start the host from the same Maestro as its clients.",
  });
}

function failure(error: unknown): HostAnswer {
  const { code, message, hint, retryable } = toMaestroError(error);
  return {
    version: 1,
    ok: false,
    error: { code, message, retryable, ...(hint === undefined ? {} : { hint }) },
  };
}
