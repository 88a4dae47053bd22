import { serve, type ServerType } from "@hono/node-server";
import { MaestroError } from "../base/errors.ts";
import type { HttpParts } from "./parts.ts";
import { routes } from "./routes.ts";

export type { HttpParts } from "./parts.ts";

/** A server that listens. */
export interface HttpServer {
  readonly url: string;
  close(): Promise<void>;
}

/** Starts the server. Throws `port_in_use`, or `http_failed` when the address cannot be had. */
export function startHttp(parts: HttpParts): Promise<HttpServer> {
  return new Promise((resolve, reject) => {
    const server = serve(
      { fetch: routes(parts).fetch, hostname: parts.host, port: parts.port, overrideGlobalObjects: false },
      (address) =>
        resolve({
          url: `http://${parts.host.includes(":") ? `[${parts.host}]` : parts.host}:${address.port}`,
          close: () => close(server),
        }),
    );
    server.once("error", (error: NodeJS.ErrnoException) => reject(failure(error, parts)));
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
function close(server: ServerType): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    if ("closeAllConnections" in server) server.closeAllConnections();
  });
}
