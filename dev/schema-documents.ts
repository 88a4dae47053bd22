// The JSON Schemas of the files that people write, for editors and other programs, made from the schemas that Maestro itself reads the
// files with; and the description of the HTTP API, made from the table of routes that the server registers.
// Usage: tsx dev/schema-documents.ts (npm run schema)
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from "../src/base/json.ts";
import { ProfileFile } from "../src/workflow/schema/profile-file.ts";
import { WorkflowFile } from "../src/workflow/schema/workflow-file.ts";
import { keyReference } from "./key-reference.ts";
import { openApiDocument } from "./openapi/document.ts";
import { referencePage } from "./openapi/reference.ts";

const FOLDER = "docs/schema";
const REFERENCE = "docs/reference/http.md";
const KEYS = "docs/reference/workflow-keys.md";

/** The documents by their path. */
export function schemaDocuments(): Readonly<Record<string, string>> {
  return {
    [join(FOLDER, "workflow.schema.json")]: documentOf(WorkflowFile, "The front matter of a WORKFLOW.md"),
    [join(FOLDER, "profile.schema.json")]: documentOf(ProfileFile, "The front matter of a profile"),
    [join(FOLDER, "openapi.json")]: `${JSON.stringify(openApiDocument(), null, 2)}\n`,
  };
}

/** The page of all keys of a workflow file. */
export function keyPage(): string {
  const schema: JsonValue = JSON.parse(documentOf(WorkflowFile, ""));
  return isJsonObject(schema) ? keyReference(schema) : "";
}

function documentOf(schema: object, title: string): string {
  const head = { $schema: "https://json-schema.org/draft/2020-12/schema", title };
  const plain: JsonValue = JSON.parse(JSON.stringify(schema));
  return `${JSON.stringify({ ...head, ...(isJsonObject(plain) ? forWriters(plain) : {}) }, null, 2)}\n`;
}

/** Maestro fills defaults in before it asks what is missing; a writer has to give only what has none. */
function forWriters(schema: JsonObject): JsonObject {
  const mapped = Object.entries(schema).map(([key, value]): [string, JsonValue] => {
    if (key !== "properties" && key !== "patternProperties")
      return [key, isJsonObject(value) && key !== "default" ? forWriters(value) : value];
    if (!isJsonObject(value)) return [key, value];
    return [
      key,
      Object.fromEntries(
        Object.entries(value).map(([name, below]) => [name, isJsonObject(below) ? forWriters(below) : below]),
      ),
    ];
  });
  const made: JsonObject = Object.fromEntries(mapped);
  const { required, properties, default: fallback, ...rest } = made;
  if (!isJsonArray(required) || !isJsonObject(properties)) return made;
  const needed = required.filter((name) => isNeeded(properties[String(name)]));
  const isOptional = needed.length === 0;
  return {
    ...rest,
    properties,
    ...(isOptional ? {} : { required: needed }),
    ...(isOptional && fallback !== undefined ? { default: fallback } : {}),
  };
}

function isNeeded(property: JsonValue | undefined): boolean {
  return isJsonObject(property) && (property.default === undefined || isJsonArray(property.required));
}

if (process.argv[1] === import.meta.filename) {
  for (const [path, text] of Object.entries({
    ...schemaDocuments(),
    [REFERENCE]: referencePage(),
    [KEYS]: keyPage(),
  })) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
}
