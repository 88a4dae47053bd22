import type { Call, Service } from "../shared/fake-server.ts";
import type { Fault } from "../shared/faults.ts";
import type { Reply, Request } from "../shared/http.ts";
import { COMMENT_ROUTES } from "./comments.ts";
import { type Caller, identify, requestToken } from "./identity.ts";
import { readParams, required } from "./params.ts";
import type { RateLimit } from "./rate-limit.ts";
import { helloWorld, Refusal, success, tooMany } from "./refusal.ts";
import { RELATION_ROUTES } from "./relations.ts";
import { ITEM_ROUTES } from "./work-items.ts";
import { WORKFLOW_ROUTES } from "./workflows.ts";
import type { Route, World } from "./world.ts";

export interface TapdParts {
  readonly world: World;
  readonly limit: RateLimit;
  /** For how long readers still see the past. */
  readonly lagMs: number;
}

const ROUTES: Record<string, Route> = { ...COMMENT_ROUTES, ...ITEM_ROUTES, ...RELATION_ROUTES, ...WORKFLOW_ROUTES };
/** First parts of the paths that TAPD knows; every other one is greeted. */
const KNOWN = ["quickstart", "tokens", "stories", "bugs", "comments", "workitem_types", "workflows"];
/** TAPD has these too, but the documents do not say enough to play them. */
const NOT_PLAYED = ["tasks", "iterations", "workspaces"];

/** TAPD over HTTP: one envelope, GET and POST only. */
export function serveTapd(parts: TapdParts): Service {
  const { world, limit } = parts;
  return {
    name: "tapd",
    describe,
    answer: async (call) => answer(parts, call),
    refuseForRate: (call: Call, fault: Fault): Reply => {
      call.identity = accountOf(world, call.request);
      return { ...tooMany(call.identity ?? "unknown", limit.perTenMinutes, fault.retryAfter) };
    },
    snapshot: () => world.store.state,
  };
}

function describe(request: Request): Pick<Call, "operation" | "aliases" | "variables"> {
  return { operation: `${request.method} ${request.path}`, aliases: [], variables: paramsOrNone(request) };
}

function paramsOrNone(request: Request): Record<string, string> {
  try {
    return readParams(request);
  } catch (error) {
    // What cannot be read is refused by the answer.
    if (error instanceof Refusal) return {};
    throw error;
  }
}

function accountOf({ store, server }: World, request: Request): string | null {
  try {
    return identify(store.state, request, server.clock.now()).account;
  } catch (error) {
    if (error instanceof Refusal) return null;
    throw error;
  }
}

function answer(parts: TapdParts, call: Call): Reply {
  const { world, limit } = parts;
  const head = call.request.path.split("/")[1] ?? "";
  if (!KNOWN.includes(head) && !NOT_PLAYED.includes(head)) return helloWorld();
  try {
    const reply = carryOut(parts, call, head);
    if (call.effect) world.store.commit();
    return { ...reply, headers: { ...limit.headers(), ...reply.headers } };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { ...error.reply, headers: limit.headers() };
  }
}

function carryOut(parts: TapdParts, call: Call, head: string): Reply {
  const { world, limit } = parts;
  const { request } = call;
  const { store, server } = world;
  if (call.operation === "POST /tokens/request_token") {
    const reply = requestToken(store.state, request, server.clock.now());
    call.effect = true;
    return reply;
  }
  const caller = identify(store.state, request, server.clock.now());
  call.identity = caller.account;
  if (!limit.take(caller.account)) return tooMany(caller.account, limit.perTenMinutes, undefined);
  if (NOT_PLAYED.includes(head)) throw new Refusal(501, `NOT_SERVED: this fake does not play ${call.operation}`);
  if (call.operation === "GET /quickstart/testauth") return success({ api_user: caller.account });
  const route = ROUTES[call.operation];
  if (route === undefined) throw new Refusal(404, "Not Found");
  return inWorkspace(parts, call, caller, route);
}

function inWorkspace({ world, lagMs }: TapdParts, call: Call, caller: Caller, route: Route): Reply {
  const { workspace_id: _, ...params } = readParams(call.request);
  const id = required(readParams(call.request), "workspace_id");
  const data = call.request.method === "GET" ? world.store.at(Math.max(lagMs, call.lagMs)) : world.store.state;
  const workspace = data.workspaces.find((one) => one.id === id);
  if (workspace === undefined || caller.workspaces?.includes(id) === false) {
    throw new Refusal(404, "workspace not existed");
  }
  return route({ world, call, data, workspace, params, account: caller.account });
}
