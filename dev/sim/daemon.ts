import { mockAgent } from "../../src/agents/mock/index.ts";
import type { Clock } from "../../src/base/clock.ts";
import type { Log } from "../../src/base/log.ts";
import type { Random } from "../../src/base/random.ts";
import { SecretRegistry } from "../../src/base/redact.ts";
import type { SqliteDatabase } from "../../src/base/sqlite-module.ts";
import type { Engine } from "../../src/contracts/engine.ts";
import type { Forge } from "../../src/contracts/forge.ts";
import type { WorkRecord } from "../../src/contracts/record.ts";
import type { Tracker } from "../../src/contracts/tracker.ts";
import { createEmbeddedEngine } from "../../src/engine/index.ts";
import type { HostGit } from "../../src/git/index.ts";
import type { Lease } from "../../src/model/work.ts";
import type { Workflow } from "../../src/model/workflow.ts";
import { Orchestrator, type WaitingIssue } from "../../src/orchestrator/index.ts";
import { memoryTranscripts, openRecord } from "../../src/record/index.ts";
import { createWorker } from "../../src/runs/index.ts";
import { createToolbox } from "../../src/tools/index.ts";
import { createWorkspaces } from "../../src/workspace/index.ts";
import { Life, mortal, mortalClock } from "./mortal.ts";
import type { SimRuntime } from "./sim-runtime.ts";

/** What a daemon finds when it starts: everything that outlives it. */
export interface Surroundings {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly database: SqliteDatabase;
  readonly runtime: SimRuntime;
  readonly git: HostGit;
  readonly tracker: Tracker;
  readonly forge: Forge;
  readonly workflow: () => Workflow;
  readonly instance: string;
}

/** The parts of a daemon that a mutant may replace by wrong ones. */
export interface MutableParts {
  readonly record: WorkRecord;
  readonly engine: Engine;
  readonly tracker: Tracker;
  readonly forge: Forge;
  readonly git: HostGit;
  readonly workflow: () => Workflow;
  readonly endLeftovers: (lease: Lease) => Promise<number>;
}

/** A deliberate bug: gets the right parts and returns some wrong ones. */
export type Mutation = (parts: MutableParts) => Partial<MutableParts>;

/** A service in the simulation: the same parts as in the product, on simulated ground. */
export interface Daemon {
  /** Puts a command into the inbox. */
  ask(verb: string, args: Record<string, string>): Promise<void>;
  /** What a power cut or kill -9 does. */
  crash(): void;
  /** What SIGTERM does. */
  stop(): Promise<void>;
  /** Why what does not run does not run, for whoever replays a seed. */
  waiting(): readonly WaitingIssue[];
}

/** Starts a daemon. */
export async function startDaemon(around: Surroundings, mutation: Mutation | null): Promise<Daemon> {
  const life = new Life();
  const clock = mortalClock(around.clock, life);
  const secrets = new SecretRegistry();
  const { log, random, instance } = around;
  const workflowId = around.workflow().id;
  const open = await openRecord({ database: around.database, workflowId, clock, log, secrets });
  const engine = createEmbeddedEngine({ record: open, clock, log, instance });
  const runtime = mortal(around.runtime, life);
  const sound = {
    record: open.record,
    engine,
    tracker: mortal(around.tracker, life),
    forge: mortal(around.forge, life),
    git: mortal(around.git, life),
    workflow: around.workflow,
    endLeftovers: (lease: Lease) => worker.endLeftovers(lease),
  };
  const parts: MutableParts = { ...sound, ...mutation?.(sound) };
  const workflows = {
    current: parts.workflow,
    byHash: () => parts.workflow(),
    problem: () => null,
    recheck: async () => undefined,
  };
  const shared = {
    record: parts.record,
    engine: parts.engine,
    clock,
    random,
    log,
    workflows,
    instance,
    machine: runtime.machine,
  };
  const worker = createWorker({
    ...shared,
    tracker: () => parts.tracker,
    forge: () => parts.forge,
    runtime,
    workspaces: (workflow) =>
      createWorkspaces({
        runtime,
        workflowId,
        git: parts.git,
        root: workflow.workspace.root,
        strategy: workflow.workspace.strategy,
        hooks: workflow.hooks,
        hookEnvironment: () => ({}),
        minFreeBytes: 0,
        salvageDirectory: "/state/salvage",
        log,
        secrets,
        clock,
      }),
    git: () => parts.git,
    agent: async (workflow) => mockAgent.open(workflow.agentProvider.options),
    toolbox: createToolbox({ secrets, log, clock }),
    transcripts: memoryTranscripts(),
    secrets,
    slots: () => ({ run: parts.workflow().agent.maxConcurrentAgents, validate: 2, land: 2, clean: 2 }),
  });
  const orchestrator = new Orchestrator({
    ...shared,
    outside: { tracker: () => parts.tracker, forge: () => parts.forge },
    version: "simulation",
    pid: 1,
    endLeftovers: parts.endLeftovers,
  });
  await orchestrator.start();
  worker.start();
  return {
    ask: async (verb, args) => {
      const id = `cmd-${random.hex(6)}`;
      await open.inbox.ask({ id, workflowId, actor: "person", verb, arguments: args, askedAt: clock.now() });
      orchestrator.nudge();
    },
    waiting: () => orchestrator.waiting(),
    crash: () => {
      life.end();
      open.abandon();
      around.runtime.hangUp();
    },
    stop: async () => {
      await worker.stop({ reason: "stopped" });
      await orchestrator.stop("stopped");
      await engine.close();
      await open.close();
    },
  };
}
