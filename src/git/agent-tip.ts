import { MaestroError } from "../base/errors.ts";
import { fetchAgentRefs } from "./agent-objects.ts";
import { readAgentRefs } from "./agent-refs.ts";
import { laneHead, reaches } from "./lane.ts";
import type { GitParts, LaneGit } from "./parts.ts";

/** Where the agent's own commits stand. */
export interface AgentTip {
  readonly sha: string;
  /** Whether the tree belongs to it: false when HEAD stands elsewhere. */
  readonly isCheckedOut: boolean;
}

/**
 * The tip of the agent's own commits, fetched into the host's store; the host's head when the agent made none. A HEAD that moved ahead of the branch
 * (detached, or on a branch of the agent's) counts as its tip. Throws `git_unsafe_workspace`, `git_failed`.
 */
export async function agentTip(parts: GitParts, git: LaneGit, signal: AbortSignal): Promise<AgentTip> {
  const head = await laneHead(git, signal);
  const found = await readAgentRefs(parts.options.runtime, git.lane.path);
  const branch = found.refs.get(git.branchRef);
  const commits = new Map<string, string>();
  if (branch !== undefined && branch !== head) commits.set("branch", branch);
  if (found.head !== null && found.head !== head && found.head !== branch) commits.set("head", found.head);
  if (commits.size > 0) await fetchAgentRefs(parts, git, commits, signal);
  if (branch === undefined && found.head === null) return { sha: head, isCheckedOut: false };
  if (branch === undefined || found.head === null) {
    return { sha: branch ?? found.head ?? head, isCheckedOut: branch === undefined };
  }
  if (found.head === branch) return { sha: branch, isCheckedOut: true };
  const isAhead = await reaches(git, branch, found.head, signal);
  return { sha: isAhead ? found.head : branch, isCheckedOut: isAhead };
}

/** The commit that the host's work on the lane starts from: the agent's tip (strategy `clone`), else the host's own head. */
export async function workingHead(parts: GitParts, git: LaneGit, signal: AbortSignal): Promise<AgentTip> {
  if (git.lane.strategy === "clone") return agentTip(parts, git, signal);
  return { sha: await laneHead(git, signal), isCheckedOut: true };
}

/** Throws `git_wrong_head` when the tree belongs to another commit than the lane's branch. */
export function refuseWrongHead(git: LaneGit, tip: AgentTip): void {
  if (tip.isCheckedOut) return;
  throw new MaestroError({
    code: "git_wrong_head",
    message: `The workspace stands on another commit than the branch ${git.lane.branch}, so its files cannot be told from that branch's.`,
    hint: `Check out ${git.lane.branch} in the workspace.`,
    facts: { workspace: git.lane.workspaceKey, branch: git.lane.branch, tip: tip.sha },
  });
}
