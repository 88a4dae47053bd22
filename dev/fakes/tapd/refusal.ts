import { randomBytes, randomUUID } from "node:crypto";
import type { Reply } from "../shared/http.ts";

/** An answer that is no success, thrown from wherever it turns out. */
export class Refusal extends Error {
  readonly reply: Reply;

  constructor(status: number, info: string) {
    super(info);
    this.reply = { status, body: { status, data: "", info, meta: { request_id: randomUUID() } } };
  }
}

/** A value that is missing or wrong. */
export function invalid(info: string): Refusal {
  return new Refusal(422, info);
}

/** The envelope of every success. */
export function success(data: unknown): Reply {
  return { status: 200, body: { status: 1, data, info: "success" } };
}

/** What TAPD answers on a path it does not know, to anybody: no error at all. */
export function helloWorld(): Reply {
  const data = `Hello world from TAPD API. ${randomBytes(8).toString("hex")}`;
  const info = "Documents can be found in https://www.tapd.cn/help/view#1120003271001002318";
  return { status: 200, body: { status: 1, data, info } };
}

/** The service's own spelling; this one carries no `meta`. */
export function tooMany(account: string, perTenMinutes: number, retryAfter: number | undefined): Reply {
  const info = `To many requests, api account ${account} max request rates is ${perTenMinutes}req/10min`;
  const headers = retryAfter === undefined ? {} : { "retry-after": String(retryAfter) };
  return { status: 429, headers, body: { status: 429, data: "", info } };
}
