import {
  type DocumentNode,
  execute,
  GraphQLError,
  type GraphQLFieldResolver,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  parse,
  validate,
} from "graphql";
import { isoOf } from "../shared/clock.ts";
import type { Call, FakeServer, Service } from "../shared/fake-server.ts";
import type { Fault } from "../shared/faults.ts";
import type { Reply, Request } from "../shared/http.ts";
import { isJson, type Json, tryParse } from "../shared/json.ts";
import type { Store } from "../shared/store.ts";
import { complexityOf } from "./complexity.ts";
import { mutationsOf } from "./mutations.ts";
import { notify } from "./notices.ts";
import { queriesOf } from "./queries.ts";
import type { RateLimit } from "./rate-limit.ts";
import { rateLimited, refuse, tooComplex, UNAUTHENTICATED } from "./refusal.ts";
import type { LinearData } from "./state.ts";
import type { Sight } from "./views.ts";

export interface LinearParts {
  readonly server: FakeServer;
  readonly store: Store<LinearData>;
  readonly limit: RateLimit;
  readonly schema: GraphQLSchema;
  /** How long a reader still sees the past after a change. */
  readonly lagMs: number;
  /** How long a new relation stays unseen. */
  readonly relationLagMs: number;
}

interface Understood {
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  readonly variables: Json;
}

/** Linear over HTTP: one path, one method. */
export function serveLinear(parts: LinearParts): Service {
  const { server, store, limit } = parts;
  return {
    name: "linear",
    describe,
    answer: (call) => answer(parts, call),
    refuseForRate: (call: Call, fault: Fault): Reply => {
      const key = keyOf(call.request);
      limit.exhaust(key);
      const retry = fault.retryAfter === undefined ? {} : { "retry-after": String(fault.retryAfter) };
      return refuse(400, rateLimited("requests"), { ...limit.headers(key, 0), ...retry });
    },
    snapshot: () => ({ ...store.state, now: isoOf(server.clock.now()) }),
  };
}

function describe(request: Request) {
  const body = tryParse(request.raw.toString());
  const variables = isJson(body) && isJson(body.variables) ? body.variables : {};
  const understood = understand(body);
  if (understood === undefined) return { operation: `${request.method} ${request.path}`, aliases: [], variables };
  const { operation } = understood;
  const [root] = operation.selectionSet.selections;
  const field = root?.kind === Kind.FIELD ? root.name.value : "";
  return { operation: `${operation.operation} ${field}`, aliases: [operation.name?.value ?? field], variables };
}

function understand(body: unknown): Understood | undefined {
  if (!isJson(body) || typeof body.query !== "string") return undefined;
  try {
    const document = parse(body.query);
    const operations = document.definitions.filter((one) => one.kind === Kind.OPERATION_DEFINITION);
    const operation = operations.find((one) => operations.length === 1 || one.name?.value === body.operationName);
    if (operation === undefined) return undefined;
    return { document, operation, variables: isJson(body.variables) ? body.variables : {} };
  } catch {
    // A document that does not parse is answered like every other bad input, in `answer`.
    return undefined;
  }
}

async function answer(parts: LinearParts, call: Call): Promise<Reply> {
  const { store, limit } = parts;
  const { request } = call;
  if (request.path !== "/graphql") return { status: 404, body: "Not Found" };
  if (request.method !== "POST") return { status: 405, body: "Method Not Allowed", headers: { allow: "POST" } };
  const key = keyOf(request);
  const owner = store.state.keys.find((known) => known.key === key.replace(/^Bearer /, ""));
  const user = store.state.users.find(({ id, active }) => id === owner?.userId && active);
  if (user === undefined) return refuse(401, UNAUTHENTICATED);
  call.identity = user.name;

  const understood = understand(tryParse(request.raw.toString()));
  if (understood === undefined) return badRequest("GRAPHQL_PARSE_FAILED", [new GraphQLError("Syntax Error")]);
  const mistakes = validate(parts.schema, understood.document);
  if (mistakes.length > 0) return badRequest("GRAPHQL_VALIDATION_FAILED", mistakes);
  const complexity = complexityOf(understood.document, understood.operation, understood.variables);
  if (complexity > limit.limits.queryComplexity) {
    return refuse(400, tooComplex(complexity, limit.limits.queryComplexity), limit.headers(key, complexity));
  }
  const used = limit.take(key, complexity);
  if (used !== undefined) return refuse(400, rateLimited(used), limit.headers(key, complexity));
  const reply = await carryOut(parts, call, understood, user.id, key);
  return { ...reply, headers: limit.headers(key, complexity) };
}

async function carryOut(
  parts: LinearParts,
  call: Call,
  { document, operation, variables }: Understood,
  viewerId: string,
  key: string,
): Promise<Reply> {
  const { server, store, limit, relationLagMs } = parts;
  const now = server.clock.now();
  const isRead = operation.operation === "query";
  const data = isRead ? store.at(Math.max(parts.lagMs, call.lagMs)) : store.state;
  const sight: Sight = { data, viewerId, now, relationLagMs };
  const changed = (resource: string | null, action: string, id: string, updatedFrom?: Json) => {
    call.effect = true;
    store.state.syncId += 1;
    if (resource !== null) notify(server, sight, { type: resource, action, id, ...(updatedFrom && { updatedFrom }) });
  };
  const rootValue = isRead ? queriesOf(sight, key, limit, call.keep) : mutationsOf({ sight, at: isoOf(now), changed });
  const result = await execute({
    schema: parts.schema,
    document,
    operationName: operation.name?.value ?? null,
    variableValues: variables,
    rootValue,
    fieldResolver: resolveServed,
  });
  if (call.effect) store.commit();
  if (result.data === undefined) return badRequest("BAD_USER_INPUT", result.errors ?? []);
  return { status: 200, body: result };
}

/** Nothing is made up: a field of the schema that no view has is an error, not a `null`. */
const resolveServed: GraphQLFieldResolver<unknown, unknown> = (source, given, _context, info) => {
  const known = isJson(source) ? source[info.fieldName] : undefined;
  if (known === undefined) {
    const message = `This fake does not serve ${info.parentType.name}.${info.fieldName}`;
    throw new GraphQLError(message, { extensions: { code: "NOT_SERVED", type: "graphql error" } });
  }
  return typeof known === "function" ? (known as (given: Json) => unknown)(given) : known;
};

function badRequest(code: string, errors: readonly GraphQLError[]): Reply {
  const list = errors.map((error) => {
    const extensions = { type: "graphql error", code, statusCode: 400, userError: true, http: { status: 400 } };
    return { ...error.toJSON(), extensions: { ...extensions, userPresentableMessage: error.message } };
  });
  return { status: 400, body: { errors: list } };
}

function keyOf({ headers }: Request): string {
  return headers.authorization ?? "";
}
