import { isMaestroError, MaestroError } from "../../base/errors.ts";
import type { JsonObject, JsonValue } from "../../base/json.ts";
import { RpcPeer } from "../../base/json-rpc.ts";
import { exitSentence, type LaunchedAgent } from "../../contracts/agent-launch.ts";
import type { SessionRequest } from "../../contracts/agent-provider.ts";
import { versionIn } from "./map.ts";
import { validateGreeting } from "./schema.gen.ts";

/** What a session does with what Codex sends. */
export interface CodexListener {
  /** Any line: it lives. */
  readonly onLine: () => void;
  readonly onRequest: (method: string, params: JsonObject) => Promise<JsonValue>;
  readonly onNotification: (method: string, params: JsonObject) => void;
  readonly onNoise: (line: string) => void;
}

/** A conversation with one app server: JSON-RPC in lines, without the member `jsonrpc`. */
export class CodexClient {
  readonly #peer: RpcPeer;
  readonly #responseMs: number;

  constructor(agent: LaunchedAgent, { clock, limits }: SessionRequest, listener: CodexListener) {
    const { process } = agent;
    this.#responseMs = limits.responseMs;
    this.#peer = new RpcPeer({
      clock,
      versioned: false,
      write: (line) => process.write(`${line}\n`),
      ...listener,
    });
    void process.exited.then((exit) => this.#peer.close(exitSentence(exit)));
    agent.listen((line) => {
      listener.onLine();
      this.#peer.receive(line);
    });
  }

  /** Asks, and waits no longer than a response may take. Throws `response_timeout`, `aborted`, `rpc_closed`, `rpc_error`. */
  async ask(method: string, params: JsonObject, signal?: AbortSignal): Promise<JsonValue> {
    try {
      return await this.#peer.request(method, params, this.#responseMs, signal);
    } catch (error) {
      if (!isMaestroError(error) || error.code !== "deadline") throw error;
      const message = `Codex did not answer ${method} within ${this.#responseMs} ms.`;
      throw new MaestroError({ code: "response_timeout", message });
    }
  }

  /** Shakes hands; returns the version of the program. Throws like `ask`. */
  async greet(signal: AbortSignal): Promise<string | null> {
    const greeting = await this.ask(
      "initialize",
      {
        clientInfo: { name: "maestro", title: "Maestro", version: "1" },
        // For tools over this channel and for ending commands that outlive an interrupted turn.
        capabilities: { experimentalApi: true, requestAttestation: false },
      },
      signal,
    );
    await this.#peer.notify("initialized", {});
    return validateGreeting(greeting) ? versionIn(greeting.userAgent) : null;
  }
}
