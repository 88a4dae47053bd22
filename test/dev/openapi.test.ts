import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { SCHEMAS_SAY_WHAT_TYPES_SAY } from "../../dev/openapi/check.ts";
import { openApiDocument } from "../../dev/openapi/document.ts";
import { referencePage } from "../../dev/openapi/reference.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../../src/base/json.ts";
import { ROUTES } from "../../src/http/route-table.ts";

describe("the description of the API", () => {
  it("is what the table of routes says (npm run schema)", () => {
    expect(readFileSync("docs/reference/http.md", "utf8")).toBe(referencePage());
  });

  it("has every operation once, and no reference into nothing", () => {
    const document = openApiDocument();
    const paths = objectAt(document, "paths");
    const operations = Object.keys(paths).flatMap((path) =>
      Object.values(objectAt(paths, path)).map((operation) => isJsonObject(operation) && operation.operationId),
    );
    expect(operations.sort()).toEqual(Object.keys(ROUTES).sort());
    const known = Object.keys(objectAt(objectAt(document, "components"), "schemas"));
    const named = [...JSON.stringify(document).matchAll(/#\/components\/schemas\/(\w+)/g)].map(([, name]) => name);
    expect([...new Set(named)].filter((name) => name === undefined || !known.includes(name))).toEqual([]);
    expect(known.filter((name) => !named.includes(name) && name !== "Hello" && name !== "Goodbye")).toEqual([]);
  });

  it("is held to the types of the documents by the compiler", () => {
    expect(SCHEMAS_SAY_WHAT_TYPES_SAY).not.toContain(false);
  });
});

function objectAt(value: JsonObject, key: string): JsonObject {
  const below: JsonValue | undefined = value[key];
  if (!isJsonObject(below)) throw new Error(`${key} is no object`);
  return below;
}
