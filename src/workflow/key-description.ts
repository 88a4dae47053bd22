import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { toMaestroError } from "../base/errors.ts";
import { isJsonObject, type JsonValue, parseJson } from "../base/json.ts";
import { packagedFolder } from "./packaged.ts";

/** The files that have a published schema. */
export const SCHEMA_NAMES = ["workflow", "profile"] as const;

/** The published JSON Schema of a file. Throws `file_read_failed`. */
export async function readSchema(name: (typeof SCHEMA_NAMES)[number]): Promise<string> {
  try {
    return await readFile(join(packagedFolder("docs/schema"), `${name}.schema.json`), "utf8");
  } catch (error) {
    throw toMaestroError(error, "file_read_failed");
  }
}

/** What the schema says that a key of the workflow file is for; undefined for what it leaves to adapters and profiles. */
export async function describeKeys(): Promise<(keys: readonly string[]) => string | undefined> {
  const schema = parseJson(await readSchema("workflow"));
  return (keys) => descriptionAt(schema, keys);
}

function descriptionAt(schema: JsonValue | undefined, keys: readonly string[]): string | undefined {
  if (!isJsonObject(schema)) return undefined;
  const [first, ...rest] = keys;
  if (first === undefined) return typeof schema.description === "string" ? schema.description : undefined;
  return isJsonObject(schema.properties) ? descriptionAt(schema.properties[first], rest) : undefined;
}
