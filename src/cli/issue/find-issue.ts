import { MaestroError } from "../../base/errors.ts";
import type { CallOptions } from "../../contracts/outside.ts";
import type { Tracker } from "../../contracts/tracker.ts";
import type { Issue } from "../../model/issue.ts";

/** The issue that a person names, by identifier or id. Throws `issue_not_found`, or the tracker's codes. */
export async function findIssue(tracker: Tracker, wanted: string, options: CallOptions): Promise<Issue> {
  const named = await tracker.issueByIdentifier(wanted, options);
  if (named !== undefined) return named;
  const [found] = await tracker.issuesByIds([wanted], options);
  if (found !== undefined) return found;
  throw new MaestroError({
    code: "issue_not_found",
    message: `The tracker shows no issue "${wanted}".`,
    hint: "`maestro issue list` shows those that there are.",
    facts: { issue: wanted },
  });
}
