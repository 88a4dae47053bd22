import type { WorkspacesOptions } from "./options.ts";
import type { WorkspaceLane } from "./workspaces.ts";

/**
 * What a hook finds in its environment: the daemon's own without anything that holds a registered secret, `hooks.env` as the operator
 * wrote it, and what the hook is about. Names that the issue has no value for are set and empty.
 */
export function hookVariables(
  { hooks, hookEnvironment, secrets }: WorkspacesOptions,
  lane: WorkspaceLane,
  path: string,
): Record<string, string> {
  const safe = Object.entries(hookEnvironment()).filter(([, value]) => !secrets.holds(value));
  const { issue } = lane;
  const about = {
    ISSUE_ID: issue.id,
    ISSUE_IDENTIFIER: issue.identifier,
    ISSUE_TITLE: issue.title,
    ISSUE_STATE: issue.state,
    ISSUE_URL: issue.url ?? "",
    ISSUE_BRANCH: lane.branch ?? "",
    WORKSPACE_PATH: path,
    MAESTRO_LANE_ID: lane.laneId,
    MAESTRO_RUN: String(lane.run),
  };
  const all = { ...Object.fromEntries(safe), ...hooks.env, ...about };
  // A tracker's text may hold what no environment can carry.
  return Object.fromEntries(Object.entries(all).map(([name, value]) => [name, value.replaceAll("\0", "")]));
}
