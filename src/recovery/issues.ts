import { MaestroError } from "../base/errors.ts";
import type { Change } from "../model/change.ts";
import { type Issue, sameState } from "../model/issue.ts";
import { isOpen } from "../model/lane.ts";
import { isTerminal, stateForRoute } from "../model/workflow.ts";
import type { Found, RecoveryParts } from "./parts.ts";

/** Name and topic of the comment that tells an issue of its merge, as at a closeout. */
const AUTHOR = "maestro";
const TOPIC = "landed";

/** Issues whose change is merged, that are not ended and that no lane looks after. */
export async function findIssues(parts: RecoveryParts, signal: AbortSignal): Promise<readonly Found[]> {
  const { workflow, forge } = parts;
  const prefix = workflow.repo?.branchPrefix ?? "";
  const to = landedState(parts);
  if (forge === null || prefix === "" || to === undefined) return [];
  const found = new Map<string, Found>();
  for (const change of await forge.list({ state: "merged" }, { signal })) {
    if (!change.branch.startsWith(prefix) || change.base !== workflow.repo?.baseBranch) continue;
    const issue = await issueOf(parts, change, signal);
    if (issue === null || found.has(issue.id) || !(await isForgotten(parts, issue, change))) continue;
    found.set(issue.id, forgotten(parts, { issue, change, to }));
  }
  return [...found.values()];
}

function landedState({ workflow }: RecoveryParts): string | undefined {
  const { landedRoute } = workflow.profile.completion;
  return landedRoute === null ? undefined : stateForRoute(workflow, landedRoute);
}

/** The issue that a change was made for: its title begins with the identifier. */
async function issueOf({ tracker }: RecoveryParts, { title }: Change, signal: AbortSignal): Promise<Issue | null> {
  const identifier = /^(\S+): /.exec(title)?.[1];
  if (identifier === undefined) return null;
  return (await tracker.issueByIdentifier(identifier, { signal })) ?? null;
}

/** A person who moved the issue after the merge wants something else of it. */
async function isForgotten({ workflow, views }: RecoveryParts, issue: Issue, change: Change): Promise<boolean> {
  if (isTerminal(workflow, issue.state)) return false;
  const lanes = await views.lanesOfIssue(issue.id);
  if (lanes.some(isOpen)) return false;
  const [newest] = lanes;
  return newest === undefined || newest.branch?.name === change.branch;
}

function forgotten(
  parts: RecoveryParts,
  { issue, change, to }: { readonly issue: Issue; readonly change: Change; readonly to: string },
): Found {
  const { tracker } = parts;
  return {
    kind: "merged_open_issue",
    name: issue.identifier,
    sentence: `Change ${change.id} of ${issue.identifier} is merged, and the issue is still in "${issue.state}".`,
    mend: `Tell the issue of the merge and move it to "${to}".`,
    apply: async (signal) => {
      const body = [
        `Change ${change.id} of ${issue.identifier} is merged.`,
        ...(change.url === null ? [] : [change.url]),
      ];
      if (tracker.capabilities.comment) {
        await tracker.ensureComment(issue.id, TOPIC, body.join("\n\n"), AUTHOR, { signal });
      }
      const [now] = await tracker.issuesByIds([issue.id], { signal });
      if (now !== undefined && sameState(now.state, to)) return null;
      const moved = await tracker.move(issue.id, { to, from: issue.state }, { signal });
      if (moved !== "conflict") return null;
      throw new MaestroError({ code: "tracker_conflict", message: "Somebody moved it meanwhile; look again." });
    },
  };
}
