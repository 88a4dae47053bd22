import { serve, type ServerType } from "@hono/node-server";
import type { Clock } from "../base/clock.ts";
import { MaestroError } from "../base/errors.ts";
import { Access } from "./access.ts";
import type { HttpParts } from "./parts.ts";
import { routing } from "./routes.ts";
import { linkOf } from "./session-routes.ts";

export type { Asking, ChangeReading, Health, Hooks, HttpParts, Reading } from "./parts.ts";

/** A connection on which nothing moved for so long is cut, milliseconds. Who follows the events hears something every 15 seconds. */
const STALLED_MS = 60_000;

/** How long answers may take that are on their way when the server ends, milliseconds, and how often is looked whether they are given. */
const CLOSE_GRACE_MS = 300;
const CLOSE_STEP_MS = 20;

/** A server that listens. */
export interface HttpServer {
  readonly url: string;
  /** The page with a token that opens a session, once. */
  readonly link: string;
  /** For programs: the bearer token. */
  readonly bearer: string;
  /** Lets go of those who follow the events; everything else goes on. */
  endStreams(): void;
  close(): Promise<void>;
}

/** Starts the server. Throws `port_in_use`, or `http_failed` when the address cannot be had. */
export function startHttp(parts: HttpParts): Promise<HttpServer> {
  const access = new Access(parts);
  const { app, endStreams, close } = routing(parts, access);
  return new Promise((resolve, reject) => {
    const server = serve(
      { fetch: app.fetch, hostname: parts.host, port: parts.port, overrideGlobalObjects: false },
      (address) => {
        const url = `http://${parts.host.includes(":") ? `[${parts.host}]` : parts.host}:${address.port}`;
        resolve({
          url,
          link: linkOf(url, access.newLink().token),
          bearer: access.bearer,
          endStreams,
          close: async () => {
            endStreams();
            close();
            await closeServer(server, parts.clock);
          },
        });
      },
    );
    if ("setTimeout" in server) server.setTimeout(STALLED_MS);
    server.once("error", (error: NodeJS.ErrnoException) => {
      close();
      reject(failure(error, parts));
    });
  });
}

function failure(error: NodeJS.ErrnoException, parts: HttpParts): MaestroError {
  const facts = { host: parts.host, port: parts.port, errno: error.code ?? "unknown" };
  if (error.code === "EADDRINUSE") {
    return new MaestroError({
      code: "port_in_use",
      message: `Port ${parts.port} on ${parts.host} is in use.`,
      hint: "Choose another with --port, or --port 0 for any free one.",
      facts,
      cause: error,
    });
  }
  return new MaestroError({
    code: "http_failed",
    message: `Cannot listen on ${parts.host}:${parts.port}: ${error.message}`,
    facts,
    cause: error,
  });
}

/** Answers that are on their way get a moment; then open connections are ended too: a browser that keeps one must not hold the service. */
async function closeServer(server: ServerType, clock: Clock): Promise<void> {
  const closing = new AbortController();
  const closed = new Promise<void>((resolve) => {
    server.close(() => {
      closing.abort();
      resolve();
    });
  });
  if (!("closeAllConnections" in server)) return closed;
  for (let waited = 0; waited < CLOSE_GRACE_MS && !closing.signal.aborted; waited += CLOSE_STEP_MS) {
    server.closeIdleConnections();
    // It rejects when the server has closed, which is what is waited for.
    await clock.sleep(CLOSE_STEP_MS, closing.signal).catch(() => undefined);
  }
  server.closeAllConnections();
  return closed;
}
