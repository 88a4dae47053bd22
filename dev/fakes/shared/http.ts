import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";

export interface Request {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly raw: Buffer;
  /** Of this fake, for links in answers. */
  readonly origin: string;
}

export interface Reply {
  readonly status: number;
  readonly headers?: Record<string, string>;
  /** An object is sent as JSON, text and bytes as they are; nothing for `undefined`. */
  readonly body?: unknown;
}

export interface Listening {
  readonly url: string;
  close(): Promise<void>;
}

/** Listens on loopback; `0` lets the system choose the port. */
export async function listen(
  port: number,
  answer: (request: IncomingMessage, response: ServerResponse) => Promise<void>,
): Promise<Listening> {
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      // A fault of the fake itself must be seen as one, and not as an answer of the service that it plays.
      response.writeHead(599, { "content-type": "text/plain" });
      response.end(`fake broken: ${error instanceof Error ? error.stack : String(error)}`);
    });
  });
  // A connection ends when its user or the fake ends, never by a timer that races with the next request.
  server.keepAliveTimeout = 0;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  const { port: chosen } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${chosen}`, close: () => close(server) };
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

export async function readRequest(message: IncomingMessage): Promise<Request> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  const origin = `http://${message.headers.host ?? "127.0.0.1"}`;
  const url = new URL(message.url ?? "/", origin);
  return {
    method: message.method ?? "GET",
    path: url.pathname,
    query: url.searchParams,
    headers: message.headers,
    raw: Buffer.concat(chunks),
    origin,
  };
}

export function bytesOf({ body }: Reply): Buffer {
  if (body === undefined) return Buffer.alloc(0);
  if (Buffer.isBuffer(body)) return body;
  return Buffer.from(typeof body === "string" ? body : JSON.stringify(body));
}

export function send(response: ServerResponse, reply: Reply): void {
  const bytes = bytesOf(reply);
  const type = typeof reply.body === "string" ? "text/html; charset=utf-8" : "application/json; charset=utf-8";
  const content = bytes.length > 0 ? { "content-type": type } : {};
  response.writeHead(reply.status, { ...content, "content-length": String(bytes.length), ...reply.headers });
  response.end(bytes);
}
