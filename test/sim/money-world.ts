import { onTestFinished } from "vitest";
import { type Daemon, startDaemon } from "../../dev/sim/daemon.ts";
import { OutsideLog } from "../../dev/sim/outside-log.ts";
import { OutsideWorld } from "../../dev/sim/outside-world.ts";
import { workflowOf } from "../../dev/sim/scenario.ts";
import { SimGit } from "../../dev/sim/sim-git.ts";
import type { SimProcess } from "../../dev/sim/sim-process.ts";
import { type SimRuntime, simRuntime } from "../../dev/sim/sim-runtime.ts";
import { VirtualClock } from "../../dev/sim/virtual-clock.ts";
import { silentLog } from "../../src/base/log.ts";
import { seededRandom } from "../../src/base/random.ts";
import { SecretRegistry } from "../../src/base/redact.ts";
import { loadSqlite } from "../../src/base/sqlite-module.ts";
import type { Issue } from "../../src/model/issue.ts";
import type { Workflow } from "../../src/model/workflow.ts";
import { openRecord } from "../../src/record/index.ts";

const BASE_SHA = "0".repeat(39).concat("1");
const BOOT_MS = 60_000;

/** One run of an agent, as its script sees it. */
export interface AgentTurn {
  readonly process: SimProcess;
  /** How many sessions there were in all, this one included; and in which turn of it we are. */
  readonly session: number;
  readonly turn: number;
  /** Whether the host wants the turn to end. */
  isOver(): boolean;
  send(message: object): void;
}

/** What an agent does in a turn before it says that it has completed it; `"silent"`: it says that itself. */
export type Behaviour = (turn: AgentTurn) => Promise<"silent" | undefined>;

/** A whole service in a quiet simulation, with an agent that does one thing, and a clock that can run for weeks. */
export async function moneyWorld(behave: Behaviour, change: (workflow: Workflow) => Workflow = (same) => same) {
  const clock = new VirtualClock({ drain: () => new Promise((resolve) => setImmediate(resolve)) });
  const log = new OutsideLog();
  const outside = await OutsideWorld.open({ clock, log, seed: 1, baseSha: BASE_SHA });
  outside.quiet = true;
  const database = new (await loadSqlite())(":memory:");
  const sessions: number[] = [];
  const runtime = machineOf(clock, behave, sessions);
  const git = gitOf(runtime, outside);
  const workflow = change(await workflowOf(1));
  let boots = 0;
  let daemon: Daemon | null = null;
  const within = <T>(promise: Promise<T>): Promise<T> => untilDone(clock, promise);
  const boot = async (): Promise<void> => {
    boots += 1;
    const around = { clock, random: seededRandom(boots), log: silentLog, database, runtime, git };
    const { tracker, forge } = outside;
    const instance = `daemon-${boots}`;
    daemon = await within(startDaemon({ ...around, tracker, forge, workflow: () => workflow, instance }, null));
  };
  const stop = async (): Promise<void> => {
    const last = daemon;
    daemon = null;
    if (last !== null) await within(last.stop());
  };
  await boot();
  onTestFinished(async () => {
    await stop();
    database.close();
  });
  const people = peopleOf(outside);
  return {
    clock,
    sessions,
    boot,
    stop,
    ...people,
    crash: () => {
      daemon?.crash();
      daemon = null;
    },
    ask: (verb: string, args: Record<string, string> = {}) => within(daemon?.ask(verb, args) ?? Promise.resolve()),
    waiting: () => daemon?.waiting() ?? [],
    /** The record, as it stands when the service has stopped. */
    record: async () => {
      const secrets = new SecretRegistry();
      return openRecord({ database, workflowId: workflow.id, clock, log: silentLog, secrets });
    },
  };
}

/** What people do and see on the tracker. */
function peopleOf({ people: { tracker } }: OutsideWorld) {
  const signal = new AbortController().signal;
  return {
    create: async (title: string): Promise<void> => {
      const draft = { title, description: null, state: "Todo", labels: [], priority: 1, blockedBy: [] };
      await tracker.create(draft, { signal });
    },
    issues: (): Promise<readonly Issue[]> =>
      tracker.issuesByStates(["Todo", "In Progress", "Rework", "In Review"], { signal }),
    comments: (issueId: string) => tracker.comments(issueId, null, { signal }),
    move: (issueId: string, to: string, from: string) => tracker.move(issueId, { to, from }, { signal }),
  };
}

async function live(process: SimProcess, behave: Behaviour, session: number): Promise<number> {
  const send = (message: object): void => process.say(`${JSON.stringify(message)}\n`);
  let turn = 0;
  let isOver = false;
  let busy: Promise<unknown> = Promise.resolve();
  const take = async (): Promise<void> => {
    await process.clock.sleep(1_000, process.signal);
    const end = await behave({ process, session, turn, send, isOver: () => isOver });
    if (end !== "silent") send({ type: "turn_end", status: isOver ? "failed" : "completed" });
  };
  for (let line = await process.readLine(); line !== null; line = await process.readLine()) {
    const message: { type?: string } = JSON.parse(line);
    if (message.type === "start") send({ type: "ready", session: `session-${session}` });
    if (message.type === "interrupt" || message.type === "stop") isOver = true;
    if (message.type === "stop") break;
    if (message.type !== "turn") continue;
    turn += 1;
    isOver = false;
    // What is killed while it works says nothing any more.
    busy = take().catch(() => undefined);
  }
  await busy;
  return 0;
}

/** The host's Git over what stands on the simulated disk. */
function gitOf(runtime: SimRuntime, outside: OutsideWorld): SimGit {
  return new SimGit({
    readTree: async (path) => {
      const names = runtime.files.paths().filter((name) => name.startsWith(`${path}/`));
      const files = await Promise.all(
        names.map(async (name) => [name.slice(path.length + 1), await runtime.readText(name)]),
      );
      return Object.fromEntries(files);
    },
    makeTree: (path) => runtime.makeDirectory(path),
    baseBranch: "main",
    remote: {
      head: async (branch) => outside.forge.branches.get(branch),
      update: async (branch, sha, expected) => outside.forge.receivePush(branch, sha, expected),
      parents: () => [],
    },
  });
}

/** The machine with its agent; when each session began goes to `sessions`. */
function machineOf(clock: VirtualClock, behave: Behaviour, sessions: number[]): SimRuntime {
  return simRuntime({
    clock,
    programs: {
      "sim-agent": async (process) => {
        sessions.push(clock.now());
        return live(process, behave, sessions.length);
      },
      sh: async () => 0,
    },
  });
}

/** Waits for a promise while virtual time goes on. */
async function untilDone<T>(clock: VirtualClock, promise: Promise<T>): Promise<T> {
  let done = false;
  const finish = (): void => {
    done = true;
  };
  promise.then(finish, finish);
  await clock.runUntil(() => done, BOOT_MS);
  return promise;
}
