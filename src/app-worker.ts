import { join } from "node:path";
import type { AccountPool } from "./contracts/account-pool.ts";
import type { AccountPauses } from "./contracts/account-pauses.ts";
import type { AgentProvider } from "./contracts/agent-provider.ts";
import type { Engine } from "./contracts/engine.ts";
import type { Forge } from "./contracts/forge.ts";
import type { WorkRecord } from "./contracts/record.ts";
import type { Runtime } from "./contracts/runtime.ts";
import type { Tracker } from "./contracts/tracker.ts";
import type { Clock } from "./base/clock.ts";
import { stableJson } from "./base/json.ts";
import type { RunSkill } from "./model/run-skill.ts";
import type { HostGit } from "./git/index.ts";
import { openHostGit } from "./app-git.ts";
import type { Workflow } from "./model/workflow.ts";
import type { Transcripts } from "./record/index.ts";
import { createWorker, type Worker, type WorkerParts } from "./runs/index.ts";
import { createToolbox, createToolServer } from "./tools/index.ts";
import { createWorkspaces, type Workspaces } from "./workspace/index.ts";
import type { DaemonParts } from "./app-daemon-parts.ts";

/** What the worker gets beside the service's own parts. */
export interface WorkerSurroundings {
  readonly instance: string;
  readonly machine: string;
  readonly engine: Engine;
  readonly record: WorkRecord;
  readonly runtime: Runtime;
  readonly workflows: { current(): Workflow; byHash(hash: string): Workflow | undefined };
  readonly tracker: () => Tracker;
  readonly forge: () => Forge | null;
  readonly transcripts: Transcripts;
  readonly pauses: AccountPauses;
  readonly accounts: AccountPool;
  readonly accountKeys: NonNullable<WorkerParts["accountKeys"]>;
}

/** Validation and landing are short; this many of each at once keep two cores busy. */
const SIDE_WORK_SLOTS = 2;
/** Cleaning mostly waits for the disk; with fewer at once a flood of short runs is cleaned up slower than it comes. */
const CLEAN_SLOTS = 6;
/** The worker of this machine, for all four kinds of work. */
export function workerOf(parts: DaemonParts, around: WorkerSurroundings): Worker {
  const { clock, random, log, secrets, kinds } = parts;
  const { runtime } = around;
  const stateDirectory = parts.project.stateDirectory;
  const git = perSetting(
    (workflow) => gitOf(parts, around, workflow),
    (workflow) => [workflow.repo, workflow.workspace],
  );
  const workspaces = perSetting<Workspaces>(
    (workflow) =>
      createWorkspaces({
        runtime,
        git: git(workflow),
        root: workflow.workspace.root,
        strategy: workflow.workspace.strategy,
        hooks: workflow.hooks,
        workflowId: workflow.id,
        hookEnvironment: () => runtime.environment(),
        minFreeBytes: workflow.workspace.minFreeBytes,
        salvageDirectory: join(stateDirectory, "salvage"),
        log,
        secrets,
        clock,
      }),
    (workflow) => [workflow.repo, workflow.workspace, workflow.hooks],
  );
  const agent = perSetting<Promise<AgentProvider>>(
    async (workflow) => (await kinds.agents.load(workflow.agentProvider.kind)).open(workflow.agentProvider.options),
    (workflow) => [workflow.agentProvider],
  );
  return createWorker({
    ...around,
    workspaces,
    git,
    agent,
    toolbox: createToolbox({ secrets, log, clock, more: async () => kinds.tools }),
    skills: ({ skills = [], directory }) => taught(skills, { home: parts.home, directory, clock }),
    toolServer: createToolServer({ random, secrets }),
    agentsDirectory: join(parts.home, "agents"),
    clock,
    random,
    log,
    secrets,
    slots: () => slotsOf(around.workflows.current()),
  });
}

function slotsOf({ agent }: Workflow) {
  return { run: agent.maxConcurrentAgents, validate: SIDE_WORK_SLOTS, land: SIDE_WORK_SLOTS, clean: CLEAN_SLOTS };
}

/** What agents are taught, read anew for each run: a linked skill is being written. */
async function taught(
  names: readonly string[],
  place: { readonly home: string; readonly directory: string; readonly clock: Clock },
): Promise<readonly RunSkill[]> {
  if (names.length === 0) return [];
  const { chooseSkills, offeredSkills, readRunSkills } = await import("./marketplace/index.ts");
  return readRunSkills(chooseSkills(await offeredSkills(place), names));
}

function gitOf(parts: DaemonParts, around: WorkerSurroundings, workflow: Workflow): HostGit | null {
  const { clock, log, project } = parts;
  const places = { stateDirectory: project.stateDirectory, workspaceRoot: workflow.workspace.root };
  return openHostGit({ clock, log, runtime: around.runtime, forge: around.forge, ...places }, workflow.repo);
}

/** Makes a part once per state of the settings that it depends on; a run keeps what it was started with. */
function perSetting<T>(
  make: (workflow: Workflow) => T,
  settings: (workflow: Workflow) => unknown,
): (workflow: Workflow) => T {
  const made = new Map<string, T>();
  return (workflow) => {
    const key = stableJson(settings(workflow));
    let part = made.get(key);
    if (part === undefined) {
      part = make(workflow);
      made.set(key, part);
    }
    return part;
  };
}
