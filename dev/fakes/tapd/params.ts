import type { Request } from "../shared/http.ts";
import { isJson, tryParse } from "../shared/json.ts";
import { invalid } from "./refusal.ts";

/** Parameters of a request: the query of a GET, the form or JSON of a POST. A POST's query says nothing. */
export function readParams(request: Request): Record<string, string> {
  if (request.method === "GET") return Object.fromEntries(request.query);
  const type = request.headers["content-type"] ?? "";
  const text = request.raw.toString();
  if (!type.startsWith("application/json")) return Object.fromEntries(new URLSearchParams(text));
  const body = tryParse(text);
  if (!isJson(body)) throw invalid("invalid json body");
  return Object.fromEntries(flatten(body, ""));
}

/** As a form names what is inside of something: `relations[0][workitem_id]`. */
function flatten(value: unknown, name: string): [string, string][] {
  if (typeof value !== "object" || value === null) return [[name, value === null ? "" : String(value)]];
  return Object.entries(value).flatMap(([key, inner]) => flatten(inner, name === "" ? key : `${name}[${key}]`));
}

/** Refuses parameters that no document lists. */
export function checkNames(params: Readonly<Record<string, string>>, known: (name: string) => boolean): void {
  const unknown = Object.keys(params).find((name) => !known(name));
  if (unknown !== undefined) throw invalid(`invalid parameter: ${unknown}`);
}

export function required(params: Readonly<Record<string, string>>, name: string): string {
  const value = params[name];
  if (value === undefined || value === "") throw invalid(`${name} is required`);
  return value;
}
