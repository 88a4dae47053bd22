import { spawn } from "node:child_process";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createGunzip } from "node:zlib";
import { HERMETIC, type Repository } from "./repository.ts";

export { HERMETIC, Repository } from "./repository.ts";

/** User and password of Basic authentication. */
export interface Credentials {
  readonly user: string;
  readonly password: string;
}

/** What the forge says about a caller who comes with Git. */
export type GitVerdict =
  | {
      readonly kind: "allowed";
      readonly identity: string;
      readonly repository: Repository;
      /** Branches that only the forge itself may write. */
      readonly locked?: readonly string[];
      /** Branches that nobody may rewrite or delete. */
      readonly noForce?: readonly string[];
    }
  | { readonly kind: "unauthenticated" }
  | { readonly kind: "refused"; readonly status: 403 | 404; readonly message: string };

export interface RefUpdate {
  readonly ref: string;
  /** Forty zeros when it was new. */
  readonly before: string;
  /** Forty zeros when it was deleted. */
  readonly after: string;
}

export interface GitEvent {
  readonly path: string;
  readonly service: "git-upload-pack" | "git-receive-pack";
  readonly method: string;
  readonly identity: string | null;
  readonly status: number;
  readonly updates: readonly RefUpdate[];
}

export interface GitForge {
  /** Called for each request, with the repository's path as in the URL, without `.git`. */
  authorize(repo: string, credentials: Credentials | undefined, service: GitEvent["service"]): GitVerdict;
  /** After a request, before its answer leaves: a push is known to the forge when the pusher hears of it, if it is to hear. */
  happened(repo: string, event: GitEvent): "answer" | "drop";
}

const ROUTE = /^\/(.+?)(?:\.git)?\/(info\/refs|git-upload-pack|git-receive-pack)$/;
const ZERO = "0".repeat(40);

/** Serves a Git request through `git http-backend`; `false` when the request is none. */
export async function answerGit(forge: GitForge, message: IncomingMessage, response: ServerResponse): Promise<boolean> {
  const url = new URL(message.url ?? "/", "http://fake");
  const [, repo = "", action = ""] = ROUTE.exec(decodeURIComponent(url.pathname)) ?? [];
  const asked = action === "info/refs" ? url.searchParams.get("service") : action;
  if (asked !== "git-upload-pack" && asked !== "git-receive-pack") return false;
  const verdict = forge.authorize(repo, readCredentials(message), asked);
  const event = { path: url.pathname + url.search, service: asked, method: message.method ?? "GET" } as const;
  if (verdict.kind !== "allowed") {
    const status = verdict.kind === "refused" ? verdict.status : 401;
    forge.happened(repo, { ...event, identity: null, status, updates: [] });
    message.resume();
    const challenge = { "www-authenticate": 'Basic realm="fake"' };
    response.writeHead(status, { "content-type": "text/plain", ...(status === 401 ? challenge : {}) });
    response.end(verdict.kind === "refused" ? `${verdict.message}\n` : "Authentication required\n");
    return true;
  }
  const before = verdict.repository.refs();
  const { status, headers, body } = await runBackend(verdict, message, url, action);
  const updates = action === "git-receive-pack" ? compare(before, verdict.repository.refs()) : [];
  if (forge.happened(repo, { ...event, identity: verdict.identity, status, updates }) === "drop") {
    response.destroy();
  } else {
    response.writeHead(status, headers);
    response.end(body);
  }
  return true;
}

function readCredentials({ headers }: IncomingMessage): Credentials | undefined {
  const encoded = /^Basic (.+)$/i.exec(headers.authorization ?? "")?.[1];
  if (encoded === undefined) return undefined;
  const [user = "", ...rest] = Buffer.from(encoded, "base64").toString().split(":");
  return { user, password: rest.join(":") };
}

interface CgiAnswer {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: Buffer;
}

type Allowed = Extract<GitVerdict, { kind: "allowed" }>;

function runBackend(verdict: Allowed, message: IncomingMessage, url: URL, action: string): Promise<CgiAnswer> {
  const isZipped = message.headers["content-encoding"] === "gzip";
  const length = message.headers["content-length"];
  const settings = { "http.receivepack": "true", "uploadpack.allowFilter": "true", "safe.directory": "*" };
  const configured = Object.entries(settings).flatMap(([key, value], index): [string, string][] => [
    [`GIT_CONFIG_KEY_${index}`, key],
    [`GIT_CONFIG_VALUE_${index}`, value],
  ]);
  const child = spawn("git", ["http-backend"], {
    stdio: ["pipe", "pipe", "pipe"],
    env: {
      ...HERMETIC,
      GIT_CONFIG_COUNT: String(Object.keys(settings).length),
      ...Object.fromEntries(configured),
      GIT_PROJECT_ROOT: verdict.repository.path,
      GIT_HTTP_EXPORT_ALL: "1",
      PATH_INFO: `/${action}`,
      QUERY_STRING: url.searchParams.toString(),
      REQUEST_METHOD: message.method ?? "GET",
      CONTENT_TYPE: message.headers["content-type"] ?? "",
      ...(length === undefined || isZipped ? {} : { CONTENT_LENGTH: length }),
      GIT_PROTOCOL: String(message.headers["git-protocol"] ?? ""),
      REMOTE_USER: verdict.identity,
      REMOTE_ADDR: "127.0.0.1",
      FAKE_PROTECTED: (verdict.locked ?? []).join(" "),
      FAKE_NO_FORCE: (verdict.noForce ?? []).join(" "),
    },
  });
  const input = isZipped ? message.pipe(createGunzip()) : message;
  // The backend may end before it has read everything, for example when it refuses a push.
  child.stdin.on("error", () => input.unpipe(child.stdin));
  input.pipe(child.stdin);
  const chunks: Buffer[] = [];
  const complaints: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => complaints.push(chunk));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", () => {
      const answer = readCgi(Buffer.concat(chunks));
      if (answer === undefined) reject(new Error(`git http-backend: ${Buffer.concat(complaints).toString()}`));
      else resolve(answer);
    });
  });
}

function readCgi(bytes: Buffer): CgiAnswer | undefined {
  const end = bytes.indexOf("\r\n\r\n");
  if (end === -1) return undefined;
  const headers: Record<string, string> = {};
  for (const line of bytes.subarray(0, end).toString().split("\r\n")) {
    const colon = line.indexOf(":");
    headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
  }
  const { status = "200", ...rest } = headers;
  return { status: Number.parseInt(status, 10), headers: rest, body: bytes.subarray(end + 4) };
}

function compare(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): RefUpdate[] {
  const refs = new Set([...before.keys(), ...after.keys()]);
  return [...refs]
    .map((ref) => ({ ref, before: before.get(ref) ?? ZERO, after: after.get(ref) ?? ZERO }))
    .filter((update) => update.before !== update.after);
}
