import { randomBytes } from "node:crypto";
import type { Call, Service } from "../shared/fake-server.ts";
import type { Reply, Request } from "../shared/http.ts";
import { isJson, type Json, tryParse } from "../shared/json.ts";
import { answerCi } from "./ci.ts";
import { divert } from "./git-side.ts";
import { identify } from "./identity.ts";
import { finishMerges } from "./pull-events.ts";
import { type RateLimit, tooMany } from "./rate-limit.ts";
import { invalid, notFound, Refusal } from "./refusal.ts";
import { type Ask, repoOf, type Route } from "./rest/ask.ts";
import { findRoute, ROUTES } from "./rest/index.ts";
import type { World } from "./world.ts";

export interface CnbParts {
  readonly world: World;
  readonly limit: RateLimit;
}

const TYPE = "application/vnd.cnb.api+json";
/** Where CI reports; no real service has this path. */
const CI = "/_ci/";

/** CNB over HTTP: REST, Git beside it. */
export function serveCnb(parts: CnbParts): Service {
  const { world } = parts;
  return {
    name: "cnb",
    describe,
    divert: (message, response) => divert(world, message, response),
    answer: async (call) => answer(parts, call),
    refuseForRate: (_call, { retryAfter }) => traced(tooMany(retryAfter).reply),
    snapshot: () => world.data,
  };
}

function describe(request: Request): Pick<Call, "operation" | "aliases" | "variables"> {
  const body = tryParse(request.raw.toString());
  const found = findRoute(request.method, request.path);
  const operation = found?.route ?? `${request.method} ${request.path}`;
  return { operation, aliases: [], variables: { ...found?.params, ...(isJson(body) ? body : {}) } };
}

function answer(parts: CnbParts, call: Call): Reply {
  const { world } = parts;
  const { request } = call;
  if (request.method === "POST" && request.path.startsWith(CI)) {
    call.effect = true;
    const body = tryParse(request.raw.toString());
    return answerCi(world, decodeURIComponent(request.path.slice(CI.length)), isJson(body) ? body : {});
  }
  try {
    const reply = carryOut(parts, call);
    if (call.effect) world.store.commit();
    return traced(reply);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    if (call.effect) world.store.commit();
    return traced(error.reply);
  }
}

function carryOut({ world, limit }: CnbParts, call: Call): Reply {
  const { request } = call;
  const token = identify(world.data, request.headers.authorization);
  call.identity = token.username;
  limit.take(token.token);
  if (!accepts(request.headers.accept)) throw new Refusal(406, `not acceptable: ${request.headers.accept}`);
  const found = findRoute(request.method, request.path);
  const route = found && ROUTES[found.route];
  if (found === undefined || route === undefined) throw notFound();
  finishMerges({ world, call, data: world.data, actor: token.username });
  const isRead = request.method === "GET";
  const data = isRead ? world.store.at(Math.max(world.ways.lagMs, call.lagMs)) : world.data;
  const doing = { world, call, data, actor: token.username };
  const ask: Ask = { ...doing, token, params: found.params, query: request.query, body: readBody(request) };
  if (found.params.repo !== undefined) repoOf(ask, route);
  checkNames(ask, route);
  return route.answer(ask);
}

function accepts(accept: string | undefined): boolean {
  return accept === undefined || accept.includes(TYPE) || accept.includes("*/*");
}

function readBody(request: Request): Json {
  const raw = request.raw.toString();
  if (request.method === "GET" || raw === "") return {};
  const body = tryParse(raw);
  if (!isJson(body)) throw invalid("body is no JSON object");
  return body;
}

/** Refuses parameters that no document lists. */
function checkNames({ query, body }: Ask, route: Route): void {
  const inQuery = ["page", "page_size", ...(route.query ?? [])];
  const unknown = [
    ...[...query.keys()].filter((name) => !inQuery.includes(name)),
    ...Object.keys(body).filter((name) => route.body?.includes(name) !== true),
  ];
  if (unknown.length > 0) throw invalid(`unknown parameter: ${unknown.join(", ")}`);
}

/** Every answer can be traced by the service's own people. */
function traced(reply: Reply): Reply {
  const traceparent = `00-${randomBytes(16).toString("hex")}-${randomBytes(8).toString("hex")}-01`;
  return { ...reply, headers: { traceparent, ...reply.headers } };
}
