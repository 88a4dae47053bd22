import type { Clock } from "../base/clock.ts";
import type { Log } from "../base/log.ts";
import type { SecretRegistry } from "../base/redact.ts";
import type { Runtime } from "../contracts/runtime.ts";
import type { HostGit } from "../git/index.ts";
import type { Hooks } from "../model/hooks.ts";

/** What workspaces are made with, for one workflow. */
export interface WorkspacesOptions {
  /** Where the folders are and the hooks run. */
  readonly runtime: Runtime;
  /** `null` for `no_repo`: folders begin empty. */
  readonly git: HostGit | null;
  /** Absolute; the same as the host's Git was given. Made when missing. */
  readonly root: string;
  readonly strategy: "worktree" | "clone";
  readonly hooks: Hooks;
  /** Stands in the markers of the hooks' processes. */
  readonly workflowId: string;
  /** The daemon's environment for hooks; variables that hold a registered secret are taken out here. Asked for every hook. */
  readonly hookEnvironment: () => Readonly<Record<string, string>>;
  /** Nothing is prepared with less free space on the root's disk, in bytes. */
  readonly minFreeBytes: number;
  /** Absolute; what would be lost with a folder is kept below it. */
  readonly salvageDirectory: string;
  readonly log: Log;
  readonly secrets: SecretRegistry;
  readonly clock: Clock;
}
