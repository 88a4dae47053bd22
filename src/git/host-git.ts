import type { ChangedFile } from "../model/run-summary.ts";
import type { TreeMark } from "../model/tree-mark.ts";

/**
 * Git as the host does it. No command here reads a config, hook, filter or alias that an agent can write: each works
 * through a git dir of the host's own. Errors: `git_missing`, `git_failed` (with `args`, `stderr`), `git_auth`,
 * `git_unreachable` (retryable), `git_no_base`, `git_conflict` (with `files`), `git_rejected`, `deadline` (retryable),
 * `aborted`, `disk_full`; and for what stands in a workspace: `git_no_lane` (never prepared), `git_unsafe_workspace`
 * (a link or foreign alternate that the host does not follow), `git_wrong_head` (its HEAD left the lane's branch),
 * `git_dirty_tree`, `git_nested_repository` (an agent committed a repository of its own as a submodule).
 */
export interface HostGit {
  /** Folder of the project's objects, from which workspaces borrow; absolute. Absent: they borrow none. */
  readonly objects?: string;
  /** Brings the project's mirror up to date and returns the tip of the base branch. Throws `git_no_base`. */
  refreshMirror(signal: AbortSignal): Promise<{ readonly baseSha: string }>;
  /**
   * Makes the lane's work tree, or takes it up again as it is: same branch, nothing reset. A new one starts at the
   * branch's tip when the remote has it, else at the base.
   */
  prepare(lane: LaneTree, signal: AbortSignal): Promise<PreparedTree>;
  /** What the lane's tree holds now, untracked files included. */
  inspect(lane: LaneTree, signal: AbortSignal): Promise<TreeState>;
  /**
   * Takes over what the agent did: its own commits (strategy `clone`), then everything in the tree that is not
   * committed as one commit of the host's. Returns the new head; `changed` tells whether its files differ from the base.
   * Files of repositories that the agent made inside the tree are taken as ordinary files. Throws `git_conflict` while a
   * merge of the base is not solved, and `git_wrong_head`. Litter is removed first, unless something below its name is tracked.
   */
  takeOver(lane: LaneTree, commit: Commit, signal: AbortSignal): Promise<TakenOver>;
  /** A second, clean tree of exactly this commit, for checks; `release` removes it. */
  checkout(sha: string, path: string, signal: AbortSignal): Promise<{ release(): Promise<void> }>;
  /** Pushes exactly `sha` to `branch`, when the remote stands at `expected` (`null`: has no such branch). Never forces otherwise. */
  push(branch: string, sha: string, expected: string | null, signal: AbortSignal): Promise<"pushed" | "already">;
  /** The remote's tip of a branch, or `undefined`. */
  remoteHead(branch: string, signal: AbortSignal): Promise<string | undefined>;
  /**
   * Brings the newest base into the lane's branch by a merge commit (forward, when the lane has no commits of its own). A
   * conflict is left in the tree for the agent; the next `takeOver` concludes it. Throws `git_dirty_tree`.
   */
  mergeBase(lane: LaneTree, signal: AbortSignal): Promise<"up_to_date" | "merged" | "conflict">;
  /**
   * What the lane's tree holds now against the commit where it left the base, files that no commit has included. Changes nothing; `diff` is cut
   * at `maxBytes`.
   */
  workingDiff(lane: LaneTree, maxBytes: number, signal: AbortSignal): Promise<WorkingDiff>;
  /** Whether `ancestor` is an ancestor of `sha`. */
  isAncestor(ancestor: string, sha: string, signal: AbortSignal): Promise<boolean>;
  /** The difference between base and sha as a unified diff, cut at `maxBytes`. */
  diff(baseSha: string, sha: string, maxBytes: number, signal: AbortSignal): Promise<string>;
  /**
   * Keeps what exists nowhere else: commits that no remote has as a bundle, dirty and untracked files as a patch and
   * copies. Returns the folder, or `null` when there was nothing to keep.
   */
  salvage(lane: LaneTree, into: string, signal: AbortSignal): Promise<string | null>;
  /** Lets go of the lane's host-side git dir and tree registration. The tree itself is the workspace's to remove. */
  forget(lane: LaneTree, signal: AbortSignal): Promise<void>;
}

/** What the host's Git knows beyond its lanes, for whoever looks for leftovers. */
export interface GitLeftovers {
  /** The lanes that have a git dir here, with their branches. Changes nothing. */
  lanes(): Promise<readonly { readonly workspaceKey: string; readonly branch: string }[]>;
  /** The remote's branches whose names begin with `prefix`, with their tips. Changes nothing. */
  remoteHeads(prefix: string, signal: AbortSignal): Promise<ReadonlyMap<string, string>>;
  /**
   * Keeps the commits of a branch of the remote that the base does not have, as a bundle in the new folder `into`. Returns the folder, or `null` when
   * there are none. Throws `git_rejected` when the branch does not stand at `head`.
   */
  salvageBranch(branch: string, head: string, into: string, signal: AbortSignal): Promise<string | null>;
}

/** A lane as Git needs it. */
export interface LaneTree {
  readonly workspaceKey: string;
  /** Absolute path of the work tree. */
  readonly path: string;
  readonly branch: string;
  readonly strategy: "worktree" | "clone";
}

/** A tree that is ready for a run. */
export interface PreparedTree {
  readonly created: boolean;
  readonly baseSha: string;
  readonly headSha: string;
}

/** What a tree holds. */
export interface TreeState {
  readonly headSha: string;
  readonly dirtyFiles: readonly string[];
  /** Commits that no remote has. */
  readonly unpushed: number;
  /** Files that had conflicts when the base was merged into the tree, while that merge is not committed. Absent: none. */
  readonly conflicts?: readonly string[];
}

/** How a tree differs from its base. */
export interface WorkingDiff {
  readonly diff: string;
  /** In the order of their paths. */
  readonly files: readonly ChangedFile[];
  /** What `git diff --check` says of it: blanks at the ends of lines, conflict markers. */
  readonly problems: string;
}

/** How an agent's work is taken over. */
export interface Commit {
  readonly message: string;
  /** Names, relative to the tree, of what the agent leaves there for itself. */
  readonly litter?: readonly string[];
}

/** The result of taking over an agent's work. */
export interface TakenOver {
  readonly headSha: string;
  readonly baseSha: string;
  readonly changed: boolean;
  /** Against the base, in the order of their paths. */
  readonly files: readonly ChangedFile[];
  /** What tells this tree from the others that the lane has had, whatever their white space; `null`: it is the base's. */
  readonly mark: TreeMark | null;
}
