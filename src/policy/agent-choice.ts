import { type Issue, stateKey } from "../model/issue.ts";
import type { Lane } from "../model/lane.ts";
import type { AgentRule, Workflow } from "../model/workflow.ts";
import { hasLabel } from "./standing.ts";

/** The place of the first rule that fits a run that is started now; `null`: the usual agent does the work. */
export function chooseAgent(
  { agentProvider: { rules = [] } }: Workflow,
  issue: Issue,
  lane: Pick<Lane, "failures">,
): number | null {
  const at = rules.findIndex(({ when }) => fits(when, issue, lane));
  return at < 0 ? null : at;
}

function fits(
  { labels, states, retryAtLeast, priorityAtMost }: AgentRule["when"],
  issue: Issue,
  { failures }: Pick<Lane, "failures">,
): boolean {
  return (
    (labels === null || labels.some((label) => hasLabel(issue, label))) &&
    (states === null || states.includes(stateKey(issue.state))) &&
    (retryAtLeast === null || failures >= retryAtLeast) &&
    // An issue without a priority is not urgent.
    (priorityAtMost === null || (issue.priority !== null && issue.priority <= priorityAtMost))
  );
}
