import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { VirtualClock } from "../../dev/sim/virtual-clock.ts";
import { MaestroError } from "../../src/base/errors.ts";
import { seededRandom } from "../../src/base/random.ts";
import type { App, Opened, Daemon, Request, ServiceOptions, TerminalScreen } from "../../src/cli/app.ts";
import { runCommandLine } from "../../src/cli/index.ts";
import type { CommandInbox } from "../../src/contracts/record.ts";
import { createMemoryForge, type MemoryForge } from "../../src/forges/memory/index.ts";
import type { CommandAnswer } from "../../src/model/command.ts";
import type { Transcripts } from "../../src/record/index.ts";
import type { OutsideDocument } from "../../src/model/documents/outside.ts";
import { AccountBook, CredentialStore } from "../../src/governance/index.ts";
import { SecretRegistry } from "../../src/base/redact.ts";
import type { Lane } from "../../src/model/lane.ts";
import { createMemoryTracker, type MemoryTracker } from "../../src/trackers/memory/index.ts";
import { workflowOf, type WorkflowOptions } from "../policy/workflow-facts.ts";
import { type Listed, listViews } from "../record/views/list-views.ts";
import { trackerPlace } from "../trackers/context.ts";

/** What stands on the stage; everything has a default. */
export interface Props {
  readonly issues?: readonly { readonly [key: string]: string | number | readonly string[] }[];
  readonly workflow?: WorkflowOptions;
  /** `null`: nothing ever ran. */
  readonly record?: Listed | null;
  readonly isRunning?: boolean;
  /** What the running service said of tracker and forge. */
  readonly outside?: OutsideDocument;
  readonly answer?: CommandAnswer | null;
  readonly environment?: Readonly<Record<string, string>>;
  /** The current folder. Default: one of its own. */
  readonly cwd?: string;
  readonly isTerminal?: boolean;
  readonly demo?: string | null;
  readonly service?: (options: ServiceOptions) => Partial<Daemon>;
  readonly transcripts?: Transcripts;
  readonly screen?: TerminalScreen;
  readonly parts?: Partial<App>;
}

/** How a command line ended. */
export interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** A second App around a tracker and a forge in memory, and a command line that is run on it. */
export interface Stage {
  run(...words: readonly string[]): Promise<Ended>;
  /** Ctrl+C. */
  interrupt(): void;
  readonly tracker: MemoryTracker;
  readonly forge: MemoryForge;
  readonly asked: Request[];
  readonly started: ServiceOptions[];
  /** Names of what was opened and not closed. */
  readonly open: Set<string>;
  /** How often an App was asked for. */
  loads: number;
}

const CLOCK_START = Date.UTC(2026, 0, 1);

export async function stage(props: Props = {}): Promise<Stage> {
  const clock = new VirtualClock({ start: CLOCK_START });
  const random = seededRandom(1);
  const place = trackerPlace(clock);
  onTestFinished(() => place.remove());
  const tracker = await createMemoryTracker(
    { persist_state_updates: false, issues: (props.issues ?? []).map((issue) => ({ ...issue })) },
    place.context,
  );
  const forge = createMemoryForge({}, { clock, random });
  const ending = new AbortController();
  const written = { out: "", err: "" };
  const terminal = {
    out: (text: string) => {
      written.out += text;
    },
    error: (text: string) => {
      written.err += text;
    },
    isTerminal: props.isTerminal ?? false,
    ...(props.screen === undefined ? {} : { screen: props.screen }),
    cwd: props.cwd ?? place.context.directory,
    environment: props.environment ?? { USER: "ann" },
    signal: ending.signal,
  };
  const self: Stage = {
    tracker,
    forge,
    asked: [],
    started: [],
    open: new Set(),
    loads: 0,
    interrupt: () => ending.abort("SIGINT"),
    run: async (...words) => {
      written.out = "";
      written.err = "";
      const loadApp = async () => {
        self.loads += 1;
        return { ...appOf(props, self, { clock, random, terminal }), ...props.parts };
      };
      const code = await runCommandLine({ words, terminal, version: "1.2.3", loadApp });
      return { code, ...written };
    },
  };
  return self;
}

const NO_LOGINS = {
  kinds: async () => ({ agents: ["mock", "codex"], others: ["github"] }),
  login: async () => null,
  removeFolder: async () => undefined,
};

function appOf(props: Props, self: Stage, shared: Pick<App, "clock" | "random" | "terminal">): App {
  const project = {
    id: "demo-00000000",
    workflowPath: "/demo/WORKFLOW.md",
    stateDirectory: "/state/demo-00000000",
    demo: props.demo ?? null,
  };
  const opened = <T>(name: string, value: T): Opened<T> => {
    self.open.add(name);
    return { value, close: async () => void self.open.delete(name) };
  };
  const missing = () => new MaestroError({ code: "record_missing", message: "Nothing ever ran." });
  return {
    ...shared,
    version: "1.2.3",
    locate: async () => project,
    workflow: async () => workflowOf(props.workflow),
    templateFolders: async () => [],
    workflowInput: () => Promise.reject(new Error("this stage has no workflow file")),
    service: async (_project, options) => {
      self.started.push(options);
      self.open.add("service");
      return serviceOf(props, self, options);
    },
    home: "/home/.maestro",
    pageLink: () => Promise.reject(new MaestroError({ code: "page_not_found", message: "No page." })),
    apiTokens: async () => ({ list: () => [], create: async () => "maestro_token", revoke: async () => undefined }),
    accounts: () => openAccounts(shared),
    agent: () => Promise.reject(new Error("this stage has no agent")),
    transcript: (_project, run) => props.transcripts?.read(run.laneId, run.number) ?? missingTranscript(),
    followTranscript: (_project, run, wait) =>
      props.transcripts?.follow(run.laneId, run.number, wait) ?? missingTranscript(),
    gitTrial: async () => null,
    tracker: async () => opened("tracker", self.tracker),
    forge: async () => opened("forge", self.forge),
    reader: async () => {
      if (props.record === undefined || props.record === null) throw missing();
      return opened("record", { views: listViews(props.record), inbox: NO_INBOX });
    },
    nudge: async () => props.isRunning ?? false,
    outside: async () => props.outside ?? null,
    ask: async (_project, request) => {
      self.asked.push(request);
      return props.answer ?? null;
    },
    verify: () => Promise.reject(missing()),
    exportEvents: () => Promise.reject(missing()),
    prune: () => Promise.reject(missing()),
  };
}

async function openAccounts({ clock }: Pick<App, "clock">): ReturnType<App["accounts"]> {
  const home = join(tmpdir(), `maestro-stage-${process.pid}`);
  const book = await AccountBook.open(join(home, "accounts.db"), clock);
  const store = new CredentialStore({ home, environment: {}, secrets: new SecretRegistry(), clock });
  return { value: { book, store, keys: async () => ({}), ...NO_LOGINS }, close: async () => book.close() };
}

// biome-ignore lint/correctness/useYield: what it has to say is thrown.
async function* missingTranscript(): AsyncIterable<string> {
  throw new MaestroError({ code: "transcript_missing", message: "This run has no transcript." });
}

/** Commands ask through the App, never through the reader. */
const NO_INBOX: CommandInbox = {
  ask: () => Promise.reject(new Error("the reader was asked")),
  answer: () => Promise.reject(new Error("the reader was asked")),
};

function serviceOf(props: Props, self: Stage, options: ServiceOptions): Daemon {
  return {
    workflow: workflowOf(props.workflow),
    url: options.port === null ? null : `http://127.0.0.1:${options.port}`,
    link: options.port === null ? null : `http://127.0.0.1:${options.port}/?token=once`,
    logFile: "/state/demo-00000000/logs/maestro.log",
    sandbox: { ok: true, sentence: "bubblewrap: it works" },
    start: async () => undefined,
    runOnce: async (): Promise<readonly Lane[]> => [],
    recover: async (applied) => ({ version: 1, applied, leftovers: [] }),
    ended: Promise.resolve({ reason: "drained" }),
    stop: async () => void self.open.delete("service"),
    ...props.service?.(options),
  };
}

/** A change whose branch was pushed. */
export async function pushedChange(forge: MemoryForge, branch = "maestro/demo-1"): Promise<string> {
  const headSha = "a".repeat(40);
  forge.receivePush(branch, headSha, null);
  const draft = { branch, base: "main", headSha, title: "DEMO-1: Greet", body: "Says hello." };
  return (await forge.ensureChange(draft, { signal: new AbortController().signal })).id;
}
