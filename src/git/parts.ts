import type { GitAnswer, GitCallOptions, GitCommand, GitPlace } from "./command.ts";
import type { Layout } from "./git-dir.ts";
import type { LaneTree } from "./host-git.ts";
import type { Mirror } from "./mirror.ts";
import type { HostGitOptions } from "./options.ts";
import type { ReadFile } from "./refs.ts";

/** What all of the host's Git shares. */
export interface GitParts {
  readonly options: HostGitOptions;
  readonly git: GitCommand;
  readonly layout: Layout;
  readonly mirror: Mirror;
  /** As in `Turns`: whoever changes a lane's index takes the lane out first. */
  readonly indexes: Map<string, string>;
}

/** One lane's git dir of the host, over the lane's work tree. Its HEAD names the lane's branch. */
export interface LaneGit {
  readonly lane: LaneTree;
  readonly place: GitPlace;
  readonly branchRef: string;
  /** Reads the host's own files. */
  readonly read: ReadFile;
  /** Runs a command in the lane's git dir without its tree. */
  run(args: readonly string[], signal: AbortSignal, options?: GitCallOptions): Promise<GitAnswer>;
  /** Runs a command in the lane's tree. */
  inTree(args: readonly string[], signal: AbortSignal, options?: GitCallOptions): Promise<GitAnswer>;
}
