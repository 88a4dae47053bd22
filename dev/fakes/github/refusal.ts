import type { Reply } from "../shared/http.ts";
import type { Json } from "../shared/json.ts";

const DOCS = "https://docs.github.com/rest";

/** An answer that is no success, thrown from wherever it turns out. */
export class Refusal extends Error {
  readonly reply: Reply;

  constructor(status: number, message: string, more: Json = {}, headers: Record<string, string> = {}) {
    super(message);
    this.reply = { status, headers, body: { message, ...more, documentation_url: DOCS, status: String(status) } };
  }
}

/** Also what one is told who may not know that it exists. */
export function notFound(): Refusal {
  return new Refusal(404, "Not Found");
}

export function badCredentials(): Refusal {
  return new Refusal(401, "Bad credentials");
}

/** `permission` as in `issues=write`. */
export function forbidden(permission: string): Refusal {
  const headers = { "x-accepted-github-permissions": permission };
  return new Refusal(403, "Resource not accessible by personal access token", {}, headers);
}

/** A field that is wrong: `missing`, `missing_field`, `invalid` or `already_exists`. */
export function invalidField(resource: string, field: string, code: string): Refusal {
  return new Refusal(422, "Validation Failed", { errors: [{ resource, field, code }] });
}

/** A reason in words. */
export function invalidBecause(resource: string, message: string): Refusal {
  return new Refusal(422, "Validation Failed", { errors: [{ resource, code: "custom", message }] });
}
