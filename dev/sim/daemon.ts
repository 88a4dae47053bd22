import { mockAgent } from "../../src/agents/mock/index.ts";
import type { Clock } from "../../src/base/clock.ts";
import type { Log } from "../../src/base/log.ts";
import { type Random, seededRandom } from "../../src/base/random.ts";
import { SecretRegistry } from "../../src/base/redact.ts";
import type { SqliteDatabase } from "../../src/base/sqlite-module.ts";
import type { Engine } from "../../src/contracts/engine.ts";
import type { Runtime } from "../../src/contracts/runtime.ts";
import type { Forge } from "../../src/contracts/forge.ts";
import type { WorkRecord } from "../../src/contracts/record.ts";
import type { Tracker } from "../../src/contracts/tracker.ts";
import { createEmbeddedEngine } from "../../src/engine/index.ts";
import type { HostGit } from "../../src/git/index.ts";
import type { Lease } from "../../src/model/work.ts";
import type { Workflow } from "../../src/model/workflow.ts";
import { Orchestrator, type OrchestratorParts, type WaitingIssue } from "../../src/orchestrator/index.ts";
import { memoryTranscripts, type OpenRecord, openRecord } from "../../src/record/index.ts";
import { createWorker, type WorkerParts } from "../../src/runs/index.ts";
import { createToolbox, createToolServer } from "../../src/tools/index.ts";
import { createWorkspaces } from "../../src/workspace/index.ts";
import { freezable, freezableClock, freezableEngine, freezableRuntime, Frost } from "./frost.ts";
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
  /** Lets one of its workers stand still for some time, longer perhaps than its leases last. */
  freeze(worker: number, ms: number): void;
  /** What a power cut or kill -9 does. */
  crash(): void;
  /** What SIGTERM does. */
  stop(): Promise<void>;
  /** Why what does not run does not run, for whoever replays a seed. */
  waiting(): readonly WaitingIssue[];
}

/** How many workers share a daemon's work, so that one goes on while another stands still. */
export const WORKERS = 2;

/** Starts a daemon. */
export async function startDaemon(around: Surroundings, mutation: Mutation | null): Promise<Daemon> {
  const life = new Life();
  const { log, instance, runtime, database } = around;
  const secrets = new SecretRegistry();
  const ground = { around, clock: mortalClock(around.clock, life), runtime: mortal(runtime, life), secrets };
  const { clock } = ground;
  const open = await openRecord({ database, workflowId: around.workflow().id, clock, log, secrets });
  const engine = createEmbeddedEngine({ record: open, clock, log, instance });
  const sound: MutableParts = {
    record: open.record,
    engine,
    tracker: mortal(around.tracker, life),
    forge: mortal(around.forge, life),
    git: mortal(around.git, life),
    workflow: around.workflow,
    // It is not held up by a frozen worker.
    endLeftovers: (lease) => createWorker(workerParts(parts, ground, new Frost(), instance)).endLeftovers(lease),
  };
  const parts: MutableParts = { ...sound, ...mutation?.(sound) };
  const frosts = Array.from({ length: WORKERS }, () => new Frost());
  const workers = frosts.map((frost, at) => createWorker(workerParts(parts, ground, frost, `${instance}/${at + 1}`)));
  const orchestrator = new Orchestrator(serviceParts(parts, ground));
  await orchestrator.start();
  for (const worker of workers) worker.start();
  const stop = async (): Promise<void> => {
    for (const frost of frosts) frost.thaw();
    await Promise.all(workers.map((worker) => worker.stop({ reason: "stopped" })));
    await orchestrator.stop("stopped");
    await engine.close();
    await open.close();
  };
  return {
    ask: (verb, args) => ask(ground, open, orchestrator, verb, args),
    waiting: () => orchestrator.waiting(),
    freeze: (worker, ms) => {
      const frost = frosts[worker % WORKERS];
      frost?.freeze();
      around.clock.setTimer(ms, () => frost?.thaw());
    },
    crash: () => {
      life.end();
      open.abandon();
      runtime.hangUp();
    },
    stop,
  };
}

async function ask(
  { around, clock }: Ground,
  open: OpenRecord,
  orchestrator: Orchestrator,
  verb: string,
  args: Record<string, string>,
): Promise<void> {
  const id = `cmd-${around.random.hex(6)}`;
  const { workflowId } = open.record;
  await open.inbox.ask({ id, workflowId, actor: "person", verb, arguments: args, askedAt: clock.now() });
  orchestrator.nudge();
}

function serviceParts(parts: MutableParts, { around, clock, runtime }: Ground): OrchestratorParts {
  const { random, log, instance } = around;
  const { record, engine, endLeftovers } = parts;
  return {
    ...{ record, engine, clock, random, log, instance, endLeftovers, version: "simulation", pid: 1 },
    machine: runtime.machine,
    workflows: workflowPort(parts),
    outside: { tracker: () => parts.tracker, forge: () => (parts.workflow().repo === null ? null : parts.forge) },
  };
}

function workflowPort({ workflow }: MutableParts) {
  return { current: workflow, byHash: () => workflow(), problem: () => null, recheck: async () => undefined };
}

interface Ground {
  readonly around: Surroundings;
  readonly clock: Clock;
  readonly runtime: Runtime;
  readonly secrets: SecretRegistry;
}

/** What a worker is built from; the frost lies on everything that it sees and does. */
function workerParts(parts: MutableParts, ground: Ground, frost: Frost, instance: string): WorkerParts {
  const { around, secrets } = ground;
  const { log, random } = around;
  const clock = freezableClock(ground.clock, frost);
  const runtime = freezableRuntime(ground.runtime, frost);
  const tracker = freezable(parts.tracker, frost, ["watch"]);
  const forge = freezable(parts.forge, frost, ["watch", "remote"]);
  const git = freezable(parts.git, frost);
  return {
    ...{ clock, random, log, secrets, runtime, instance },
    record: freezable(parts.record, frost, ["subscribe", "trouble"]),
    engine: freezableEngine(parts.engine, frost),
    machine: runtime.machine,
    workflows: workflowPort(parts),
    tracker: () => tracker,
    forge: () => (parts.workflow().repo === null ? null : forge),
    workspaces: (workflow) =>
      createWorkspaces({
        ...{ runtime, log, secrets, clock },
        workflowId: workflow.id,
        git: workflow.repo === null ? null : git,
        root: workflow.workspace.root,
        strategy: workflow.workspace.strategy,
        hooks: workflow.hooks,
        hookEnvironment: () => ({}),
        minFreeBytes: 0,
        salvageDirectory: "/state/salvage",
      }),
    git: (workflow) => (workflow.repo === null ? null : git),
    agent: async (workflow) => mockAgent.open(workflow.agentProvider.options),
    toolbox: createToolbox({ secrets, log, clock }),
    toolServer: createToolServer({ random: seededRandom(0), secrets }),
    agentsDirectory: "/agents",
    transcripts: memoryTranscripts(),
    // The engine tells of all work; looking for it each second of hours costs more than all the rest.
    pollMs: 10_000,
    slots: () => ({ run: parts.workflow().agent.maxConcurrentAgents, validate: 2, land: 2, clean: 2 }),
  };
}
