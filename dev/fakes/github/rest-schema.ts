import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv, type ValidateFunction } from "ajv";
import { isJson, type Json } from "../shared/json.ts";
import { Refusal } from "./refusal.ts";

interface Slice {
  /** Of `@octokit/openapi`. */
  readonly version: string;
  readonly operations: Record<string, { body?: Json; responses: Record<string, Json> }>;
  readonly components: Record<string, Json>;
}

let slice: Slice | undefined;
let ajv: Ajv | undefined;
const compiled = new Map<string, ValidateFunction>();

function load(): Slice {
  slice ??= JSON.parse(readFileSync(join(import.meta.dirname, "rest.openapi"), "utf8")) as Slice;
  return slice;
}

/** Refuses a request's body as GitHub does when it has not the published shape. */
export function checkBody(route: string, body: unknown): void {
  const schema = load().operations[route]?.body;
  if (schema === undefined) return;
  const mistakes = findMistakes(`body ${route}`, schema, body);
  const [first] = mistakes;
  if (first !== undefined) throw new Refusal(422, `Invalid request.\n\n${first}`);
}

/** What is wrong with an answer by the published document; for tests. */
export function checkReply(route: string, status: number, body: unknown): string[] {
  const operation = load().operations[route];
  if (operation === undefined) return [`${route} is not published`];
  const schema = operation.responses[String(status)];
  if (schema === undefined) return body === undefined ? [] : [`${route} does not publish status ${status}`];
  return findMistakes(`${status} ${route}`, schema, body);
}

function findMistakes(name: string, schema: Json, value: unknown): string[] {
  ajv ??= new Ajv({ strict: false, validateFormats: false, allErrors: false }).addSchema({
    $id: "github",
    components: { schemas: load().components },
  });
  let validate = compiled.get(name);
  if (validate === undefined) {
    const text = JSON.stringify(schema).replaceAll('"#/components/', '"github#/components/');
    validate = ajv.compile(JSON.parse(text) as Json);
    compiled.set(name, validate);
  }
  if (validate(value)) return [];
  return (validate.errors ?? []).map(({ instancePath, keyword, params, message }) => {
    if (keyword === "required") return `"${String(params.missingProperty)}" wasn't supplied.`;
    return `For '${instancePath.slice(1)}', ${message ?? ""}.`;
  });
}

/** Adds what the published shape requires and the fake does not model: `null` where that is allowed, else an empty value. */
export function complete(route: string, status: number, body: unknown): unknown {
  const schema = load().operations[route]?.responses[String(status)];
  return schema === undefined ? body : fill(schema, body, "");
}

function fill(given: Json, value: unknown, name: string): unknown {
  if (value === null) return null;
  const schema = choose(given, value);
  if (Array.isArray(value)) {
    const { items } = schema;
    return isJson(items) ? value.map((one) => fill(items, one, name)) : value;
  }
  if (isJson(value)) return fillObject(schema, value);
  return value === undefined ? emptyOf(schema, name) : value;
}

function fillObject(schema: Json, value: Json): Json {
  const properties = isJson(schema.properties) ? schema.properties : {};
  const required = Array.isArray(schema.required) ? (schema.required as string[]) : [];
  const result: Json = {};
  for (const [key, own] of Object.entries(value)) {
    const property = properties[key];
    result[key] = isJson(property) && own !== undefined ? fill(property, own, key) : own;
  }
  for (const key of required) {
    const property = properties[key];
    if (result[key] === undefined && isJson(property)) result[key] = fill(property, undefined, key);
  }
  return result;
}

/** The schema behind references, with the parts of `allOf` put together; of alternatives the one that fits the value's kind. */
function choose(schema: Json, value: unknown): Json {
  if (typeof schema.$ref === "string") {
    return choose(load().components[schema.$ref.replace("#/components/schemas/", "")] ?? {}, value);
  }
  const all = schema.allOf;
  if (Array.isArray(all))
    return merge(
      all.filter(isJson).map((part) => choose(part, value)),
      schema,
    );
  const any = schema.anyOf ?? schema.oneOf;
  if (!Array.isArray(any)) return schema;
  const parts = any.filter(isJson).map((part) => choose(part, value));
  if (value === undefined && parts.some(isNullable)) return { type: ["null"] };
  const kind = Array.isArray(value) ? "items" : isJson(value) ? "properties" : "type";
  return merge([parts.find((part) => part[kind] !== undefined) ?? {}], schema);
}

function merge(parts: readonly Json[], own: Json): Json {
  const all = [...parts, own];
  const properties = Object.assign({}, ...all.map((part) => part.properties ?? {})) as Json;
  const required = all.flatMap((part) => (Array.isArray(part.required) ? part.required : []));
  return { ...parts[0], ...own, properties, required };
}

function isNullable({ type }: Json): boolean {
  return Array.isArray(type) && type.includes("null");
}

function emptyOf(schema: Json, name: string): unknown {
  if (isNullable(schema)) return null;
  if (Array.isArray(schema.enum)) return schema.enum[0] as unknown;
  switch (schema.type) {
    case "string":
      return /(^|_)url$/.test(name) ? `https://api.github.com/${name}` : "";
    case "integer":
    case "number":
      return 0;
    case "boolean":
      return false;
    case "array":
      return [];
    default:
      return isJson(schema.properties) ? fillObject(schema, {}) : {};
  }
}
