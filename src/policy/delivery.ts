import type { LaneFacts } from "../model/facts.ts";
import type { Step } from "../model/plan.ts";
import type { Reason } from "../model/verdict.ts";
import { fencedRevision, write } from "./writes.ts";

/** Longest title of a change, characters; forges cut or refuse longer ones. */
const LONGEST_TITLE = 200;

/** What a change is put up from. */
export interface ChangeParts {
  readonly branch: string;
  readonly base: string;
  readonly headSha: string;
  /** What the validation came to, in words. */
  readonly validation: string;
}

/**
 * Starts the validation of exactly this head. The push is planned right before it and carried out by the same worker,
 * after the checks passed and only when the remote stands where it was pushed last.
 */
export function validateSteps(facts: LaneFacts, headSha: string, why: Reason): [Step, ...Step[]] {
  const start: Step = { do: "start_validate", reason: why };
  const { branch } = facts.lane;
  if (branch === null) return [start];
  const push = { kind: "push" as const, branch: branch.name, sha: headSha, expected: branch.pushedSha };
  return [write(push, branch.name, fencedRevision(facts, headSha)), start];
}

/** The change request of a validated head. */
export function planChange(facts: LaneFacts, parts: ChangeParts): Step {
  const { issue, handOff } = facts.lane;
  const title = `${issue.identifier}: ${issue.title}`;
  const link = issue.url === null ? issue.identifier : `[${issue.identifier}](${issue.url})`;
  const body = [handOff?.summary ?? issue.title, "", `Checks: ${parts.validation}`, "", `Issue: ${link}`].join("\n");
  const { branch, base, headSha } = parts;
  const shortTitle = title.length > LONGEST_TITLE ? `${title.slice(0, LONGEST_TITLE - 1)}…` : title;
  return write(
    { kind: "ensure_change", branch, base, headSha, title: shortTitle, body },
    branch,
    fencedRevision(facts, headSha),
  );
}
