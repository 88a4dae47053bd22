import type { Random } from "../../base/random.ts";
import type { SecretRegistry } from "../../base/redact.ts";
import type { Listener } from "./listener.ts";
import type { ServedRun } from "./protocol.ts";

/** What the server is built from. */
export interface ToolServerParts {
  readonly random: Random;
  readonly secrets: SecretRegistry;
}

/** The right of one run to use the server. */
export interface Admission {
  readonly url: string;
  /** Bearer token: the run's identity, because agents send no other. Its first half is registered for redaction. */
  readonly token: string;
  /** Takes the right back. Calls that are under way are answered. */
  end(): void;
}

/** The tools of runs as an MCP server (streamable HTTP without sessions) on loopback, for agents that take tools that way. */
export interface ToolServer {
  /** Serves the tools of a run. Listens from the first run on. Throws `http_failed` when no port can be had. */
  admit(run: ServedRun): Promise<Admission>;
  /** Ends all rights and the server. Idempotent. */
  close(): Promise<void>;
}

/** A tool server that nobody uses yet costs nothing. */
export function createToolServer(parts: ToolServerParts): ToolServer {
  const runs = new Map<string, ServedRun>();
  // All tokens begin with it, so that the list of secrets does not grow with the runs: the other half alone opens nothing.
  const common = parts.random.hex(16);
  parts.secrets.register("tool server token", common);
  let listening: Promise<Listener> | null = null;
  return {
    admit: async (run) => {
      const { listen, tokenKey } = await import("./listener.ts");
      listening ??= listen(runs);
      const { url } = await listening;
      const token = `${common}${parts.random.hex(16)}`;
      const key = tokenKey(token);
      runs.set(key, run);
      return { url, token, end: () => void runs.delete(key) };
    },
    close: async () => {
      runs.clear();
      const open = await listening?.catch(() => null);
      listening = null;
      await open?.close();
    },
  };
}
