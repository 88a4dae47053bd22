import { getConnInfo } from "@hono/node-server/conninfo";
import { type Context, Hono } from "hono";
import type { Access, Caller } from "./access.ts";
import type { Respond, Workings } from "./call.ts";
import { changeRoutes } from "./change-routes.ts";
import { commandRoutes } from "./command-routes.ts";
import { ERRORS, refusal } from "./errors.ts";
import { eventRoutes } from "./event-routes.ts";
import { EventStreams } from "./event-streams.ts";
import { hookRoutes } from "./hook-routes.ts";
import { issueRoutes } from "./issue-routes.ts";
import { laneRoutes } from "./lane-routes.ts";
import { LateSignal } from "./late.ts";
import { Metrics } from "./metrics.ts";
import { isLoopback, isOurs } from "./origin.ts";
import { LOGIN_HINT } from "./page.ts";
import { addPages } from "./page-routes.ts";
import type { HttpParts } from "./parts.ts";
import { ClientPace } from "./client-pace.ts";
import { mayDo, roleFor } from "./roles.ts";
import { problemOf, problemReply } from "./reply.ts";
import { Query, readBody, readBytes } from "./request.ts";
import type { RouteSpec } from "./route-spec.ts";
import { ROUTES, type RouteName } from "./route-table.ts";
import { runRoutes } from "./run-routes.ts";
import { sessionRoutes } from "./session-routes.ts";
import { StateCache } from "./state-cache.ts";
import { statusRoutes } from "./status-routes.ts";
import { TranscriptPages } from "./transcript-pages.ts";

/** Longest time until an answer begins, milliseconds: a record that is slow must not pile up requests (S-234). */
const DEADLINE_MS = 10_000;
/** Answers that a program should ask again for say so, seconds. */
const RETRY_AFTER = { "retry-after": "2" };

/** The routes, with what has to be ended when the server ends. */
export interface Routing {
  readonly app: Hono;
  /** Says goodbye to all who follow the events. */
  endStreams(): void;
  /** Lets go of files and of the record. */
  close(): void;
}

/** Builds everything behind a socket. What is answered are web standard objects, so that tests need none. */
export function routing(parts: HttpParts, access: Access): Routing {
  const states = new StateCache(parts);
  const streams = new EventStreams(parts);
  const metrics = new Metrics({ parts, states, streams: () => streams.size });
  const transcripts = new TranscriptPages(parts);
  const workings: Workings = { parts, access, states, streams, transcripts, metrics };
  const responds: Record<RouteName, Respond> = {
    ...statusRoutes(workings),
    ...issueRoutes(workings),
    ...laneRoutes(workings),
    ...runRoutes(workings),
    ...changeRoutes(workings),
    ...commandRoutes(workings),
    ...hookRoutes(workings),
    ...eventRoutes(workings),
    ...sessionRoutes(workings),
  };
  const app = new Hono();
  const door = new Door(parts, access, metrics);
  for (const { path, methods } of paths()) {
    for (const [name, spec] of methods) {
      app.on(spec.method, honoPath(path), (context) => door.answer(context, name, spec, responds[name]));
    }
    const allow = methods.map(([, { method }]) => (method === "GET" ? "GET, HEAD" : method)).join(", ");
    app.all(honoPath(path), (context) => door.guarded(context, () => notAllowed(allow)));
  }
  app.use("*", async (context, next) => {
    if (!isOurs(context.req.raw.headers, parts.host)) return refused("foreign_origin");
    return next();
  });
  addPages(app, { parts, access, states });
  app.notFound(() => refused("not_found"));
  app.onError((error) => door.failed(error, "page"));
  const close = (): void => {
    transcripts.close();
    metrics.close();
  };
  return { app, endStreams: () => streams.end("stopping"), close };
}

/** Lets requests in: whether they are ours, who asks, what they ask; and tells what went wrong. */
class Door {
  readonly #parts: HttpParts;
  readonly #access: Access;
  readonly #metrics: Metrics;
  readonly #isLoopback: boolean;
  readonly #pace: ClientPace;

  constructor(parts: HttpParts, access: Access, metrics: Metrics) {
    this.#parts = parts;
    this.#access = access;
    this.#metrics = metrics;
    this.#isLoopback = isLoopback(parts.host);
    this.#pace = new ClientPace(parts.clock);
  }

  async answer(context: Context, name: RouteName, spec: RouteSpec, respond: Respond): Promise<Response> {
    const begun = this.#parts.clock.monotonic();
    const reply = await this.#answerOf(context, name, spec, respond);
    this.#metrics.answered(spec.path, spec.method, reply.status, this.#parts.clock.monotonic() - begun);
    return reply;
  }

  guarded(context: Context, respond: () => Response): Response {
    return isOurs(context.req.raw.headers, this.#parts.host) ? respond() : refused("foreign_origin");
  }

  failed(error: unknown, route: string): Response {
    const { code, status, message, at, hint, isOurs: isLogged } = problemOf(error);
    if (isLogged)
      this.#parts.log.error("http request failed", { route, error: error instanceof Error ? error : String(error) });
    const more = { ...(at === undefined ? {} : { at }), ...(hint === undefined ? {} : { hint }) };
    return problemReply(
      code,
      status,
      this.#parts.secrets.redact(message),
      more,
      status === 503 || status === 429 ? RETRY_AFTER : {},
    );
  }

  async #answerOf(context: Context, name: RouteName, spec: RouteSpec, respond: Respond): Promise<Response> {
    const request = context.req.raw;
    if (spec.access !== "signed" && !isOurs(request.headers, this.#parts.host)) return refused("foreign_origin");
    const address = addressOf(context);
    if (!this.#pace.mayAsk(address)) return this.failed(refusal("too_many_requests"), name);
    try {
      const caller = this.#callerOf(request, spec, address);
      const query = this.#queryOf(request, spec);
      const body = spec.body === undefined ? {} : await readBody(request, spec.body.optional === true);
      const raw = spec.rawBody === undefined ? new Uint8Array() : await readBytes(request, spec.rawBody);
      const params: Record<string, string> = context.req.param();
      const late = new LateSignal();
      const answer = respond({ request, params, query, body, raw, caller, late });
      return answer instanceof Response ? answer : await late.wait(this.#parts.clock, DEADLINE_MS, answer);
    } catch (error) {
      return this.failed(error, name);
    }
  }

  #callerOf(request: Request, spec: RouteSpec, address: string): Caller | null {
    const { access } = spec;
    if (access === "open" || access === "signed") return null;
    const caller = this.#access.identify(request.headers);
    // Without a token everybody on this machine may use these, so a token's role takes nothing away.
    if (access === "reader" && this.#isLoopback) return caller;
    if (caller !== null && mayDo(caller.role, roleFor(spec))) return caller;
    if (caller !== null) throw refusal("role_needed");
    if (!this.#pace.mayGuess(address)) throw refusal("too_many_requests");
    throw refusal("unauthorized", `${ERRORS.unauthorized.meaning} ${LOGIN_HINT}`);
  }

  /** Symphony's routes take no query and mind none. */
  #queryOf(request: Request, { path, query = {} }: RouteSpec): Query {
    const at = request.url.indexOf("?");
    if (at < 0 || !path.startsWith("/api/v2")) return Query.NONE;
    return Query.read(new URLSearchParams(request.url.slice(at + 1)), query);
  }
}

/** Paths in the order of the table, with their methods: fixed ones come before those with a parameter. */
function paths(): { readonly path: string; readonly methods: (readonly [RouteName, RouteSpec])[] }[] {
  const byPath = new Map<string, (readonly [RouteName, RouteSpec])[]>();
  for (const name of routeNames()) {
    const spec: RouteSpec = ROUTES[name];
    byPath.set(spec.path, [...(byPath.get(spec.path) ?? []), [name, spec]]);
  }
  return [...byPath].map(([path, methods]) => ({ path, methods }));
}

function routeNames(): RouteName[] {
  return Object.keys(ROUTES).filter((name): name is RouteName => Object.hasOwn(ROUTES, name));
}

/** Who asks, as the socket says; headers are the client's own word. */
function addressOf(context: Context): string {
  try {
    return getConnInfo(context).remote.address ?? "unknown";
  } catch {
    // A request without a socket, as tests make them.
    return "none";
  }
}

function honoPath(path: string): string {
  return path.replace(/\{(\w+)\}/g, ":$1");
}

function refused(code: "foreign_origin" | "not_found"): Response {
  return problemReply(code, ERRORS[code].status, ERRORS[code].meaning);
}

function notAllowed(allow: string): Response {
  return problemReply("method_not_allowed", 405, `Use ${allow}.`, {}, { allow });
}
