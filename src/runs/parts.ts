import type { Clock } from "../base/clock.ts";
import type { Log } from "../base/log.ts";
import type { Random } from "../base/random.ts";
import type { SecretRegistry } from "../base/redact.ts";
import type { AccountPool } from "../contracts/account-pool.ts";
import type { AccountPauses } from "../contracts/account-pauses.ts";
import type { AgentProvider } from "../contracts/agent-provider.ts";
import type { Engine } from "../contracts/engine.ts";
import type { Forge } from "../contracts/forge.ts";
import type { WorkRecord } from "../contracts/record.ts";
import type { Runtime } from "../contracts/runtime.ts";
import type { Tracker } from "../contracts/tracker.ts";
import type { HostGit } from "../git/index.ts";
import type { RunSkill } from "../model/run-skill.ts";
import type { WorkKind } from "../model/work.ts";
import type { Workflow } from "../model/workflow.ts";
import type { Transcripts } from "../record/index.ts";
import type { Toolbox, ToolServer } from "../tools/index.ts";
import type { Workspaces } from "../workspace/index.ts";

/** Everything that a worker is built from. */
export interface WorkerParts {
  readonly engine: Engine;
  readonly record: WorkRecord;
  readonly workflows: { byHash(hash: string): Workflow | undefined; current(): Workflow };
  readonly tracker: () => Tracker;
  readonly forge: () => Forge | null;
  readonly runtime: Runtime;
  readonly workspaces: (workflow: Workflow) => Workspaces;
  /** `null` for a workflow without a repository. */
  readonly git: (workflow: Workflow) => HostGit | null;
  readonly agent: (workflow: Workflow) => Promise<AgentProvider>;
  readonly toolbox: Toolbox;
  /** What agents of a workflow are taught. Absent: nothing. May throw `unknown_skill` and the codes of plugins. */
  readonly skills?: (workflow: Workflow) => Promise<readonly RunSkill[]>;
  /** Closed with the worker. */
  readonly toolServer: ToolServer;
  /** Absolute; holds a folder for each account of an agent. */
  readonly agentsDirectory: string;
  readonly transcripts: Transcripts;
  /** Which accounts are paused: no session is started on them, also of work that was queued before. Absent: nobody says. */
  readonly pauses?: Pick<AccountPauses, "known">;
  /** The accounts that somebody has configured: a session takes its own for as long as it lasts. Absent: there are none. */
  readonly accounts?: Pick<AccountPool, "lease" | "release">;
  /**
   * What an account's sessions get in their environment, by the names of variables; nothing for a login of its own. Absent: nothing. Throws
   * `credential_missing` and the codes of the credential store.
   */
  readonly accountKeys?: (kind: string, account: string) => Promise<Readonly<Record<string, string>>>;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly secrets: SecretRegistry;
  readonly machine: string;
  /** Holder of the leases. */
  readonly instance: string;
  /** How many pieces of each kind run at once; asked before each pull. */
  readonly slots: () => Readonly<Record<WorkKind, number>>;
  /** How long a lease lasts without a heartbeat, milliseconds. Default 15,000. */
  readonly leaseMs?: number;
  /** Milliseconds between heartbeats. Default 3,000. */
  readonly heartbeatMs?: number;
  /** How often work is looked for although nothing told of any, milliseconds. Default 1,000. */
  readonly pollMs?: number;
}
