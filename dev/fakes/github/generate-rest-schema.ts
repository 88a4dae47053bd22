// Cuts the routes that the fake serves out of GitHub's published OpenAPI document, which is too big to be installed.
// Usage: npm pack @octokit/openapi && tar xzf …; tsx dev/fakes/github/generate-rest-schema.ts package/
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isJson, type Json } from "../shared/json.ts";
import { ROUTES } from "./rest/index.ts";

interface Operation {
  requestBody?: { content?: Record<string, { schema?: Json }> };
  responses: Record<string, { $ref?: string; content?: Record<string, { schema?: Json }> }>;
}

const [folder = ""] = process.argv.slice(2);
const { version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as { version: string };
const document = JSON.parse(readFileSync(join(folder, "generated/api.github.com.json"), "utf8")) as {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Json> };
};
/** For readers only, or checked by nobody here. */
const DROPPED = new Set([
  "description",
  "title",
  "example",
  "examples",
  "default",
  "deprecated",
  "format",
  "externalDocs",
]);
const components: Record<string, Json> = {};

/** OpenAPI's `nullable` as JSON Schema says it, without what only a reader needs; collects what is referred to. */
function trim(value: unknown, isNames = false): unknown {
  if (Array.isArray(value)) return value.map((one) => trim(one));
  if (!isJson(value)) return value;
  const result: Json = {};
  for (const [key, own] of Object.entries(value)) {
    if (isNames || !(DROPPED.has(key) || key.startsWith("x-")))
      result[key] = trim(own, !isNames && key === "properties");
  }
  if (isNames) return result;
  if (typeof result.$ref === "string") collect(result.$ref.replace("#/components/schemas/", ""));
  if (result.nullable !== true) return result;
  delete result.nullable;
  if (Array.isArray(result.enum) && !result.enum.includes(null)) result.enum.push(null);
  if (typeof result.type === "string") result.type = [result.type, "null"];
  else return { anyOf: [result, { type: ["null"] }] };
  return Array.isArray(result.anyOf ?? result.oneOf ?? result.allOf) ? { anyOf: [result, { type: ["null"] }] } : result;
}

function collect(name: string): void {
  if (components[name] !== undefined) return;
  components[name] = {};
  components[name] = trim(document.components.schemas[name]) as Json;
}

function jsonOf(content: Record<string, { schema?: Json }> | undefined): Json | undefined {
  const schema = content?.["application/json"]?.schema;
  return schema === undefined ? undefined : (trim(schema) as Json);
}

const operations: Record<string, Json> = {};
for (const route of Object.keys(ROUTES).sort()) {
  const [method = "", path = ""] = route.split(" ");
  const operation = document.paths[path]?.[method.toLowerCase()];
  if (operation === undefined) throw new Error(`${route} is not published`);
  const responses: Json = {};
  for (const [status, { content }] of Object.entries(operation.responses)) {
    const schema = /^2/.test(status) ? jsonOf(content) : undefined;
    if (schema !== undefined) responses[status] = schema;
  }
  const body = jsonOf(operation.requestBody?.content);
  operations[route] = { ...(body && { body }), responses };
}
const target = join(import.meta.dirname, "rest.openapi");
writeFileSync(target, `${JSON.stringify({ version, operations, components })}\n`);
console.log(`${Object.keys(operations).length} routes, ${Object.keys(components).length} components`);
