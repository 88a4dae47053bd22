import { isJsonObject } from "../base/json.ts";
import type { FailedAnswer } from "./errors.ts";

/** What GitHub answered, whether it is a success or not. */
export type Answer = FailedAnswer & { readonly url: string };

/** Where GitHub says that a list goes on. Its address is not followed, only what it asks for. */
export function nextPage(link: string | undefined): Readonly<Record<string, string>> | undefined {
  const query = /<[^>?]*\?([^>]*)>;\s*rel="next"/.exec(link ?? "")?.[1];
  return query === undefined ? undefined : Object.fromEntries(new URLSearchParams(query));
}

/** The answer that Octokit threw. */
export function answerIn(error: unknown): Answer | undefined {
  if (typeof error !== "object" || error === null || !("response" in error) || !isAnswer(error.response)) {
    return undefined;
  }
  return error.response;
}

function isAnswer(value: unknown): value is Answer {
  return isJsonObject(value) && typeof value.status === "number" && isJsonObject(value.headers);
}
