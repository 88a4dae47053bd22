import type { JsonObject, JsonValue } from "../base/json.ts";
import type { Change } from "../model/change.ts";
import type { Checkpoint } from "../model/checkpoint.ts";
import type { Issue, IssueComment } from "../model/issue.ts";
import type { Intent } from "../model/outbox.ts";
import type { Verdict } from "../model/verdict.ts";
import type { ChangedFile } from "../model/run-summary.ts";
import type { CallOptions } from "./outside.ts";
import type { IssueRelation } from "./tracker.ts";

/**
 * What a tool needs of tracker, forge and repository: a run whose adapters do not declare it does not get the tool. `issue…` is the
 * tracker, `change…` the forge, `repo` a workflow with a repository on a lane with a branch.
 */
export type ToolCapability =
  | "issue"
  | "issue.move"
  | "issue.comment"
  | "issue.update"
  | "issue.attach"
  | "issue.follow_up"
  | "issue.relations"
  | "issue.linear_graphql"
  | "repo"
  | "change"
  | "change.threads"
  | "change.reviewers"
  | "change.merge";

/** The intents that a tool may have planned. */
type ToolIntent = Extract<
  Intent,
  {
    kind:
      | "issue_move"
      | "issue_comment"
      | "issue_update"
      | "issue_attach"
      | "issue_follow_up"
      | "change_comment"
      | "change_reply"
      | "request_reviewers";
  }
>;

type WithoutPlace<T> = T extends unknown ? Omit<T, "issueId" | "changeId" | "byAgent"> : never;

/** What a tool wants written. It names no issue, change or branch: the run's own are filled in by the host. */
export type RunWrite = WithoutPlace<ToolIntent>;

/** What had become of a write when the wait for it was over. `recorded`: it is sent later, whatever becomes of the run. */
export interface RunWriteEnd {
  readonly state: "done" | "refused" | "recorded";
  /** An id or URL when done, the reason when refused. */
  readonly result: string | null;
}

/** The lane's branch and tree as the host sees them. */
export interface RepoStatus {
  readonly branch: string;
  readonly base: string;
  readonly headSha: string;
  /** What the remote shows of the branch, as far as the host pushed it. */
  readonly pushedSha: string | null;
  /** Commits that no remote has. */
  readonly unpushed: number;
  /** Files that no commit has as they are. */
  readonly dirtyFiles: readonly string[];
  /** Files of a merge of the base whose conflicts are to be solved. */
  readonly conflicts: readonly string[];
}

/**
 * The outside as one run may use it: its leased issue, its repository, its branch and the one change of that branch. Reads go to the
 * adapters and may throw their codes; writes go through the outbox. No member names another issue, branch or change.
 */
export interface RunOutside {
  can(capability: ToolCapability): boolean;
  readonly issue: {
    /** Throws `tracker_not_found` when it is not shown any more. */
    read(options: CallOptions): Promise<Issue>;
    comments(options: CallOptions): Promise<readonly IssueComment[]>;
    relations(options: CallOptions): Promise<readonly IssueRelation[]>;
    /** Whether the profile lets an agent move the issue, as it is now, to this state of the tracker. */
    judgeMove(issue: Issue, to: string, options: CallOptions): Promise<Verdict>;
    /** Names of the states that `judgeMove` could allow from here. */
    states(issue: Issue): readonly string[];
    /** How an issue that an agent makes begins: no agent works on it before a person has looked. */
    firstState(): { readonly state: string; readonly labels: readonly string[] };
    /** Which of these labels decide what Maestro does; only people set them. */
    reserved(labels: readonly string[]): readonly string[];
    /** One raw GraphQL operation with the tracker's credential. */
    linearGraphql(
      document: string,
      variables: JsonObject,
      options: CallOptions,
    ): Promise<{ readonly ok: boolean; readonly body: JsonValue }>;
  };
  readonly repo: {
    status(options: CallOptions): Promise<RepoStatus>;
    /** Everything that differs from the base, files that no commit has yet included. `problems` is what `git diff --check` says. */
    diff(
      options: CallOptions & { readonly maxBytes: number },
    ): Promise<{ readonly diff: string; readonly files: readonly ChangedFile[]; readonly problems: string }>;
    /** Commits everything in the tree. Throws `git_conflict` while a merge is not solved. */
    commit(
      message: string,
      options: CallOptions,
    ): Promise<{ readonly headSha: string; readonly committed: boolean; readonly changed: boolean }>;
    /** Merges the newest base. Throws `git_dirty_tree`. */
    syncBase(options: CallOptions): Promise<{
      readonly result: "up_to_date" | "merged" | "conflict";
      readonly conflicts: readonly string[];
    }>;
    /** Pushes what is committed, when the remote stands where the host pushed it last. */
    push(options: CallOptions): Promise<{ readonly headSha: string; readonly result: string | null }>;
  };
  readonly change: {
    /** `null` when the branch has none. */
    read(options: CallOptions): Promise<Change | null>;
    /** The end of a failed check's log; `null` when the forge keeps none. */
    checkLog(check: string, options: CallOptions & { readonly maxBytes: number }): Promise<string | null>;
    /** Makes the lane's one change, or brings its words up to date. Throws `not_pushed`. */
    open(text: { readonly title: string; readonly body: string }, options: CallOptions): Promise<RunWriteEnd>;
    /** Whether the host would land the change as it is now; the reason says what is missing. */
    judgeMerge(options: CallOptions): Promise<Verdict>;
  };
  /**
   * Shows a checkpoint that was put on record in the workpad, when something that people see has changed or some time has passed; else with the next
   * change of the workpad. Waits for nothing outside. Absent: there is no tracker to show it on.
   */
  readonly showCheckpoint?: (checkpoint: Checkpoint, options: CallOptions) => Promise<void>;
  /** Plans a write under the run's fence and waits for its end, in bounded time. The same write asked for again is the same one. */
  write(write: RunWrite, options: CallOptions): Promise<RunWriteEnd>;
}
