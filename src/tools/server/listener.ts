import { serve, type ServerType } from "@hono/node-server";
import { type Context, Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { shortHash } from "../../base/ids.ts";
import { answerMessage, errorOf, type ServedRun } from "./protocol.ts";
import { validateRpcMessage } from "./schema.gen.ts";

/** Largest request, bytes; arguments of tools are far smaller. */
const MAX_BODY_BYTES = 1024 * 1024;
const LOOPBACK = "127.0.0.1";
const PARSE_ERROR = -32_700;
const INVALID_REQUEST = -32_600;

/** A server that listens. */
export interface Listener {
  readonly url: string;
  close(): Promise<void>;
}

/** Runs by the hash of their token: comparing tokens takes no time that tells of them. */
export type RunsByToken = ReadonlyMap<string, ServedRun>;

/** The key of a token. */
export function tokenKey(token: string): string {
  return shortHash(token, 64);
}

/** Serves runs on a free port of loopback. */
export function listen(runs: RunsByToken): Promise<Listener> {
  return new Promise((resolve, reject) => {
    const options = { fetch: routes(runs).fetch, hostname: LOOPBACK, port: 0, overrideGlobalObjects: false };
    const server = serve(options, ({ port }) =>
      resolve({ url: `http://${LOOPBACK}:${port}/mcp`, close: () => closed(server) }),
    );
    server.once("error", reject);
  });
}

function routes(runs: RunsByToken): Hono {
  const app = new Hono();
  app.use(bodyLimit({ maxSize: MAX_BODY_BYTES }));
  app.post("/mcp", async (context) => {
    const run = runs.get(tokenKey(bearerOf(context)));
    if (run === undefined || context.req.header("origin") !== undefined) return context.body(null, 401);
    let message: unknown;
    try {
      message = await context.req.json();
    } catch {
      return context.json(errorOf(null, PARSE_ERROR, "This is no JSON."), 400);
    }
    if (!validateRpcMessage(message)) {
      return context.json(errorOf(null, INVALID_REQUEST, "This is no message of JSON-RPC 2.0."), 400);
    }
    const answer = await answerMessage(message, run);
    return answer === null ? context.body(null, 202) : context.json(answer);
  });
  // There is no stream to listen to and no session to end: clients take this for an answer.
  app.all("/mcp", (context) => context.body(null, 405, { Allow: "POST" }));
  return app;
}

function bearerOf(context: Context): string {
  return /^Bearer (.+)$/i.exec(context.req.header("authorization") ?? "")?.[1] ?? "";
}

function closed(server: ServerType): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    if ("closeAllConnections" in server) server.closeAllConnections();
  });
}
