import type { Log } from "../base/log.ts";
import type { Scope } from "../base/scope.ts";
import type { AgentSession } from "../contracts/agent-provider.ts";
import type { Runtime } from "../contracts/runtime.ts";
import type { LaneTree } from "../git/index.ts";
import type { Assignment } from "../model/assignment.ts";
import type { Lease, WorkSpec } from "../model/work.ts";
import type { Workflow } from "../model/workflow.ts";
import type { WorkspaceLane } from "../workspace/index.ts";
import type { Observer } from "./observer.ts";
import type { WorkerParts } from "./parts.ts";
import type { Meter } from "./run/meter.ts";
import type { RunTally } from "./tally.ts";

/** What one leased piece of work is carried out with. */
export interface WorkContext {
  readonly parts: WorkerParts;
  readonly lease: Lease;
  readonly work: WorkSpec;
  readonly assignment: Assignment;
  readonly workflow: Workflow;
  /** The machine, as far as this work uses it: every process is on record before it exists. */
  readonly runtime: Runtime;
  readonly observer: Observer;
  /** What all runs of this worker use up together. */
  readonly meter: Meter;
  /** Counts what happens, for the summary of a run. */
  readonly tally: RunTally;
  /** Makes the session of this work known, so that it can be told what people say. Absent: nobody could be told. */
  readonly onSession?: (session: Pick<AgentSession, "steer">) => void;
  /** Releases everything that the work has started, last first, before it is settled. */
  readonly scope: Scope;
  /** Aborted when the work has to end: its lease went, it was taken back, the worker stops. */
  readonly signal: AbortSignal;
  /** Aborted when the worker stops: nothing waits for better times then. */
  readonly stopping: AbortSignal;
  readonly log: Log;
}

/** The lane as workspaces need it; what its hooks did goes on record. */
export function workspaceLane({ work, assignment, observer }: WorkContext): WorkspaceLane {
  return {
    key: assignment.workspaceKey,
    issue: assignment.issue,
    branch: assignment.branch,
    laneId: work.laneId,
    run: work.run,
    onHook: (data) => observer.note({ type: "hook_finished", data }),
  };
}

/** The lane as Git needs it, or `null` when it has no branch. */
export function laneTree({ assignment, workflow }: WorkContext, path: string): LaneTree | null {
  const { branch, workspaceKey } = assignment;
  return branch === null ? null : { workspaceKey, path, branch, strategy: workflow.workspace.strategy };
}
