import type { Reply } from "../shared/http.ts";

/** Known is 7, a scope that the token lacks: gRPC's number for that. The others are gRPC's too, which nobody has confirmed. */
const CODES: Readonly<Record<number, number>> = { 400: 3, 401: 16, 403: 7, 404: 5, 406: 3, 409: 6, 429: 8 };

/** An answer that is no success, thrown from wherever it turns out. */
export class Refusal extends Error {
  readonly reply: Reply;

  constructor(status: number, errmsg: string, headers: Record<string, string> = {}) {
    super(errmsg);
    this.reply = { status, headers, body: { errcode: CODES[status] ?? 2, errmsg } };
  }
}

/** Also what one is told who may not know that it exists, and on every path that is not served. */
export function notFound(): Refusal {
  return new Refusal(404, "not found");
}

export function invalid(errmsg: string): Refusal {
  return new Refusal(400, errmsg);
}

/** The token may not, or its owner. */
export function forbidden(scope: string): Refusal {
  return new Refusal(403, `insufficient scope: ${scope}`);
}
