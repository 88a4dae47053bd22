import { type AgentLine, SIM_AGENT_COMMAND, simAgentKind, simAgentProgram } from "../../dev/sim/sim-agent.ts";
import type { SimProgram } from "../../dev/sim/sim-process.ts";
import { type SimRuntime, simRuntime } from "../../dev/sim/sim-runtime.ts";
import { VirtualClock } from "../../dev/sim/virtual-clock.ts";
import type { Step } from "../../src/agents/mock/schema.ts";
import type { JsonObject } from "../../src/base/json.ts";
import { memoryLog } from "../../src/base/log.ts";
import { seededRandom } from "../../src/base/random.ts";
import { SecretRegistry } from "../../src/base/redact.ts";
import type { Engine } from "../../src/contracts/engine.ts";
import type { OutsideFault } from "../../src/contracts/outside-faults.ts";
import type { WorkRecord } from "../../src/contracts/record.ts";
import { createEmbeddedEngine } from "../../src/engine/index.ts";
import { createMemoryForge, type MemoryForge } from "../../src/forges/memory/index.ts";
import type { Assignment } from "../../src/model/assignment.ts";
import type { Event, EventOf, EventType } from "../../src/model/events/index.ts";
import type { Intent } from "../../src/model/outbox.ts";
import type { WorkOutcome } from "../../src/model/run.ts";
import type { WorkKind } from "../../src/model/work.ts";
import type { Workflow } from "../../src/model/workflow.ts";
import { memoryTranscripts, openRecord, type OpenRecord } from "../../src/record/index.ts";
import { createWorker, type Worker, type WorkerParts } from "../../src/runs/index.ts";
import { createToolbox, createToolServer } from "../../src/tools/index.ts";
import { createMemoryTracker, type MemoryTracker } from "../../src/trackers/memory/index.ts";
import { anIssue, aWorkflow, aWorkSpec } from "./samples.ts";
import { PlainGit, PlainWorkspaces } from "./twins.ts";

const LANE = "lane-1";

/** How a workshop is set up. */
export interface WorkshopOptions {
  readonly workflow?: Partial<Workflow>;
  readonly steps?: readonly Step[];
  readonly environment?: Readonly<Record<string, string>>;
  /** More programs of the machine. */
  readonly programs?: Readonly<Record<string, SimProgram>>;
  /** What `sh` does; default: exits with 0. */
  readonly shell?: SimProgram;
  /** What goes wrong with the next calls of the forge, in order. */
  readonly faults?: (OutsideFault | undefined)[];
  /** Replaces parts by ones that misbehave. */
  readonly replace?: (parts: { readonly record: WorkRecord; readonly engine: Engine }) => Partial<WorkerParts>;
}

/** A worker on a simulated machine with one lane, and everything that can be seen from outside. */
export class Workshop {
  readonly clock = new VirtualClock({ drain: () => new Promise((resolve) => setImmediate(resolve)) });
  readonly log = memoryLog();
  readonly secrets = new SecretRegistry();
  readonly journal: AgentLine[] = [];
  readonly transcripts = memoryTranscripts();
  readonly runtime: SimRuntime;
  readonly workspaces: PlainWorkspaces;
  readonly git: PlainGit;
  readonly workflow: Workflow;
  /** Calls that changed something at the forge. */
  readonly effects: string[] = [];
  open!: OpenRecord;
  engine!: Engine;
  tracker!: MemoryTracker;
  forge!: MemoryForge;
  worker!: Worker;
  readonly #options: WorkshopOptions;

  constructor(options: WorkshopOptions = {}) {
    this.#options = options;
    const agent = { scripts: { default: { runs: [options.steps ?? []] } } };
    const agentOptions: JsonObject = JSON.parse(JSON.stringify(agent));
    const agentProvider = { kind: "mock", options: agentOptions };
    this.workflow = aWorkflow("/work", { agentProvider, ...options.workflow });
    const programs = {
      [SIM_AGENT_COMMAND]: simAgentProgram(this.journal),
      sh: options.shell ?? (async () => 0),
      ...options.programs,
    };
    const environment = options.environment ?? { PATH: "/bin" };
    this.runtime = simRuntime({ clock: this.clock, programs, environment, machine: "here" });
    this.workspaces = new PlainWorkspaces(this.runtime, this.workflow.workspace.root);
    this.git = new PlainGit(this.runtime);
  }

  /** Opens record, engine, tracker, forge and a lane; the worker is started. */
  async start(branch: string | null = null): Promise<this> {
    const { clock, log, secrets, workflow, runtime } = this;
    const random = seededRandom(1);
    const workflowId = workflow.id;
    this.open = await openRecord({ file: ":memory:", workflowId, clock, log, secrets });
    this.engine = createEmbeddedEngine({ record: this.open, clock, log, instance: "worker" });
    const { record } = this.open;
    const issue = anIssue();
    const context = { clock, random, log, secrets, directory: "/", stateDirectory: "/state", environment: {} };
    const { id, identifier, title, state } = issue;
    this.tracker = await createMemoryTracker(
      { issues: [{ id, identifier, title, state }], persist_state_updates: false },
      context,
    );
    this.forge = createMemoryForge({}, context, { next: () => this.#options.faults?.shift() }, ({ verb, effect }) => {
      if (effect) this.effects.push(verb);
    });
    const provider = await simAgentKind().open(workflow.agentProvider.options);
    this.worker = createWorker({
      engine: this.engine,
      record,
      workflows: { byHash: () => undefined, current: () => workflow },
      tracker: () => this.tracker,
      forge: () => this.forge,
      runtime,
      workspaces: () => this.workspaces,
      git: () => (branch === null ? null : this.git),
      agent: async () => provider,
      toolbox: createToolbox({ secrets, clock, log }),
      toolServer: createToolServer({ random: seededRandom(0), secrets }),
      agentsDirectory: "/agents",
      transcripts: this.transcripts,
      ...{ clock, random, log, secrets },
      machine: "here",
      instance: "worker",
      slots: () => ({ run: 2, validate: 1, land: 1, clean: 1 }),
      ...this.#options.replace?.({ record, engine: this.engine }),
    });
    const { profile, hash: workflowHash } = workflow;
    await this.#decide({
      type: "lane_opened",
      data: {
        ...{ issue, ordinal: 1, profile: profile.kind, workflowHash, machine: "here", branch },
        workspaceKey: "DEMO-1",
        reason: { code: "eligible", sentence: "It is eligible." },
      },
    });
    this.worker.start();
    return this;
  }

  /** Puts work into the queue, with the outside writes that it is to carry out. */
  async enqueue(kind: WorkKind, payload: Partial<Assignment> = {}, intents: readonly Intent[] = []): Promise<string> {
    const outbox = intents.map((intent) => `${LANE}/${intent.kind}/test/1`);
    const work = aWorkSpec(kind, { ...payload, outbox });
    const reason = { code: "first_start", sentence: "It starts." };
    const { id, run } = work;
    await this.open.record.transact(async (tx) => {
      const enqueued = { id, kind, run, purpose: work.payload.purpose, workflowHash: "w1", reason, repairs: null };
      await tx.append([this.#draft({ type: "work_enqueued", data: enqueued })]);
      for (const [at, intent] of intents.entries()) {
        const data = { key: outbox[at] ?? "", fence: 0, intent, dueAt: this.clock.now() };
        await tx.append([this.#draft({ type: "outbox_planned", data })]);
      }
      await this.engine.enqueue(tx, work);
    });
    return id;
  }

  /** Lets time pass until the lane's work has been settled; returns how it ended. */
  async outcome(limitMs = 7_200_000): Promise<WorkOutcome> {
    let outcome: WorkOutcome | null = null;
    const stop = this.open.record.subscribe((events) => {
      for (const { event } of events) if (event.type === "work_settled") outcome = event.data.outcome;
    });
    const [before] = (await this.eventsOf("work_settled")).slice(-1);
    outcome = before?.outcome ?? null;
    await this.clock.runUntil(() => outcome !== null && this.worker.busy() === 0, limitMs);
    stop();
    if (outcome === null) throw new Error("nothing was settled");
    return outcome;
  }

  /** Lets time pass until `condition` holds. */
  until(condition: () => boolean): Promise<void> {
    return this.clock.runUntil(condition, 600_000);
  }

  /** What stands on record of one type, oldest first. */
  async eventsOf<T extends EventType>(type: T): Promise<EventOf<T>["data"][]> {
    const stored = await this.open.record.views.events({ laneId: LANE, types: [type], limit: 10_000 });
    return stored.map(({ event }) => event.data as EventOf<T>["data"]);
  }

  /** Types on record, oldest first. */
  async types(): Promise<EventType[]> {
    const stored = await this.open.record.views.events({ laneId: LANE, limit: 10_000 });
    return stored.map(({ event }) => event.type);
  }

  async close(): Promise<void> {
    const stopped = this.worker.stop({ reason: "the test is over" });
    let isStopped = false;
    void stopped.then(() => {
      isStopped = true;
    });
    await this.clock.runUntil(() => isStopped, 600_000);
    await this.engine.close();
    await this.open.close();
  }

  async #decide(event: Event): Promise<void> {
    await this.open.record.transact((tx) => tx.append([this.#draft(event)]));
  }

  #draft(event: Event) {
    return { workflowId: this.workflow.id, laneId: LANE, run: null, fence: null, event };
  }
}
