import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from "../../src/base/json.ts";
import { ERRORS, type ErrorCode } from "../../src/http/errors.ts";
import type { QuerySpec, RouteSpec } from "../../src/http/route-spec.ts";
import { ROUTES } from "../../src/http/route-table.ts";
import { SCHEMAS } from "./schemas.ts";

/** What the parameters in paths are. */
const PATH_PARAMETERS: Readonly<Record<string, string>> = {
  issue: "Identifier or id of an issue, percent-encoded.",
  lane: "Id of a lane.",
  run: "Number of a run of that lane.",
  change: "Id of a change.",
  command: "Id of a command.",
  kind: "Kind of the tracker or forge: `linear`, `github`.",
};

/** The routes of the table as an OpenAPI document. Throws when the table names a schema or a parameter that is not described. */
export function openApiDocument(): JsonObject {
  const paths: Record<string, Record<string, JsonValue>> = {};
  for (const [operationId, spec] of Object.entries<RouteSpec>(ROUTES)) {
    paths[spec.path] = { ...paths[spec.path], [spec.method.toLowerCase()]: operation(operationId, spec) };
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "Maestro",
      version: "2",
      description: "What a running service shows, and the one way to ask something of it. See docs/reference/http.md.",
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    servers: [{ url: "/" }],
    paths,
    components: {
      schemas: Object.fromEntries(
        Object.entries(SCHEMAS).map(([name, schema]) => [name, withReferences(plain(schema), name)]),
      ),
      securitySchemes: {
        bearer: { type: "http", scheme: "bearer", description: "The token in `http-token` of the state directory." },
        session: {
          type: "apiKey",
          in: "cookie",
          name: "maestro_<service>",
          description: "From `POST /api/v2/session`; its name ends with 8 hex digits that belong to the service.",
        },
      },
    },
  };
}

/** Every error that a route may answer with: its own, and those of all routes like it. */
export function errorsOf(spec: RouteSpec): readonly ErrorCode[] {
  const isApi2 = spec.path.startsWith("/api/v2");
  return [
    ...(isApi2 ? (["bad_query"] as const) : []),
    ...(spec.body === undefined
      ? []
      : (["invalid_json", "invalid_body", "body_too_large", "unsupported_media_type"] as const)),
    ...(spec.access === "open" || spec.access === "signed" ? [] : (["unauthorized", "role_needed"] as const)),
    "too_many_requests" as const,
    ...(spec.access === "signed" ? [] : (["foreign_origin"] as const)),
    ...spec.errors,
    ...(spec.path === "/healthz" ? [] : (["internal", "timeout", "unavailable"] as const)),
  ];
}

function operation(operationId: string, spec: RouteSpec): JsonObject {
  const parameters = [
    ...[...spec.path.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => pathParameter(name)),
    ...Object.entries(spec.query ?? {}).map(([name, query]) => queryParameter(name, query)),
  ];
  return {
    operationId,
    summary: spec.summary,
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(spec.body === undefined ? {} : { requestBody: body(spec.body) }),
    ...(spec.rawBody === undefined ? {} : { requestBody: { required: true, content: { "*/*": {} } } }),
    responses: { ...answers(spec), ...problems(spec) },
    security: security(spec),
  };
}

/** A route for readers needs nobody on loopback, and the same as a member's elsewhere. */
function security({ access }: RouteSpec): JsonValue {
  const known = [{ bearer: [] }, { session: [] }];
  if (access === "open" || access === "signed") return [];
  return access === "reader" ? [{}, ...known] : known;
}

function pathParameter(name: string): JsonObject {
  const description = PATH_PARAMETERS[name];
  if (description === undefined) throw new Error(`The parameter {${name}} is not described.`);
  return { name, in: "path", required: true, description, schema: { type: "string" } };
}

function queryParameter(name: string, query: QuerySpec): JsonObject {
  return { name, in: "query", description: query.summary, schema: querySchema(query) };
}

function querySchema(query: QuerySpec): JsonObject {
  if (query.kind === "choice") return { type: "string", enum: query.of };
  if (query.kind === "flag") return { type: "boolean" };
  if (query.kind === "text") return { type: "string", maxLength: query.most };
  return { type: "integer", minimum: query.least, maximum: query.most };
}

function body({ schema, optional }: NonNullable<RouteSpec["body"]>): JsonObject {
  return { required: optional !== true, content: { "application/json": { schema: reference(schema) } } };
}

function answers({ answers: given }: RouteSpec): Record<string, JsonValue> {
  return Object.fromEntries(
    Object.entries(given).map(([status, what]) => [status, { description: meaningOf(status), ...contentOf(what) }]),
  );
}

/** A media type with a slash, or the name of a schema. */
function contentOf(what: string): JsonObject {
  if (what === "") return {};
  if (what === "text/event-stream") return { content: { [what]: { schema: { type: "string" }, ...EVENT_EXAMPLE } } };
  if (what.includes("/")) return { content: { [what]: {} } };
  return { content: { "application/json": { schema: reference(what) } } };
}

const EVENT_EXAMPLE = {
  example:
    'id: 41\nevent: hello\ndata: {"version":1,"seq":41,"after":41}\n\nid: 42\nevent: record\ndata: {…}\n\n: alive\n\n',
};

function problems(spec: RouteSpec): Record<string, JsonValue> {
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of errorsOf(spec)) {
    const { status } = ERRORS[code];
    // Readiness answers 503 with its own document.
    if (spec.answers[status] === undefined) byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return Object.fromEntries(
    [...byStatus].map(([status, codes]) => [
      String(status),
      {
        description: codes.map((code) => `\`${code}\`: ${ERRORS[code].meaning}`).join(" "),
        content: { "application/json": { schema: reference("Problem") } },
      },
    ]),
  );
}

function reference(name: string): JsonObject {
  if (!Object.hasOwn(SCHEMAS, name)) throw new Error(`The schema ${name} is not described.`);
  return { $ref: `#/components/schemas/${name}` };
}

function meaningOf(status: string): string {
  const meanings: Readonly<Record<string, string>> = {
    200: "As asked.",
    202: "On record; not carried out yet.",
    204: "Done.",
    304: "Still what the ETag says.",
    503: "Not ready, with the reasons.",
  };
  return meanings[status] ?? status;
}

function plain(schema: object): JsonValue {
  const value: JsonValue = JSON.parse(JSON.stringify(schema));
  return value;
}

const NAMES = new Map(Object.entries(SCHEMAS).map(([name, schema]) => [JSON.stringify(schema), name]));

/** Puts a reference wherever a schema stands that has a name, except at the place where it is described. */
function withReferences(value: JsonValue, described: string | null): JsonValue {
  if (isJsonArray(value)) return value.map((item) => withReferences(item, null));
  if (!isJsonObject(value)) return value;
  const name = NAMES.get(JSON.stringify(value));
  if (name !== undefined && name !== described) return reference(name);
  return Object.fromEntries(Object.entries(value).map(([key, below]) => [key, withReferences(below, null)]));
}
