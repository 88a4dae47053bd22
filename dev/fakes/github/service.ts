import { createHash, randomUUID } from "node:crypto";
import { Kind, parse } from "graphql";
import type { Call, Service } from "../shared/fake-server.ts";
import type { Fault } from "../shared/faults.ts";
import { bytesOf, type Reply, type Request } from "../shared/http.ts";
import { isJson, type Json, tryParse } from "../shared/json.ts";
import { answerGraphql } from "./graphql/answer.ts";
import { identify, loginOf } from "./identity.ts";
import { mergeWaiting } from "./pull-events.ts";
import { type RateLimit, secondaryRefusal } from "./rate-limit.ts";
import { badCredentials, notFound, Refusal } from "./refusal.ts";
import type { Ask } from "./rest/ask.ts";
import { findRoute, ROUTES } from "./rest/index.ts";
import { checkBody, complete } from "./rest-schema.ts";
import { divert } from "./git-side.ts";
import type { World } from "./world.ts";

export interface GithubParts {
  readonly world: World;
  readonly limit: RateLimit;
  /** For how long readers still see the past. */
  readonly lagMs: number;
  /** How long an entry stays in the merge queue before it is merged or put out. */
  readonly queueMs: number;
}

/** GitHub over HTTP: REST, GraphQL at `/graphql`, Git beside it. */
export function serveGithub(parts: GithubParts): Service {
  const { world, limit } = parts;
  return {
    name: "github",
    describe,
    divert: (message, response) => divert(parts, message, response),
    answer: (call) => answer(parts, call),
    refuseForRate: (call: Call, fault: Fault): Reply => {
      const caller = callerOf(call.request);
      if (fault.variant === "primary") {
        limit.exhaust(caller, resourceOf(call));
        return limit.refusal(caller, resourceOf(call)).reply;
      }
      return secondaryRefusal(fault.status === 429 ? 429 : 403, fault.retryAfter ?? 60).reply;
    },
    snapshot: () => world.data,
  };
}

/** A server of one's own has its API below `/api`. */
function pathOf({ path }: Request): string {
  return path.replace(/^\/api\/v3(?=\/)/, "").replace(/^\/api\/graphql$/, "/graphql");
}

function describe(request: Request): Pick<Call, "operation" | "aliases" | "variables"> {
  const body = tryParse(request.raw.toString());
  const path = pathOf(request);
  if (path === "/graphql" && isJson(body) && typeof body.query === "string") {
    const variables = isJson(body.variables) ? body.variables : {};
    return { ...nameDocument(body.query), variables };
  }
  const found = findRoute(request.method, path);
  const operation = found?.route ?? `${request.method} ${path}`;
  return { operation, aliases: [], variables: { ...found?.params, ...(isJson(body) ? body : {}) } };
}

function nameDocument(query: string): Pick<Call, "operation" | "aliases"> {
  try {
    const operation = parse(query).definitions.find((one) => one.kind === Kind.OPERATION_DEFINITION);
    const [root] = operation?.selectionSet.selections ?? [];
    const field = root?.kind === Kind.FIELD ? root.name.value : "";
    return { operation: `${operation?.operation} ${field}`, aliases: [operation?.name?.value ?? field] };
  } catch {
    // What does not parse is refused by the answer.
    return { operation: "POST /graphql", aliases: [] };
  }
}

function resourceOf(call: Call): "core" | "graphql" {
  return pathOf(call.request) === "/graphql" ? "graphql" : "core";
}

/** Limits are counted per token. */
function callerOf({ headers }: Request): string | null {
  return headers.authorization === undefined
    ? null
    : createHash("sha256").update(headers.authorization).digest("hex").slice(0, 12);
}

async function answer(parts: GithubParts, call: Call): Promise<Reply> {
  const { world, limit } = parts;
  const { request } = call;
  const log = /^\/_logs\/(\d+)$/.exec(request.path)?.[1];
  if (log !== undefined) {
    const run = world.data.checkRuns.find(({ id }) => id === Number(log));
    return { status: 200, body: Buffer.from(run?.log ?? ""), headers: { "content-type": "text/plain; charset=utf-8" } };
  }
  const caller = callerOf(request);
  const resource = resourceOf(call);
  try {
    const who = identify(world.data, request.headers.authorization, world.now);
    call.identity = loginOf(who);
    if (pathOf(request) === "/rate_limit") return decorate(parts, call, rateLimits(limit, caller));
    limit.check(caller, resource);
    const isRead = resource === "graphql" ? call.operation.startsWith("query") : request.method === "GET";
    const data = isRead ? world.store.at(Math.max(parts.lagMs, call.lagMs)) : world.data;
    const doing = { world, call, data, actor: call.identity ?? "", who };
    mergeWaiting(doing, parts.queueMs);
    const reply =
      resource === "graphql"
        ? await answerGraphql(doing, limit, caller, tryParse(request.raw.toString()))
        : rest(doing);
    mergeWaiting(doing, parts.queueMs);
    if (call.effect) world.store.commit();
    return conditional(parts, call, reply, caller);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    if (call.effect) world.store.commit();
    limit.use(caller, resource);
    return decorate(parts, call, error.reply);
  }
}

function rest(doing: Pick<Ask, "world" | "call" | "data" | "actor" | "who">): Reply {
  const { request } = doing.call;
  const found = findRoute(request.method, pathOf(request));
  const route = found && ROUTES[found.route];
  if (found === undefined || route === undefined) throw notFound();
  if (request.headers.authorization !== undefined && doing.who.kind === "nobody") throw badCredentials();
  const raw = request.raw.toString();
  const body = raw === "" ? {} : tryParse(raw);
  if (body === undefined) throw new Refusal(400, "Problems parsing JSON");
  if (request.method !== "GET" && raw !== "") checkBody(found.route, body);
  const ask: Ask = { ...doing, params: found.params, query: request.query, body: bodyOf(body) };
  const reply = route(ask);
  const isData = reply.status < 300 && reply.body !== undefined && !Buffer.isBuffer(reply.body);
  return isData ? { ...reply, body: complete(found.route, reply.status, reply.body) } : reply;
}

/** Labels may come as a bare list. */
function bodyOf(body: unknown): Json {
  if (Array.isArray(body)) return { labels: body };
  return isJson(body) ? body : {};
}

/** `304` for what the caller has already; that costs nothing. */
function conditional(parts: GithubParts, call: Call, reply: Reply, caller: string | null): Reply {
  const resource = resourceOf(call);
  const isCacheable = call.request.method === "GET" && reply.status === 200;
  const etag = `W/"${createHash("sha256")
    .update(bytesOf(reply))
    .update(reply.headers?.link ?? "")
    .digest("hex")}"`;
  if (isCacheable && caller !== null && call.request.headers["if-none-match"] === etag) {
    return decorate(parts, call, { status: 304, headers: { etag } });
  }
  parts.limit.use(caller, resource);
  return decorate(
    parts,
    call,
    isCacheable
      ? { ...reply, headers: { ...reply.headers, etag, "cache-control": "private, max-age=60, s-maxage=60" } }
      : reply,
  );
}

function decorate({ limit }: GithubParts, call: Call, reply: Reply): Reply {
  const own = {
    "x-github-request-id": randomUUID(),
    "x-github-media-type": "github.v3; format=json",
    ...limit.headers(callerOf(call.request), resourceOf(call)),
  };
  return { ...reply, headers: { ...own, ...reply.headers } };
}

function rateLimits(limit: RateLimit, caller: string | null): Reply {
  const core = limit.status(caller, "core");
  const resources = {
    core,
    graphql: limit.status(caller, "graphql"),
    search: { ...core, limit: 30, remaining: 30, used: 0 },
  };
  return { status: 200, body: { resources, rate: core } };
}
