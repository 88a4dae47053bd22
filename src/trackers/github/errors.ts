import { MaestroError } from "../../base/errors.ts";

/** No issue of the repository has this id. */
export function unknownIssue(id: string): MaestroError {
  return new MaestroError({
    code: "tracker_not_found",
    message: `There is no issue with the id "${id}".`,
    hint: "`maestro issue list` shows the issues there are.",
    facts: { issue_id: id },
  });
}

/** What can never be, whoever asks. Nothing happened. */
export function impossible(message: string): MaestroError {
  return new MaestroError({ code: "tracker_status", message });
}

/** Issues have no such state here. */
export function unknownState(state: string): MaestroError {
  return new MaestroError({
    code: "tracker_status",
    message: `Issues here are only "Open" or "Closed"; there is no state "${state}".`,
    hint: "Leave tracker.provider.states_from at `labels` to have more states.",
    facts: { state },
  });
}

/** The credential may not change issues. */
export function readOnly(repository: string, permission: string | null): MaestroError {
  return new MaestroError({
    code: "tracker_auth",
    message: `The credential may not change issues of ${repository}: its permission there is ${(permission ?? "none").toLowerCase()}.`,
    hint: "Give it write access to the repository's issues.",
    facts: { repository, permission },
  });
}
