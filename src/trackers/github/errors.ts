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

/** There is no such board, or it has no such field. */
export function noBoard({
  owner,
  number,
  field,
}: {
  readonly owner: string;
  readonly number: number;
  readonly field: string;
}): MaestroError {
  return new MaestroError({
    code: "tracker_invalid_config",
    message: `${owner} has no board ${number} with a field of single choice "${field}" that the credential can see.`,
    hint: "Look at tracker.provider.project; a token needs the right to see and change projects.",
    facts: { path: ["project"], owner, number, field },
  });
}

/** The board has no such column. */
export function noColumn(state: string, columns: readonly string[]): MaestroError {
  return new MaestroError({
    code: "tracker_status",
    message: `The board has no column "${state}"; it has ${columns.join(", ")}.`,
    hint: "Add the column to the board's field, or name another state in tracker.lifecycle.",
    facts: { state, columns: [...columns] },
  });
}
