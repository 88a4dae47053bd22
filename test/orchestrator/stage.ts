import { VirtualClock } from "../../dev/sim/virtual-clock.ts";
import type { Timer } from "../../src/base/clock.ts";
import { MaestroError } from "../../src/base/errors.ts";
import { memoryLog } from "../../src/base/log.ts";
import { type Random, seededRandom } from "../../src/base/random.ts";
import { SecretRegistry } from "../../src/base/redact.ts";
import { loadSqlite, type SqliteDatabase } from "../../src/base/sqlite-module.ts";
import type { Engine } from "../../src/contracts/engine.ts";
import type { OutsideCall, OutsideFault } from "../../src/contracts/outside-faults.ts";
import { createEmbeddedEngine } from "../../src/engine/index.ts";
import { createMemoryForge, type MemoryForge } from "../../src/forges/memory/index.ts";
import type { CommandAnswer } from "../../src/model/command.ts";
import type { StoredEvent } from "../../src/model/events/envelope.ts";
import type { Event, EventType } from "../../src/model/events/index.ts";
import type { Issue } from "../../src/model/issue.ts";
import type { Lane } from "../../src/model/lane.ts";
import type { WorkOutcome } from "../../src/model/run.ts";
import type { Lease } from "../../src/model/work.ts";
import type { Workflow } from "../../src/model/workflow.ts";
import { Orchestrator, type OrchestratorParts } from "../../src/orchestrator/index.ts";
import { type OpenRecord, openRecord } from "../../src/record/index.ts";
import { createMemoryTracker, type MemoryTracker } from "../../src/trackers/memory/index.ts";
import { outcomeOf } from "../policy/facts.ts";
import { workflowOf, type WorkflowOptions } from "../policy/workflow-facts.ts";
import { type Card, issuesOf, withoutIssues } from "./cards.ts";
import { Hands } from "./hands.ts";
import { Gauge } from "./gauge.ts";

/** How often the service polls here, milliseconds. */
export const POLL_MS = 30_000;
const UNKNOWN = new AbortController().signal;

/** A virtual clock that counts how often it woke somebody. */
class CountingClock extends VirtualClock {
  fired = 0;

  override setTimer(ms: number, run: () => void): Timer {
    return super.setTimer(ms, () => {
      this.fired += 1;
      run();
    });
  }
}

export interface StageOptions {
  /** By identifier, in the order of their creation; the id is the identifier in lower case. */
  readonly cards?: Readonly<Record<string, Card>>;
  /** Without a repository, and a hand-off of words ends the issue, unless `withRepo` is set. */
  readonly workflow?: WorkflowOptions & { readonly withRepo?: boolean };
  /** How long leases last, milliseconds. Default: for ever. */
  readonly leaseMs?: number;
  readonly endLeftovers?: (lease: Lease) => Promise<number>;
  /** Another service, on another machine: both see one clock and one tracker. */
  readonly beside?: Stage;
  /** What others see as the owner of claims. */
  readonly owner?: string;
}

/** A service on simulated ground, without workers: a test pulls its work and ends it as it likes. */
export class Stage {
  readonly clock: CountingClock;
  readonly log = memoryLog();
  /** Every call of the service that reached tracker or forge. */
  readonly calls: (OutsideCall & { readonly at: number })[] = [];
  /** What goes wrong with the service's calls to the outside. */
  fault: (verb: string) => OutsideFault | undefined = () => undefined;
  workflow: Workflow;
  /** What is wrong with the workflow file. */
  problem: string | null = null;
  /** Called when the service looks at the workflow file. */
  onRecheck: () => void = () => undefined;
  /** Ids of issues that the tracker does not show any more. */
  readonly gone = new Set<string>();
  /** Leases whose processes were looked for. */
  readonly buried: Lease[] = [];
  readonly gauge: Gauge;
  open!: OpenRecord;
  engine!: Engine;
  hands!: Hands;
  orchestrator!: Orchestrator;
  readonly #options: StageOptions;
  readonly #random: Random = seededRandom(1);
  readonly #database: SqliteDatabase;
  readonly #tracker: MemoryTracker;
  readonly #forge: MemoryForge;
  /** What people use. */
  readonly people: { readonly tracker: MemoryTracker; readonly forge: MemoryForge };
  #starts = 0;

  private constructor(options: StageOptions, database: SqliteDatabase, tracker: MemoryTracker, forge: MemoryForge) {
    this.#options = options;
    this.clock =
      options.beside?.clock ?? new CountingClock({ drain: () => new Promise((resolve) => setImmediate(resolve)) });
    this.gauge = new Gauge(database);
    this.#database = this.gauge.database;
    const { withRepo = false, ...turned } = options.workflow ?? {};
    const words = { repo: null, completion: { deliversChange: false, routes: ["resolved"] } };
    this.workflow = workflowOf({ ...(withRepo ? {} : words), ...turned });
    const ports = {
      faults: { lateMs: 60_000, next: (verb: string) => this.fault(verb) },
      onCall: (call: OutsideCall) => void this.calls.push({ ...call, at: this.clock.now() }),
    };
    this.#tracker = tracker.connect(ports);
    this.#forge = forge.connect(ports);
    this.people = { tracker, forge };
  }

  /** A stage with an open record; nothing runs yet. */
  static async open(options: StageOptions = {}): Promise<Stage> {
    const Database = await loadSqlite();
    const clock = { current: new VirtualClock() };
    const context = {
      clock: {
        now: () => clock.current.now(),
        monotonic: () => clock.current.monotonic(),
        setTimer: (ms: number, run: () => void) => clock.current.setTimer(ms, run),
        sleep: (ms: number, signal?: AbortSignal) => clock.current.sleep(ms, signal),
      },
      random: seededRandom(2),
      log: memoryLog(),
      secrets: new SecretRegistry(),
      directory: "/",
      stateDirectory: "/",
      environment: {},
    };
    const { beside } = options;
    const tracker =
      beside?.people.tracker ??
      (await createMemoryTracker({ issues: issuesOf(options.cards ?? {}), persist_state_updates: false }, context));
    const forge = createMemoryForge({}, context);
    const stage = new Stage(options, new Database(":memory:"), tracker, forge);
    clock.current = stage.clock;
    await stage.#openRecord();
    return stage;
  }

  /** Opens a stage and starts its service; the first tick has happened when it returns. */
  static async start(options: StageOptions = {}): Promise<Stage> {
    const stage = await Stage.open(options);
    await stage.start();
    return stage;
  }

  async start(): Promise<void> {
    await this.orchestrator.start();
    await this.pass(0);
  }

  /** The service dies as with kill -9; the next one comes up on the same record. */
  async crash(): Promise<void> {
    this.open.abandon();
    await this.#openRecord();
  }

  async pass(ms: number): Promise<void> {
    await this.clock.advance(ms);
  }

  /** Asks the service and waits for what it says. */
  async ask(verb: string, args: Readonly<Record<string, string>> = {}): Promise<CommandAnswer | null> {
    const id = `cmd-${this.#random.hex(6)}`;
    const workflowId = this.workflow.id;
    await this.open.inbox.ask({ id, workflowId, actor: "cli:ann", verb, arguments: args, askedAt: this.clock.now() });
    this.orchestrator.nudge();
    await this.pass(0);
    return this.open.inbox.answer(id);
  }

  /** The issue's newest lane. */
  async lane(identifier: string): Promise<Lane> {
    const [lane] = await this.open.record.views.lanesOfIssue(identifier.toLowerCase());
    if (lane === undefined) throw new Error(`${identifier} has no lane`);
    return lane;
  }

  async lanes(identifier: string): Promise<readonly Lane[]> {
    return this.open.record.views.lanesOfIssue(identifier.toLowerCase());
  }

  /** Everything on record of one type, oldest first. */
  async events(...types: readonly EventType[]): Promise<readonly StoredEvent[]> {
    return this.open.record.views.events({ types, limit: 100_000 });
  }

  /** A person moves a card. */
  async move(identifier: string, to: string): Promise<void> {
    await this.people.tracker.move(identifier.toLowerCase(), { to, from: null }, { signal: UNKNOWN });
  }

  /** A person sets and takes off labels. */
  async label(identifier: string, add: readonly string[], remove: readonly string[] = []): Promise<void> {
    await this.people.tracker.label(identifier.toLowerCase(), { add, remove }, { signal: UNKNOWN });
  }

  async issue(identifier: string): Promise<Issue> {
    const issue = await this.people.tracker.issueByIdentifier(identifier, { signal: UNKNOWN });
    if (issue === undefined) throw new Error(`there is no ${identifier}`);
    return issue;
  }

  /** The verbs of calls so far, in order. */
  verbs(): string[] {
    return this.calls.map((call) => call.verb);
  }

  /** What the one sentence of a waiting issue is coded as. */
  why(identifier: string): string | undefined {
    return this.orchestrator.waiting().find(({ issue }) => issue.identifier === identifier)?.reason.code;
  }

  /** Writes an event of the service or of a lane, as a decision. */
  async write(laneId: string | null, ...events: readonly Event[]): Promise<void> {
    const scope = { workflowId: this.workflow.id, laneId, run: null, fence: null };
    await this.open.record.transact((tx) => tx.append(events.map((event) => ({ ...scope, event }))));
  }

  /** Ends a run that failed. */
  async fail(identifier: string, changes: Partial<WorkOutcome> = {}): Promise<void> {
    await this.hands.finish(identifier, FAILED(changes));
    await this.pass(0);
  }

  /** Ends a run with a hand-off of words. */
  async handOff(identifier: string, changes: Partial<WorkOutcome> = {}): Promise<void> {
    await this.hands.finish(identifier, HANDED_OFF(changes));
    await this.pass(0);
  }

  /** Ends a run that did nothing. */
  async idle(identifier: string): Promise<void> {
    await this.hands.finish(identifier, outcomeOf({ changed: false }));
    await this.pass(0);
  }

  async stop(): Promise<void> {
    await this.orchestrator.stop("the test ends");
    await this.open.close();
  }

  async #openRecord(): Promise<void> {
    this.#starts += 1;
    const instance = `service-${this.#starts}`;
    const { clock, log } = this;
    const workflowId = this.workflow.id;
    const secrets = new SecretRegistry();
    this.open = await openRecord({ database: this.#database, workflowId, clock, log, secrets });
    this.engine = createEmbeddedEngine({ record: this.open, clock, log, instance });
    this.hands = new Hands(this.engine, this.open.record, instance, this.#options.leaseMs);
    this.orchestrator = new Orchestrator(this.parts(instance));
  }

  /** What a service is built from, for tests that build one of its pieces. */
  parts(instance: string): OrchestratorParts {
    const { clock, log, engine } = this;
    const start = this.#starts;
    return {
      ...{ clock, log, engine, instance },
      ...(this.#options.owner === undefined ? {} : { owner: this.#options.owner }),
      record: this.open.record,
      random: this.#random,
      workflows: {
        current: () => this.workflow,
        problem: () =>
          this.problem === null ? null : new MaestroError({ code: "invalid_workflow", message: this.problem }),
        recheck: async () => this.onRecheck(),
      },
      outside: {
        tracker: () => {
          // What a dead service still wants reaches nobody.
          if (start !== this.#starts) throw new Error("this service died");
          return withoutIssues(this.#tracker, this.gone);
        },
        forge: () => this.#forge,
      },
      machine: "here",
      version: "test",
      pid: 1,
      endLeftovers: async (lease) => {
        this.buried.push(lease);
        return this.#options.endLeftovers?.(lease) ?? 0;
      },
    };
  }
}

const FAILED = (changes: Partial<WorkOutcome>): WorkOutcome =>
  outcomeOf({
    status: "failed",
    failure: "agent",
    changed: false,
    reason: { code: "turn_failed", sentence: "boom" },
    ...changes,
  });

const HANDED_OFF = (changes: Partial<WorkOutcome>): WorkOutcome =>
  outcomeOf({
    changed: false,
    signal: { kind: "hand_off", route: "resolved", summary: "Done.", noChange: null },
    ...changes,
  });
