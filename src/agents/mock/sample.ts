import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from "../../base/json.ts";

/** The least value that fits a JSON Schema: `text` where there is to be one, the first choice, one item in a list, nothing that may be left out. */
export function sampleOf(schema: JsonValue | undefined, text: string): JsonValue {
  if (!isJsonObject(schema)) return text;
  const { anyOf, enum: choices, type } = schema;
  if (isJsonArray(choices)) return choices[0] ?? null;
  if (isJsonArray(anyOf)) return anyOf.some(isNull) ? null : sampleOf(anyOf[0], text);
  switch (type) {
    case "object":
      return sampleObject(schema, text);
    case "array":
      return [sampleOf(schema.items, text)];
    case "string":
      return typeof schema.maxLength === "number" ? text.slice(0, schema.maxLength) : text;
    case "boolean":
      return false;
    case "integer":
    case "number":
      return schema.minimum ?? 0;
    default:
      return null;
  }
}

function sampleObject({ properties, required }: JsonObject, text: string): JsonObject {
  const names = isJsonArray(required) ? required.filter((name) => typeof name === "string") : [];
  const below = isJsonObject(properties) ? properties : {};
  return Object.fromEntries(names.map((name) => [name, sampleOf(below[name], text)]));
}

function isNull(schema: JsonValue): boolean {
  return isJsonObject(schema) && schema.type === "null";
}
