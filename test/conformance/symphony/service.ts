import { setMaxListeners } from "node:events";
import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";
import { composeDaemon } from "../../../src/app-daemon.ts";
import { builtInKinds } from "../../../src/app-kinds.ts";
import { locateProject } from "../../../src/app-project.ts";
import { memoryLog } from "../../../src/base/log.ts";
import { systemRandom } from "../../../src/base/random.ts";
import { SecretRegistry } from "../../../src/base/redact.ts";
import type { Daemon } from "../../../src/cli/app.ts";
import { Registry } from "../../../src/contracts/registry.ts";
import type { LifecycleDefaults } from "../../../src/contracts/tracker.ts";
import type { StoredEvent } from "../../../src/model/events/envelope.ts";
import type { EventOf, EventType } from "../../../src/model/events/index.ts";
import type { LogSettings } from "../../../src/model/log-settings.ts";
import type { WorkflowKinds } from "../../../src/workflow/index.ts";
import { Actor } from "./actor.ts";
import { Board } from "./board.ts";
import { JumpClock } from "./jump-clock.ts";
import { News } from "./news.ts";

/** A part of a workflow file's front matter. */
export type Front = { readonly [key: string]: unknown };

/** How a service is set up; everything has a default. */
export interface Setting {
  /** Sections of the front matter, each laid over those of `FRONT`; `null` leaves one out. */
  readonly front?: Front;
  readonly body?: string;
  /** The whole file, instead. */
  readonly text?: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** The default meaning of the board's states. */
  readonly lifecycle?: LifecycleDefaults;
  /** More files below the project's folder. */
  readonly files?: Readonly<Record<string, string>>;
  /** Where an HTTP port is wanted. */
  readonly port?: number;
}

/** What tests read of the state, written down once more: it is a promise to people and programs. */
export interface State {
  readonly workflow: { readonly problem: string | null };
  readonly running: readonly {
    readonly issue_identifier: string;
    readonly started_at: string;
    readonly thread_id: string | null;
    readonly session_id: string | null;
    readonly tokens: object;
  }[];
  readonly retrying: readonly { readonly issue_identifier: string; readonly due_at: string }[];
  readonly waiting: readonly { readonly reason: { readonly sentence: string } }[];
  readonly codex_totals: { readonly seconds_running: number; readonly total_tokens: number };
  readonly rate_limits: { readonly agent: string; readonly windows: readonly object[] } | null;
}

/** A Symphony file: the board's issues, by their states alone. Only the free space is ours: a test's disk may be small. */
export const FRONT: Front = {
  tracker: {
    kind: "board",
    active_states: ["Todo", "In Progress"],
    terminal_states: ["Done", "Canceled"],
  },
  agent_provider: { kind: "actor" },
  workspace: { min_free_bytes: 1 },
};

/** A file of this front matter and body. Front matter may be JSON, because YAML is a superset of it. */
export function fileOf({ front = {}, body = "Work on {{ issue.identifier }}." }: Setting): string {
  const names = [...new Set([...Object.keys(FRONT), ...Object.keys(front)])];
  const sections = names.flatMap((name) => {
    const given = front[name];
    if (given === null) return [];
    return [[name, isFront(given) && isFront(FRONT[name]) ? { ...FRONT[name], ...given } : (given ?? FRONT[name])]];
  });
  return `---\n${JSON.stringify(Object.fromEntries(sections), null, 1)}\n---\n${body}\n`;
}

function isFront(value: unknown): value is Front {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The log of a stage is kept in memory; this only says that the file's own settings are the default ones. */
const LOG_SETTINGS: LogSettings = {
  level: "info",
  format: null,
  fileEnabled: true,
  fileMaxBytes: 10_485_760,
  fileKeep: 9,
  consoleEnabled: null,
};

/** A project with everything outside of Maestro that a test plays; a service can be started in it again and again. */
export class Stage {
  readonly news = new News();
  readonly board = new Board(this.news);
  readonly actor = new Actor(this.news);
  readonly clock = new JumpClock();
  readonly log = memoryLog();
  /** Everything that was put on record by the services of this stage. */
  readonly events: StoredEvent[] = [];
  readonly root: string;
  readonly folder: string;
  readonly home: string;
  readonly #setting: Setting;
  #daemon: Daemon | null = null;

  constructor(root: string, setting: Setting) {
    this.root = root;
    this.folder = join(root, "folder");
    this.home = join(root, "home");
    this.#setting = setting;
  }

  get daemon(): Daemon {
    if (this.#daemon === null) throw new Error("no service is open");
    return this.#daemon;
  }

  /** Writes the workflow file anew. */
  async rewrite(setting: Setting): Promise<void> {
    await this.write("WORKFLOW.md", setting.text ?? fileOf(setting));
  }

  async write(path: string, text: string): Promise<void> {
    await mkdir(dirname(join(this.folder, path)), { recursive: true });
    await writeFile(join(this.folder, path), text);
  }

  /** Composes the service as the program does, with the played tracker and agent beside the built-in ones. */
  async open(): Promise<Daemon> {
    const { environment = {}, port } = this.#setting;
    const ending = new AbortController();
    setMaxListeners(0, ending.signal);
    const terminal = {
      out: () => undefined,
      error: () => undefined,
      isTerminal: false,
      cwd: this.folder,
      environment: { PATH: process.env.PATH, HOME: this.home, MAESTRO_HOME: this.home, ...environment },
      signal: ending.signal,
    };
    const project = await locateProject({}, terminal, this.clock);
    const options = {
      ...{ port: port ?? null, host: null, logsRoot: null, pollIntervalMs: null, issue: null },
      onEvent: (event: StoredEvent) => {
        this.events.push(event);
        this.news.tell();
      },
    };
    const { clock, home } = this;
    const log = { ...this.log, troubles: () => [] };
    const foundation = { clock, log, home, random: systemRandom(), secrets: new SecretRegistry(), version: "test" };
    const of = { logFile: null, logSettings: LOG_SETTINGS, chosenCredentials: new Map<string, string>() };
    const kinds = this.kinds();
    this.#daemon = await composeDaemon({ ...foundation, ...of, terminal, project, options, kinds });
    return this.#daemon;
  }

  /** The built-in kinds, with the played ones beside or instead of them: `board` and `linear`, `actor` and `codex`. */
  kinds(): WorkflowKinds {
    const builtIn = builtInKinds();
    const { lifecycle = null } = this.#setting;
    const tracker = (kind: string) => this.board.provider(kind, lifecycle);
    return {
      ...builtIn,
      trackers: withPlayed(builtIn.trackers, { board: tracker("board"), linear: tracker("linear") }),
      agents: withPlayed(builtIn.agents, { actor: this.actor.provider("actor"), codex: this.actor.provider("codex") }),
    };
  }

  async start(): Promise<void> {
    const daemon = await this.open();
    await daemon.start();
  }

  async stop(): Promise<void> {
    this.clock.release();
    const daemon = this.#daemon;
    this.#daemon = null;
    await daemon?.stop("stopped");
  }

  /** Every event of a type, oldest first. */
  all<T extends EventType>(type: T): DataOf<T>[] {
    const found: DataOf<T>[] = [];
    const events: readonly { readonly type: string; readonly data: unknown }[] = this.events.map(({ event }) => event);
    for (const event of events) if (isOf(event, type)) found.push(event.data);
    return found;
  }

  /** What `GET /api/v1/state` says; the service needs a port. */
  async state(): Promise<State> {
    return JSON.parse(await (await fetch(`${this.daemon.url}/api/v1/state`)).text());
  }

  until(condition: () => boolean): Promise<void> {
    return this.news.until(condition);
  }

  /** Waits until an event of this type was put on record `count` times. */
  async event(type: EventType, count = 1): Promise<void> {
    await this.until(() => this.all(type).length >= count);
  }

  /** Has Maestro poll, and returns when everything that the poll leads to has been decided. */
  async tick(verb = "issuesByStates"): Promise<void> {
    // The first may be under way already, and the last begins only after the one before it is over.
    for (let round = 0; round < 3; round += 1) {
      const before = this.board.count(verb);
      this.board.hint();
      await this.until(() => this.board.count(verb) > before);
    }
  }
}

function withPlayed<T>(builtIn: Registry<T>, played: Readonly<Record<string, T>>): Registry<T> {
  const registry = new Registry<T>(builtIn.axis);
  for (const kind of builtIn.kinds())
    if (played[kind] === undefined) registry.register({ kind, source: "maestro", load: () => builtIn.load(kind) });
  for (const [kind, provider] of Object.entries(played))
    registry.register({ kind, source: "test", load: async () => provider });
  return registry;
}

type DataOf<T extends EventType> = EventOf<T>["data"];

/** An event as far as its type decides about its data. */
type Told<T extends EventType> = { readonly type: T; readonly data: DataOf<T> };

function isOf<T extends EventType>(
  event: { readonly type: string; readonly data: unknown },
  type: T,
): event is Told<T> {
  return event.type === type;
}

/** A stage that is gone with its test. Nothing is started on it. */
export async function newStage(setting: Setting = {}): Promise<Stage> {
  const root = await realpath(await mkdtemp(join(tmpdir(), "maestro-conformance-")));
  const stage = new Stage(root, setting);
  await mkdir(stage.home);
  await stage.rewrite(setting);
  for (const [path, text] of Object.entries(setting.files ?? {})) await stage.write(path, text);
  onTestFinished(async () => {
    await stage.stop();
    await rm(root, { recursive: true, force: true, maxRetries: 5 });
  });
  return stage;
}
