import type { Clock } from "../base/clock.ts";
import type { MaestroError } from "../base/errors.ts";
import type { Log } from "../base/log.ts";
import type { Random } from "../base/random.ts";
import type { AccountPauses } from "../contracts/account-pauses.ts";
import type { AccountPool } from "../contracts/account-pool.ts";
import type { Engine } from "../contracts/engine.ts";
import type { Forge } from "../contracts/forge.ts";
import type { CommandInbox, WorkRecord } from "../contracts/record.ts";
import type { Tracker } from "../contracts/tracker.ts";
import type { RecoveryDocument } from "../model/documents/recovery.ts";
import type { OutsideDocument } from "../model/documents/outside.ts";
import type { Lease } from "../model/work.ts";
import type { Workflow } from "../model/workflow.ts";

/** The workflow as it is in force, and what is wrong with its newest text. */
export interface WorkflowPort {
  current(): Workflow;
  /** Set while the newest text is refused; then nothing new is started (S-080). */
  problem(): MaestroError | null;
  /** Looks at the file again, in case a change was not announced (S-077). Never throws. */
  recheck(): Promise<void>;
}

/** The outside systems that the workflow in force names. */
export interface OutsidePort {
  tracker(): Tracker;
  forge(): Forge | null;
}

/** Everything that the orchestrator is built from. */
export interface OrchestratorParts {
  readonly workflows: WorkflowPort;
  readonly outside: OutsidePort;
  readonly record: WorkRecord;
  readonly engine: Engine;
  /** Which accounts are paused. Absent: what the record says, which other workflows do not see. */
  readonly pauses?: AccountPauses;
  /** The accounts that somebody has configured. Absent: there are none. */
  readonly accounts?: AccountPool;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Name of the machine that new lanes are bound to. */
  readonly machine: string;
  /** This process; leases of other holders are dead once we hold the instance lock. */
  readonly instance: string;
  /** Names this installation to others on the tracker; the same after a restart. Absent: `instance`. */
  readonly owner?: string;
  readonly version: string;
  readonly pid: number;
  /** Where what is asked in comments is put. Absent: comments ask nothing. */
  readonly inbox?: CommandInbox;
  /** Called after each turn of the loop, with how the service gets on with tracker and forge. Must not throw. */
  readonly onTurn?: (outside: OutsideDocument) => void;
  /**
   * Tells the running session of a piece of work something. `false` when it cannot be told now; then nobody was. Absent: no session can be told.
   * Bounded; never rejects.
   */
  readonly steer?: (workId: string, text: string) => Promise<boolean>;
  /** Looks for what was left behind, and mends it with `apply`; throws what cannot be asked. Bounded. Absent: nobody can. */
  readonly recover?: (apply: boolean) => Promise<RecoveryDocument>;
  /** Ends every process that a lost lease may have left behind; returns how many there were. */
  readonly endLeftovers: (lease: Lease) => Promise<number>;
}

/** Longest wait for one call to a tracker or forge, milliseconds. */
export const CALL_DEADLINE_MS = 30_000;
