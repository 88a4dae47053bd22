import type { RecordViews } from "../contracts/record.ts";
import type { Forge } from "../contracts/forge.ts";
import type { Tracker } from "../contracts/tracker.ts";
import type { GitLeftovers } from "../git/index.ts";
import type { LeftoverKind } from "../model/documents/recovery.ts";
import type { Workflow } from "../model/workflow.ts";
import type { WorkspaceFolders, Workspaces } from "../workspace/index.ts";

/** What leftovers are looked for with. */
export interface RecoveryParts {
  readonly workflow: Workflow;
  readonly views: RecordViews;
  readonly tracker: Tracker;
  /** `null` for a workflow without a repository. */
  readonly forge: Forge | null;
  readonly git: GitLeftovers | null;
  readonly workspaces: Pick<Workspaces, "remove"> & WorkspaceFolders;
  /** Absolute; workspaces below it are this workflow's own. */
  readonly stateDirectory: string;
  /** A new folder below which a branch is kept. */
  readonly salvagePath: (name: string) => string;
  /** Ends what is left of all leases and puts their end on record; `null` while a service looks after them itself. */
  readonly buryLost: (() => Promise<void>) | null;
}

/** A leftover and how it is mended. */
export interface Found {
  readonly kind: LeftoverKind;
  readonly name: string;
  readonly sentence: string;
  readonly mend: string;
  /** Looks again first. Returns where something was kept, `null`: nothing had to be. Throws why it is left. */
  readonly apply: (signal: AbortSignal) => Promise<string | null>;
}
