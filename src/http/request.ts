import { isJsonObject, type JsonObject, parseJson } from "../base/json.ts";
import { nearestOf } from "../base/nearest.ts";
import { refusal } from "./errors.ts";
import type { QuerySpec } from "./route-spec.ts";

/** Longest body, bytes. */
const MAX_BODY = 64 * 1024;

/** The values of a query, checked against the table. */
export class Query {
  readonly #values: ReadonlyMap<string, string>;

  private constructor(values: ReadonlyMap<string, string>) {
    this.#values = values;
  }

  /** An empty one. */
  static readonly NONE = new Query(new Map());

  /** Throws `bad_query`, located. */
  static read(given: URLSearchParams, specs: Readonly<Record<string, QuerySpec>>): Query {
    const values = new Map<string, string>();
    for (const [name, value] of given) {
      const spec = Object.hasOwn(specs, name) ? specs[name] : undefined;
      if (spec === undefined) throw unknownName(name, Object.keys(specs));
      if (values.has(name)) throw refusal("bad_query", `"${name}" stands in the query twice.`, `query/${name}`);
      const problem = problemOf(spec, value);
      if (problem !== null) throw refusal("bad_query", `"${name}" has to be ${problem}.`, `query/${name}`);
      values.set(name, value);
    }
    return new Query(values);
  }

  text(name: string): string | null {
    return this.#values.get(name) ?? null;
  }

  number(name: string): number | null {
    const value = this.#values.get(name);
    return value === undefined ? null : Number(value);
  }

  flag(name: string): boolean {
    const value = this.#values.get(name);
    return value === "" || value === "true" || value === "1";
  }
}

function unknownName(name: string, known: readonly string[]) {
  const nearest = nearestOf(name, known);
  const hint =
    nearest !== undefined
      ? `Did you mean "${nearest}"?`
      : known.length === 0
        ? "This route takes none."
        : `Known: ${known.join(", ")}.`;
  return refusal("bad_query", `Nothing in the query is called "${name}". ${hint}`, `query/${name}`);
}

/** What a value has to be instead, or `null`. */
function problemOf(spec: QuerySpec, value: string): string | null {
  if (spec.kind === "choice") return spec.of.includes(value) ? null : `one of ${spec.of.join(", ")}`;
  if (spec.kind === "flag") return ["", "1", "0", "true", "false"].includes(value) ? null : "true or false";
  if (spec.kind === "text") return value.length <= spec.most ? null : `at most ${spec.most} characters long`;
  const number = Number(value);
  const isRight = /^\d{1,16}$/.test(value) && number >= spec.least && number <= spec.most;
  return isRight ? null : `a whole number from ${spec.least} to ${spec.most}`;
}

/**
 * The JSON object in a body; `{}` for an optional one that was left out. Only `application/json` is read: what a plain form of another site could
 * post is refused. Throws `unsupported_media_type`, `body_too_large`, `invalid_json`, `invalid_body`.
 */
export async function readBody(request: Request, isOptional: boolean): Promise<JsonObject> {
  const type = (request.headers.get("content-type") ?? "").split(";")[0]?.trim().toLowerCase();
  const text = await readText(request);
  if (text === "" && isOptional) return {};
  if (type !== "application/json") throw refusal("unsupported_media_type");
  const value = parsed(text);
  if (!isJsonObject(value)) throw refusal("invalid_body", "The body has to be a JSON object.", "body");
  return value;
}

function parsed(text: string) {
  try {
    return parseJson(text);
  } catch (error) {
    throw refusal("invalid_json", error instanceof Error ? error.message : undefined, "body");
  }
}

async function readText(request: Request): Promise<string> {
  return new TextDecoder().decode(await readBytes(request, MAX_BODY));
}

/** The bytes of a body, exactly as they came. Throws `body_too_large` as soon as there are too many. */
export async function readBytes(request: Request, most: number): Promise<Uint8Array> {
  if (Number(request.headers.get("content-length") ?? "0") > most) throw refusal("body_too_large");
  if (request.body === null) return new Uint8Array();
  const parts: Uint8Array[] = [];
  let bytes = 0;
  const reader = request.body.getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    bytes += part.value.byteLength;
    if (bytes > most) {
      await reader.cancel();
      throw refusal("body_too_large");
    }
    parts.push(part.value);
  }
  return Buffer.concat(parts);
}
