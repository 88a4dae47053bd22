import { silentLog } from "../../src/base/log.ts";
import { type Random, seededRandom } from "../../src/base/random.ts";
import { SecretRegistry } from "../../src/base/redact.ts";
import { loadSqlite, type SqliteDatabase } from "../../src/base/sqlite-module.ts";
import type { StoredEvent } from "../../src/model/events/envelope.ts";
import type { Workflow } from "../../src/model/workflow.ts";
import { openRecord } from "../../src/record/index.ts";
import { agentProgram, randomBehaviour } from "./behaviour.ts";
import { type Daemon, type Mutation, startDaemon, WORKERS } from "./daemon.ts";
import { type FinalWorld, judge } from "./judge.ts";
import { OutsideLog } from "./outside-log.ts";
import { OutsideWorld } from "./outside-world.ts";
import { People } from "./people.ts";
import { workflowOf } from "./scenario.ts";
import { SimGit } from "./sim-git.ts";
import { type SimRuntime, simRuntime } from "./sim-runtime.ts";
import { VirtualClock } from "./virtual-clock.ts";

const BASE_SHA = "0".repeat(39).concat("1");
/** Where Maestro may leave files. */
const PLACES = ["/ws/", "/state/", "/tmp/"];
/** Whether agents of this seed's world mostly do nothing. */
export function isLazy(seed: number): boolean {
  return seed % 7 === 3;
}

/** Part of what a shell runs that fails, and how long it takes at most, milliseconds. */
const SHELL = { failing: 0.1, longestMs: 2_000 };

interface Parts {
  readonly seed: number;
  readonly mutation: Mutation | null;
  readonly database: SqliteDatabase;
  readonly workflow: Workflow;
  readonly outside: OutsideWorld;
  readonly clock: VirtualClock;
  readonly log: OutsideLog;
}

/** One simulated world: what is outside of Maestro, people, and a daemon that dies and comes back. */
export class World {
  readonly log: OutsideLog;
  readonly clock: VirtualClock;
  readonly random: Random;
  readonly people: People;
  readonly runtime: SimRuntime;
  readonly #mutation: Mutation | null;
  readonly #database: SqliteDatabase;
  readonly #outside: OutsideWorld;
  readonly #git: SimGit;
  readonly #daemonRandom: Random;
  #workflow: Workflow;
  #daemon: Daemon | null = null;
  #starts = 0;
  #workspaces = new Set<string>();

  private constructor({ seed, mutation, database, workflow, outside, clock, log }: Parts) {
    this.clock = clock;
    this.log = log;
    this.#mutation = mutation;
    this.#database = database;
    this.#workflow = workflow;
    this.#outside = outside;
    this.random = seededRandom(seed);
    this.#daemonRandom = seededRandom(seed + 1_000_000);
    this.people = new People(outside.people.tracker, outside.people.forge, this.random);
    this.runtime = this.#machine(seededRandom(seed + 2_000_000), isLazy(seed));
    this.#git = new SimGit({
      readTree: (path) => this.#readTree(path),
      makeTree: (path) => this.runtime.makeDirectory(path),
      baseBranch: "main",
      remote: {
        head: async (branch) => outside.forge.branches.get(branch),
        update: async (branch, sha, expected) => outside.forge.receivePush(branch, sha, expected),
        parents: () => [],
      },
    });
  }

  static async create(seed: number, mutation: Mutation | null): Promise<World> {
    const Database = await loadSqlite();
    const clock = new VirtualClock({ drain: () => new Promise((resolve) => setImmediate(resolve)) });
    const log = new OutsideLog();
    const outside = await OutsideWorld.open({ clock, log, seed, baseSha: BASE_SHA });
    const workflow = await workflowOf(seed);
    return new World({ seed, mutation, database: new Database(":memory:"), workflow, outside, clock, log });
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
        tracker: this.#outside.tracker,
        forge: this.#outside.forge,
        workflow: () => this.#workflow,
        instance: `daemon-${this.#starts}`,
      },
      this.#mutation,
    );
    this.#daemon = await this.#within(daemon, 60_000);
  }

  /** One of the daemon's workers stands still. */
  freeze(ms: number): void {
    if (this.#daemon === null) return;
    const from = this.clock.now();
    this.log.freezes.push({ from, until: from + ms });
    this.#daemon.freeze(this.random.integer(WORKERS), ms);
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
      subject: args.issue ?? "-",
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
    this.#outside.quiet = true;
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
      stateLimits: this.#workflow.agent.maxConcurrentAgentsByState,
      runningProcesses: this.runtime.running().length,
      files: this.runtime.files.paths(),
      allowed: PLACES,
    };
    return judge(this.log, world);
  }

  /** The machine with its programs: agents that behave as drawn, lazier in some worlds, and a shell that sometimes fails. */
  #machine(agents: Random, areLazy: boolean): SimRuntime {
    const script = {
      choose: () => (this.#outside.quiet ? "deliver" : randomBehaviour(agents, areLazy)),
      random: agents,
      log: (line: OutsideLog["agents"][number]) => void this.log.agents.push(line),
    };
    return simRuntime({
      clock: this.clock,
      programs: {
        "sim-agent": agentProgram(() => script),
        sh: async ({ clock, signal }) => {
          await clock.sleep(agents.integer(SHELL.longestMs), signal);
          return !this.#outside.quiet && agents.next() < SHELL.failing ? 1 : 0;
        },
      },
    });
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

  #noteCap(): void {
    this.log.caps.push({ at: this.clock.now(), cap: this.#workflow.agent.maxConcurrentAgents });
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
    const issues = await this.people.issues();
    for (const key of this.#workspaces) {
      const issue = issues.find(({ identifier }) => identifier === key);
      if (now.has(key) || issue === undefined) continue;
      const { state, id } = issue;
      this.log.vanished.push({ at: this.clock.now(), key, state, since: this.#outside.movedAt(id) });
    }
    this.#workspaces = now;
  }
}
