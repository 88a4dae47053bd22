import { basename } from "node:path";
import { MaestroError } from "../../base/errors.ts";
import type { Position } from "../../base/front-matter.ts";

/** A file that is no issue as it stands (S-206), named as `file:line:column`. */
export function malformed(path: string, { line, column }: Position, why: string, cause?: unknown): MaestroError {
  return new MaestroError({
    code: "tracker_response",
    message: `${path}:${line}:${column}: ${why}`,
    hint: "Mend the file; it is read again as soon as it changes.",
    facts: { path, line, column },
    cause,
  });
}

/** There is no folder to read issues from. */
export function missingFolder(directory: string): MaestroError {
  return new MaestroError({
    code: "tracker_invalid_config",
    message: `The folder of the local tracker does not exist: ${directory}`,
    hint: "`maestro issue new` makes it with its first issue, `maestro init` makes a whole project; or set tracker.provider.directory.",
    facts: { path: ["directory"], directory },
  });
}

/** No issue has this id. */
export function unknownIssue(issueId: string): MaestroError {
  return new MaestroError({
    code: "tracker_not_found",
    message: `There is no issue with the id "${issueId}".`,
    hint: "`maestro issue list` shows the issues there are.",
    facts: { issue_id: issueId },
  });
}

/** Somebody else kept saving the same file. */
export function contested(path: string): MaestroError {
  return new MaestroError({
    code: "tracker_conflict",
    message: `${basename(path)} was saved by somebody else each time it was about to be changed.`,
    retryable: true,
    facts: { path },
  });
}

/** An issue that cannot be written down. */
export function unwritable(why: string): MaestroError {
  return new MaestroError({ code: "tracker_status", message: why });
}
