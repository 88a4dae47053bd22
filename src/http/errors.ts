import { MaestroError } from "../base/errors.ts";

/** Every code that an answer may carry, with its status and what it means. */
export const ERRORS = {
  bad_query: { status: 400, meaning: "A value in the query is unknown or wrong." },
  invalid_json: { status: 400, meaning: "The body is no JSON." },
  invalid_body: { status: 400, meaning: "The body is not what the route takes." },
  unauthorized: { status: 401, meaning: "There is no valid session and no valid bearer token." },
  link_refused: { status: 401, meaning: "The link was used, is too old, or is of another service." },
  bearer_needed: { status: 403, meaning: "Only the bearer token may ask for this." },
  role_needed: { status: 403, meaning: "The role of this token does not allow that." },
  too_many_requests: { status: 429, meaning: "This client asks too much; try again in a moment." },
  foreign_origin: { status: 403, meaning: "The request comes from another site, or names another host." },
  hook_refused: { status: 401, meaning: "The webhook is not signed with the secret of the workflow." },
  hook_too_old: { status: 401, meaning: "The webhook was signed too long ago." },
  hook_unreadable: { status: 400, meaning: "The webhook is signed, and not what its sender documents." },
  hook_off: {
    status: 403,
    meaning: "The workflow sets no webhook_secret for this sender, so nothing of it is believed.",
  },
  hook_unknown: { status: 404, meaning: "The workflow names no tracker and no forge of this kind." },
  not_found: { status: 404, meaning: "There is no such route." },
  issue_not_found: { status: 404, meaning: "No issue is known under this name." },
  lane_not_found: { status: 404, meaning: "No lane is known under this name." },
  run_not_found: { status: 404, meaning: "The lane has no such run." },
  transcript_missing: { status: 404, meaning: "The run has no transcript (any more)." },
  no_prompt: { status: 404, meaning: "The run was given no prompt (yet)." },
  no_change: { status: 404, meaning: "The lane has no change (yet)." },
  change_not_found: { status: 404, meaning: "The forge has no such change." },
  no_forge: { status: 404, meaning: "The workflow has no repository, so it has no changes." },
  command_not_found: { status: 404, meaning: "No command has this id." },
  method_not_allowed: { status: 405, meaning: "The route exists, but not for this method." },
  body_too_large: { status: 413, meaning: "The body is longer than the route takes: 64 KiB, 1 MiB of a webhook." },
  unsupported_media_type: { status: 415, meaning: "A body has to be application/json." },
  internal: { status: 500, meaning: "The service could not answer; its log says why." },
  forge_failed: { status: 502, meaning: "The forge could not be asked." },
  timeout: { status: 503, meaning: "The answer was not ready in time; try again." },
  unavailable: { status: 503, meaning: "The service is stopping, or its record cannot be read." },
  too_many_streams: { status: 503, meaning: "Too many clients follow the events; try again later." },
} as const;

/** The code of an error that an answer may carry. */
export type ErrorCode = keyof typeof ERRORS;

/** What ends a request early. `at` says where in the request the mistake is: `body/verb`, `query/limit`. */
export function refusal(code: ErrorCode, message: string = ERRORS[code].meaning, at?: string): MaestroError {
  return new MaestroError({ code, message, facts: at === undefined ? {} : { at } });
}

/** Whether a code is one of the API's. */
export function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(ERRORS, code);
}
