import type { Issue } from "../model/issue.ts";

/**
 * The folders that agents work in. Keys, containment, population, hooks, salvage, removal; everything through the
 * runtime. Errors: `workspace_outside_root`, `workspace_is_root`, `workspace_symlink`, `workspace_not_directory`,
 * `workspace_disk_low` (retryable), `workspace_prepare_failed`, `hook_failed` and `hook_timeout` (with hook, exit code, output).
 */
export interface Workspaces {
  /**
   * Makes or takes up the lane's folder, populates it (Git tree or hook), and runs `after_create` when it is new or was
   * never finished: a folder whose population failed is populated again, never handed to an agent half-made.
   */
  prepare(lane: WorkspaceLane, signal: AbortSignal): Promise<PreparedWorkspace>;
  /** Runs `before_run`; throws `hook_failed` or `hook_timeout`. */
  beforeRun(lane: WorkspaceLane, signal: AbortSignal): Promise<void>;
  /** Runs `after_run`, after every run that had a workspace, canceled ones too (G-1, G-2). Never throws for the hook. */
  afterRun(lane: WorkspaceLane): Promise<void>;
  /** Runs `before_remove`, salvages, removes. Nothing there is fine. Returns where the salvage lies. */
  remove(lane: WorkspaceLane, signal: AbortSignal): Promise<{ readonly salvage: string | null }>;
  /** Keys of the folders under the root that Maestro made. */
  list(): Promise<readonly string[]>;
  /** The checked, absolute, real path of an existing workspace. */
  pathOf(key: string): Promise<string>;
}

/** What stands below the workspace root, for whoever looks for leftovers. */
export interface WorkspaceFolders {
  /** Every folder below the root, ours and such of which nothing is known, with what is known of each. Changes nothing. */
  folders(): Promise<readonly WorkspaceFolder[]>;
}

/** A folder below the workspace root. */
export interface WorkspaceFolder {
  readonly key: string;
  /** The lane that it was made for; `null` when nothing is known of it. */
  readonly laneId: string | null;
  readonly branch: string | null;
}

/** A lane as workspaces need it. */
export interface WorkspaceLane {
  readonly key: string;
  readonly issue: Issue;
  /** `null` for `no_repo`. */
  readonly branch: string | null;
  readonly laneId: string;
  readonly run: number;
  /** Told what the hooks and the population did, for the record. */
  readonly onHook: (result: HookResult) => void;
}

/** How a hook ended. */
export interface HookResult {
  readonly hook: string;
  readonly ok: boolean;
  /** The end of its output, at most 2,048 bytes, redacted. */
  readonly detail: string;
  readonly ms: number;
}

/** A workspace that an agent may be started in. */
export interface PreparedWorkspace {
  readonly path: string;
  readonly created: boolean;
  readonly baseSha: string | null;
  readonly headSha: string | null;
}
