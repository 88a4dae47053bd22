import { join } from "node:path";
import { withDeadline } from "./base/abort.ts";
import { openHostGit } from "./app-git.ts";
import type { DaemonParts } from "./app-daemon-parts.ts";
import type { Forge } from "./contracts/forge.ts";
import type { RecordViews } from "./contracts/record.ts";
import type { Runtime } from "./contracts/runtime.ts";
import type { Tracker } from "./contracts/tracker.ts";
import type { RecoveryDocument } from "./model/documents/recovery.ts";
import type { Workflow } from "./model/workflow.ts";
import { buryLost, type OrchestratorParts } from "./orchestrator/index.ts";
import { recoverLeftovers } from "./recovery/index.ts";
import { createWorkspaces } from "./workspace/index.ts";

/** Longest look with its mending, milliseconds; what was not reached is found again. */
const LIMIT_MS = 600_000;

/** What leftovers are looked for in, beside the service's own parts. */
interface RecoverySurroundings {
  readonly runtime: Runtime;
  readonly views: RecordViews;
  readonly workflow: Workflow;
  readonly tracker: Tracker;
  readonly forge: Forge | null;
  /** `null` while the service itself looks after leases. */
  readonly buryLost: (() => Promise<void>) | null;
}

/** What of a service its recovery needs. */
type ServiceParts = Pick<
  OrchestratorParts,
  "engine" | "instance" | "record" | "workflows" | "outside" | "endLeftovers"
> & {
  readonly runtime: Runtime;
};

/** Looks for leftovers, and mends them: `beside` a service at work, which looks after its leases itself, or `alone` under its lock. */
export function recoveryOf(parts: DaemonParts, service: ServiceParts) {
  const { outside, record, runtime, workflows } = service;
  const recover = (apply: boolean, bury: (() => Promise<void>) | null) => {
    const around = { runtime, views: record.views, workflow: workflows.current(), buryLost: bury };
    return recoverProject(parts, { ...around, tracker: outside.tracker(), forge: outside.forge() }, apply);
  };
  return {
    beside: (apply: boolean) => recover(apply, null),
    alone: (apply: boolean) => recover(apply, () => buryLost({ ...service, log: parts.log })),
  };
}

/** Looks for what was left behind, and mends it with `apply`. Throws what cannot be asked, `deadline`. */
async function recoverProject(
  parts: DaemonParts,
  around: RecoverySurroundings,
  apply: boolean,
): Promise<RecoveryDocument> {
  const { clock, log, secrets, project } = parts;
  const { runtime, workflow, forge } = around;
  const { stateDirectory } = project;
  const places = { stateDirectory, workspaceRoot: workflow.workspace.root };
  const git = openHostGit({ clock, log, runtime, forge: () => forge, ...places }, workflow.repo);
  const salvageDirectory = join(stateDirectory, "salvage");
  const workspaces = createWorkspaces({
    ...{ runtime, git, clock, log, secrets, salvageDirectory },
    root: workflow.workspace.root,
    strategy: workflow.workspace.strategy,
    hooks: workflow.hooks,
    workflowId: workflow.id,
    hookEnvironment: () => runtime.environment(),
    minFreeBytes: workflow.workspace.minFreeBytes,
  });
  const stamp = new Date(clock.now()).toISOString().replace(/[-:.]/g, "");
  const salvagePath = (name: string) => join(salvageDirectory, `${name.replace(/[^A-Za-z0-9._-]/g, "-")}-${stamp}`);
  return withDeadline(clock, LIMIT_MS, new AbortController().signal, (signal) =>
    recoverLeftovers({ ...around, git, workspaces, stateDirectory, salvagePath }, apply, signal),
  );
}
