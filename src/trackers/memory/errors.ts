import { MaestroError } from "../../base/errors.ts";
import type { JsonObject } from "../../base/json.ts";
import type { IssueDraft } from "../../contracts/tracker.ts";
import { type Issue, stateKey } from "../../model/issue.ts";

/** The issue with this id. Throws `tracker_not_found`. */
export function find(issues: readonly Issue[], issueId: string): Issue {
  const issue = issues.find(({ id }) => id === issueId);
  if (issue !== undefined) return issue;
  throw unknownIssue(issueId);
}

/** No issue has this id or identifier. */
export function unknownIssue(issueId: string): MaestroError {
  return new MaestroError({
    code: "tracker_not_found",
    message: `There is no issue with the id "${issueId}".`,
    hint: "`maestro issue list` shows the issues there are.",
    facts: { issue_id: issueId },
  });
}

/** A text that must say something says nothing. */
export function blank(what: string, verb: string): MaestroError {
  const facts: JsonObject = { verb };
  return new MaestroError({ code: "tracker_status", message: `An issue's ${what} must not be blank.`, facts });
}

/** Throws `tracker_status` for a draft without title or state. */
export function refuseBlank({ title, state }: IssueDraft, verb: string): void {
  if (title.trim() === "") throw blank("title", verb);
  if (stateKey(state) === "") throw blank("state", verb);
}

/** Something that no tracker can do. */
export function impossible(message: string): MaestroError {
  return new MaestroError({ code: "tracker_status", message });
}
