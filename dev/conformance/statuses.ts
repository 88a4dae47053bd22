/** What becomes of a requirement that does not simply pass. */
export type Status =
  | { readonly is: "deviates" | "not applicable"; readonly because: string }
  | { readonly is: "later"; readonly issue: number; readonly because: string };

const deviates = (because: string): Status => ({ is: "deviates", because });
const notApplicable = (because: string): Status => ({ is: "not applicable", because });
const later = (issue: number, because: string): Status => ({ is: "later", issue, because });

const TRACKERS = 5;
const SAFETY = 7;

const SSH =
  "There are no workers over SSH; a file that names hosts is refused at their place, so that work never runs here instead.";

/** By id. Whatever is not here passes, and a test shows it. */
export const STATUSES: Readonly<Record<string, Status>> = {
  "S-038": deviates(
    "In a file that names its `workflow.profile` an unknown key is an error, because a mistyped key must not be silent.",
  ),
  "S-045": deviates(
    "Lists may also be left out where the profile names the usual states, such as Todo and Done; a state in both is an error at its place.",
  ),
  "S-047": deviates(
    "The default root is below MAESTRO_HOME, because cleaning the system's temporary folder would lose work.",
  ),
  "S-136": deviates(
    "An agent whose program is not there parks its issue at once, because trying again cannot help; every other start that fails is retried, with the agent's own reason.",
  ),
  "S-164": later(
    SAFETY,
    "Folders are open to their user only; a user and a volume of their own are the operator's and are documented with hardening.",
  ),
  "S-182": deviates(
    "The record has its own names for what every agent tells, one for all agents; the process stands in events of its own.",
  ),
  "S-231": deviates(
    "The log's file holds JSON lines; the same fields are `key=value` on a terminal and with `observability.log_format: text`.",
  ),
  "S-264": later(SAFETY, "The trust boundary is written down with approvals and sandboxes."),
  "S-267": later(SAFETY, "Hardening is written down with safety."),
  "S-274": later(TRACKERS, "There is no real tracker to try yet."),
  "S-275": notApplicable("It is about the test profile, which is this suite: it runs without network and accounts."),
  "S-277": later(TRACKERS, "There is no real integration to try yet."),
  "S-280": notApplicable(SSH),
  "S-281": notApplicable(SSH),
  "S-282": notApplicable(SSH),
  "S-283": notApplicable(SSH),
  "S-284": notApplicable(SSH),
  "S-285": notApplicable(SSH),
  "S-286": notApplicable(SSH),
  "S-287": notApplicable(SSH),
  "S-288": notApplicable(SSH),
  "S-289": notApplicable(SSH),
  "S-290": notApplicable(SSH),
};
