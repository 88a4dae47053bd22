import { fileURLToPath } from "node:url";
import { builtInKinds } from "../../src/app-kinds.ts";
import { silentLog } from "../../src/base/log.ts";
import { type Random, seededRandom } from "../../src/base/random.ts";
import { SecretRegistry } from "../../src/base/redact.ts";
import { loadSqlite, type SqliteDatabase } from "../../src/base/sqlite-module.ts";
import type { Workflow } from "../../src/model/workflow.ts";
import { createMemoryForge, type MemoryForge } from "../../src/forges/memory/index.ts";
import { createMemoryTracker, type MemoryTracker } from "../../src/trackers/memory/index.ts";
import type { StoredEvent } from "../../src/model/events/envelope.ts";
import { openRecord } from "../../src/record/index.ts";
import { loadWorkflow } from "../../src/workflow/index.ts";
import { agentProgram, type Behaviour, randomBehaviour } from "./behaviour.ts";
import { type Daemon, type Mutation, startDaemon } from "./daemon.ts";
import { type FinalWorld, judge } from "./judge.ts";
import { type OutsideCall, OutsideLog } from "./outside-log.ts";
import { People } from "./people.ts";
import { SimGit } from "./sim-git.ts";
import { type SimRuntime, simRuntime } from "./sim-runtime.ts";
import { VirtualClock } from "./virtual-clock.ts";

const BASE_SHA = "0".repeat(39).concat("1");
const FAULTS = ["fail", "lose_request", "lose_answer", "late", "stale"] as const;
/** How old a stale answer can be, milliseconds. */
const STALEST_MS = 45_000;
/** Where Maestro may leave files. */
const PLACES = ["/ws/", "/state/", "/tmp/"];

/** The workflow of the simulation, read once: it is the same for all seeds. */
export const simWorkflow: Promise<Workflow> = loadWorkflow({
  path: fileURLToPath(new URL("./WORKFLOW.md", import.meta.url)),
  kinds: builtInKinds(),
  environment: {},
  home: "/state",
});

/** One simulated world: what is outside of Maestro, people, and a daemon that dies and comes back. */
export class World {
  readonly log = new OutsideLog();
  readonly clock = new VirtualClock({ drain: () => new Promise((resolve) => setImmediate(resolve)) });
  readonly random: Random;
  readonly people: People;
  readonly runtime: SimRuntime;
  readonly #mutation: Mutation | null;
  readonly #database: SqliteDatabase;
  readonly #tracker: MemoryTracker;
  readonly #forge: MemoryForge;
  readonly #git: SimGit;
  readonly #daemonRandom: Random;
  #workflow: Workflow;
  #daemon: Daemon | null = null;
  #quiet = false;
  readonly #wroteAt = { tracker: 0, forge: 0 };
  #starts = 0;
  readonly #movedAt = new Map<string, { readonly state: string; readonly at: number }>();
  #workspaces = new Set<string>();

  private constructor(parts: {
    seed: number;
    mutation: Mutation | null;
    database: SqliteDatabase;
    workflow: Workflow;
    tracker: MemoryTracker;
    forge: MemoryForge;
    clock: VirtualClock;
    log: OutsideLog;
  }) {
    this.clock = parts.clock;
    this.log = parts.log;
    this.#mutation = parts.mutation;
    this.#database = parts.database;
    this.#workflow = parts.workflow;
    this.random = seededRandom(parts.seed);
    this.#daemonRandom = seededRandom(parts.seed + 1_000_000);
    const agents = seededRandom(parts.seed + 2_000_000);
    const faults = seededRandom(parts.seed + 3_000_000);
    const next = (system: OutsideCall["system"]) => () => this.#fault(system, faults);
    const lateMs = 3_000;
    this.#tracker = parts.tracker.connect({
      faults: { lateMs, next: next("tracker") },
      onCall: (call) => this.#saw("maestro", "tracker", call),
    });
    this.#forge = parts.forge.connect({
      faults: { lateMs, next: next("forge") },
      onCall: (call) => this.#saw("maestro", "forge", call),
    });
    this.people = new People(
      parts.tracker.connect({ onCall: (call) => this.#saw("person", "tracker", call) }),
      parts.forge.connect({ onCall: (call) => this.#saw("person", "forge", call) }),
      this.random,
    );
    const choose = (): Behaviour => (this.#quiet ? "deliver" : randomBehaviour(agents));
    const script = {
      choose,
      random: agents,
      log: (line: OutsideLog["agents"][number]) => void this.log.agents.push(line),
    };
    this.runtime = simRuntime({
      clock: this.clock,
      programs: {
        "sim-agent": agentProgram(() => script),
        sh: async () => (!this.#quiet && agents.next() < 0.1 ? 1 : 0),
      },
    });
    parts.forge.receivePush("main", BASE_SHA, null);
    this.#git = new SimGit({
      readTree: (path) => this.#readTree(path),
      makeTree: (path) => this.runtime.makeDirectory(path),
      baseBranch: "main",
      remote: {
        head: async (branch) => this.#forge.branches.get(branch),
        update: async (branch, sha, expected) => this.#forge.receivePush(branch, sha, expected),
        parents: () => [],
      },
    });
  }

  static async create(seed: number, mutation: Mutation | null): Promise<World> {
    const Database = await loadSqlite();
    const clock = new VirtualClock({ drain: () => new Promise((resolve) => setImmediate(resolve)) });
    const context = {
      clock,
      random: seededRandom(seed + 4_000_000),
      log: silentLog,
      secrets: new SecretRegistry(),
      directory: "/",
      stateDirectory: "/",
      environment: {},
    };
    const tracker = await createMemoryTracker({ persist_state_updates: false, issues: [] }, context);
    const forge = createMemoryForge({}, context);
    return new World({
      seed,
      mutation,
      database: new Database(":memory:"),
      workflow: await simWorkflow,
      tracker,
      forge,
      clock,
      log: new OutsideLog(),
    });
  }

  get workflow(): Workflow {
    return this.#workflow;
  }

  get daemonRuns(): boolean {
    return this.#daemon !== null;
  }

  async boot(): Promise<void> {
    this.#starts += 1;
    this.#noteCap();
    const daemon = startDaemon(
      {
        clock: this.clock,
        random: this.#daemonRandom,
        log: silentLog,
        database: this.#database,
        runtime: this.runtime,
        git: this.#git,
        tracker: this.#tracker,
        forge: this.#forge,
        workflow: () => this.#workflow,
        instance: `daemon-${this.#starts}`,
      },
      this.#mutation,
    );
    this.#daemon = await this.#within(daemon, 60_000);
  }

  crash(): void {
    this.#daemon?.crash();
    this.#daemon = null;
    this.log.deaths.push(this.clock.now());
  }

  async stop(): Promise<void> {
    const daemon = this.#daemon;
    this.#daemon = null;
    if (daemon === null) return;
    await this.#within(daemon.stop(), 120_000);
    this.log.deaths.push(this.clock.now());
  }

  async ask(verb: string, args: Record<string, string> = {}): Promise<void> {
    if (this.#daemon === null) return;
    this.log.calls.push({
      at: this.clock.now(),
      by: "person",
      system: "tracker",
      verb: "ask",
      subject: args["issue"] ?? "-",
      arguments: args,
      effect: true,
    });
    await this.#within(this.#daemon.ask(verb, args), 60_000);
  }

  /** A reload with another number of slots. */
  reload(cap: number): void {
    const agent = { ...this.#workflow.agent, maxConcurrentAgents: cap };
    this.#workflow = { ...this.#workflow, agent, hash: `${this.#workflow.hash.slice(0, 8)}-${cap}` };
    this.#noteCap();
  }

  /** No faults any more, and every agent delivers. */
  quieten(): void {
    this.#quiet = true;
  }

  /** Lets time pass; looks now and then which workspaces are there. */
  async pass(ms: number): Promise<void> {
    await this.clock.advance(ms);
    await this.#lookAtWorkspaces();
  }

  /** Why what does not run does not run, in words. */
  waiting(): string[] {
    const rows = this.#daemon?.waiting() ?? [];
    return rows.map(({ issue, reason }) => `${issue.identifier} (${issue.state}): ${reason.code}: ${reason.sentence}`);
  }

  /** Everything on record, for a replay that wants to know why. */
  async events(): Promise<readonly StoredEvent[]> {
    const secrets = new SecretRegistry();
    const workflowId = this.#workflow.id;
    const open = await openRecord({ database: this.#database, workflowId, clock: this.clock, log: silentLog, secrets });
    return open.record.views.events({ limit: 100_000 });
  }

  async verdict(): Promise<string[]> {
    const issues = await this.people.issues();
    const world: FinalWorld = {
      issues: issues.map(({ identifier, state, labels }) => ({ identifier, state, labels })),
      terminalStates: ["Done", "Canceled"],
      runningProcesses: this.runtime.running().length,
      files: this.runtime.files.paths(),
      allowed: PLACES,
    };
    return judge(this.log, world);
  }

  /** Waits for a promise while virtual time goes on; a promise that never ends is a hang. */
  async #within<T>(promise: Promise<T>, limitMs: number): Promise<T> {
    let done = false;
    const finish = () => {
      done = true;
    };
    promise.then(finish, finish);
    await this.clock.runUntil(() => done, limitMs);
    return promise;
  }

  /** What goes wrong with a call. An answer is never staler than any outside system's caches. */
  #fault(system: OutsideCall["system"], random: Random): (typeof FAULTS)[number] | undefined {
    if (this.#quiet || random.next() >= 0.06) return undefined;
    const fault = random.pick(FAULTS);
    return fault === "stale" && this.clock.now() - this.#wroteAt[system] > STALEST_MS ? undefined : fault;
  }

  #noteCap(): void {
    this.log.caps.push({ at: this.clock.now(), cap: this.#workflow.agent.maxConcurrentAgents });
  }

  #saw(
    by: OutsideCall["by"],
    system: OutsideCall["system"],
    call: {
      verb: string;
      arguments: OutsideCall["arguments"];
      effect: boolean;
      issueId?: string | null;
      changeId?: string | null;
    },
  ): void {
    const ids = call.arguments["ids"];
    const one = call.issueId ?? call.changeId ?? call.arguments["branch"];
    const subjects = Array.isArray(ids) ? ids.map(String) : [one == null ? "*" : String(one)];
    if (call.effect) this.#wroteAt[system] = this.clock.now();
    for (const subject of subjects) {
      this.log.calls.push({
        at: this.clock.now(),
        by,
        system,
        verb: call.verb,
        subject,
        arguments: call.arguments,
        effect: call.effect,
      });
      if (call.verb === "move" && call.effect)
        this.#movedAt.set(subject, { state: String(call.arguments["to"]), at: this.clock.now() });
    }
  }

  async #readTree(path: string): Promise<Record<string, string>> {
    const tree: Record<string, string> = {};
    for (const name of this.runtime.files.paths()) {
      if (name.startsWith(`${path}/`)) tree[name.slice(path.length + 1)] = await this.runtime.readText(name);
    }
    return tree;
  }

  async #lookAtWorkspaces(): Promise<void> {
    const now = new Set(this.runtime.files.folders("/ws").filter((name) => !name.startsWith(".")));
    for (const key of this.#workspaces) {
      if (now.has(key)) continue;
      const [issue] = (await this.people.issues()).filter(({ identifier }) => identifier === key);
      const moved = issue === undefined ? undefined : this.#movedAt.get(issue.id);
      if (issue !== undefined) {
        this.log.vanished.push({ at: this.clock.now(), key, state: issue.state, since: moved?.at ?? 0 });
      }
    }
    this.#workspaces = now;
  }
}
