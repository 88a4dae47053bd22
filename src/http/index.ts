import { serve, type ServerType } from "@hono/node-server";
import { MaestroError } from "../base/errors.ts";
import { Access } from "./access.ts";
import type { HttpParts } from "./parts.ts";
import { routing } from "./routes.ts";
import { linkOf } from "./session-routes.ts";

export type { Asking, ChangeReading, Health, HttpParts, Reading } from "./parts.ts";

/** A connection on which nothing moved for so long is cut, milliseconds. Who follows the events hears something every 15 seconds. */
const STALLED_MS = 60_000;

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
            await closeServer(server);
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

/** Ends open connections too: a browser that keeps one alive must not hold the service. */
function closeServer(server: ServerType): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    if ("closeAllConnections" in server) server.closeAllConnections();
  });
}
