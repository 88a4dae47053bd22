import type { Clock } from "../base/clock.ts";
import type { MaestroError } from "../base/errors.ts";
import type { Random } from "../base/random.ts";
import type { AgentProvider } from "../contracts/agent-provider.ts";
import type { Forge } from "../contracts/forge.ts";
import type { Runtime } from "../contracts/runtime.ts";
import type { ToolDescriptor } from "../contracts/tool.ts";
import type { JsonObject } from "../base/json.ts";
import type { CommandInbox, RecordViews, RunName } from "../contracts/record.ts";
import type { Tracker } from "../contracts/tracker.ts";
import type { CommandAnswer, CommandVerb } from "../model/command.ts";
import type { RecoveryDocument } from "../model/documents/recovery.ts";
import type { OutsideDocument } from "../model/documents/outside.ts";
import type { StoredEvent } from "../model/events/envelope.ts";
import type { AccountBook, CredentialStore } from "../governance/index.ts";
import type { ApiRole, ApiToken } from "../model/api-token.ts";
import type { Lane } from "../model/lane.ts";
import type { AgentChoice, Workflow } from "../model/workflow.ts";
import type { PruneReport, VerifyReport } from "../record/index.ts";
import type { AgentPlace } from "../runs/index.ts";
import type { WorkflowInput } from "../workflow/index.ts";

/** The process around a command. Commands write only through it. */
export interface Terminal {
  readonly out: (text: string) => void;
  readonly error: (text: string) => void;
  readonly isTerminal: boolean;
  /** What is written to the process, to its end; `null` when a person sits there. Absent: nothing. */
  readonly readInput?: () => Promise<string | null>;
  /** Set for a terminal whose whole screen can be drawn. */
  readonly screen?: TerminalScreen;
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Aborted by SIGINT or SIGTERM. */
  readonly signal: AbortSignal;
}

/** A terminal as a page that is drawn again and again. */
export interface TerminalScreen {
  /** Characters and lines. */
  size(): { readonly columns: number; readonly rows: number };
  /** Calls back when the window has changed. Returns how to stop. */
  onResize(listener: () => void): () => void;
  /** Turns to an empty page; what was there comes back with what is returned, or when the process ends. */
  enter(): () => void;
}

/** Which workflow a command is about. Nothing given: `WORKFLOW.md` in the current folder (S-030). */
export interface Target {
  readonly path?: string;
  readonly template?: string;
  readonly config?: string;
}

/** A workflow file with its place on disk. */
export interface Project {
  readonly id: string;
  readonly workflowPath: string;
  /** `~/.maestro/projects/<id>`: record, workspaces, mirror, logs, control socket. */
  readonly stateDirectory: string;
  /** Set when the command made a demo project: where it is. */
  readonly demo: string | null;
}

/** How a service is started. */
export interface ServiceOptions {
  readonly port: number | null;
  readonly host: string | null;
  readonly logsRoot: string | null;
  /** Whether the log goes to stderr too. */
  readonly verbose?: boolean;
  readonly pollIntervalMs: number | null;
  /** Only this issue (id or identifier) is a candidate. */
  readonly issue: string | null;
  /** Called for every committed event, in order. Must not throw. */
  readonly onEvent?: (event: StoredEvent) => void;
  /** Called when nothing can be put on record, at most once a minute, and with `null` when that is over. Must not throw. */
  readonly onTrouble?: (trouble: MaestroError | null) => void;
}

/** A service in this process. */
export interface Daemon {
  readonly workflow: Workflow;
  /** Where the page is, when a port was asked for. */
  readonly url: string | null;
  /** The page with a token that opens a session, once, for 10 minutes. */
  readonly link: string | null;
  /** Where its log is written; `null` when the workflow wants no file. */
  readonly logFile: string | null;
  /** Whether agents are kept apart, and how, in a sentence. */
  readonly sandbox: { readonly ok: boolean; readonly sentence: string };
  start(): Promise<void>;
  /** See `Orchestrator.runOnce`. */
  runOnce(): Promise<readonly Lane[]>;
  /** Without starting anything: looks for what was left behind, and mends it with `apply`. Throws what cannot be asked. */
  recover(apply: boolean): Promise<RecoveryDocument>;
  /** Resolves when the service ends by itself. */
  readonly ended: Promise<{ readonly reason: string }>;
  /** Stops agents, loops and servers, in bounded time. Idempotent. */
  stop(reason: string): Promise<void>;
}

/** The agent of a workflow as its runs get it. */
export interface AgentRig {
  readonly workflow: Workflow;
  readonly provider: AgentProvider;
  readonly runtime: Runtime;
  /** See `Daemon.sandbox`. */
  readonly sandbox: Daemon["sandbox"];
  readonly tools: readonly ToolDescriptor[];
  /** Where its session lives, kept apart as a run's is; `marker` is the session's. Throws what that throws. */
  place(workspace: string, marker: string): Promise<AgentPlace>;
  /** The account that it uses: `default` for the login of this machine. */
  readonly account: string;
  /** The whole environment of its process, with these variables added. */
  environment(extra: Readonly<Record<string, string>>): Readonly<Record<string, string>>;
}

/** Accounts and credentials of this user. */
export interface AccountsPlace {
  readonly book: AccountBook;
  readonly store: CredentialStore;
  /** What an account's sessions get in their environment. Throws `credential_missing` and the store's codes. */
  keys(kind: string, account: string): Promise<Readonly<Record<string, string>>>;
  /** Kinds that may have accounts, those of plugins in this folder included. */
  kinds(): Promise<{ readonly agents: readonly string[]; readonly others: readonly string[] }>;
  /**
   * The agent's own program to log in with on an account, whose folder is made; `null` when it has none. `options` are the agent's. Throws
   * `unsupported_kind`, `agent_invalid_config`.
   */
  login(kind: string, id: string, options: JsonObject): Promise<AgentLogin | null>;
  /** Removes what an agent keeps for an account, its login included. */
  removeFolder(kind: string, id: string): Promise<void>;
}

/** How a person logs an agent in. */
export interface AgentLogin {
  readonly argv: readonly string[];
  /** Its whole environment. */
  readonly env: Readonly<Record<string, string>>;
}

/** Something that was opened and has to be closed. */
export interface Opened<T> {
  readonly value: T;
  close(): Promise<void>;
}

/** A record that is read, perhaps while a service writes it. */
export interface RecordReading {
  readonly views: RecordViews;
  readonly inbox: CommandInbox;
}

/** A branch on the workflow's remote that nobody else has. */
export interface GitTrial {
  readonly branch: string;
  /** Makes one commit on the base and pushes it as the branch; returns it. Throws the codes of `HostGit`. */
  push(signal: AbortSignal): Promise<string>;
}

/** A link to a service's page. */
export interface PageLink {
  /** Holds a token: whoever has it gets one session. */
  readonly link: string;
  /** ISO 8601 in UTC. */
  readonly expiresAt: string;
}

/** What a person asks of the service. */
export interface Request {
  readonly verb: CommandVerb;
  /** `cli:<user>`. */
  readonly actor: string;
  readonly arguments: JsonObject;
}

/** What commands get: each part is built when it is asked for, so that `--help` loads nothing. */
export interface App {
  readonly version: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly terminal: Terminal;
  /** MAESTRO_HOME: everything that must survive a checkout. */
  readonly home: string;
  /** Finds the workflow file; with `template`, the packaged one, or the demo project it makes. Writes nothing into the current folder. */
  locate(target: Target): Promise<Project>;
  workflow(project: Project): Promise<Workflow>;
  /** What its workflow file is loaded with. */
  workflowInput(project: Project): Promise<WorkflowInput>;
  /** Where plugins that are in use for a project keep parts of templates; absolute. Throws the codes of plugins. */
  templateFolders(directory: string): Promise<readonly string[]>;
  service(project: Project, options: ServiceOptions): Promise<Daemon>;
  tracker(project: Project): Promise<Opened<Tracker>>;
  /** Throws `no_forge` when the workflow has no repository. */
  forge(project: Project): Promise<Opened<Forge>>;
  /** A branch to try the forge with; `null` for one that keeps no Git. Nothing is made before its `push`. */
  gitTrial(project: Project, forge: Forge): Promise<Opened<GitTrial> | null>;
  /** Whoever only looks leaves no file behind. Throws `accounts_newer`, `accounts_failed`. */
  accounts(purpose?: "look"): Promise<Opened<AccountsPlace>>;
  /** Opens an agent of the workflow, by default the usual one, on the account that it would get now; starts nothing. */
  agent(project: Project, choice?: AgentChoice): Promise<AgentRig>;
  /** Throws `record_missing` when nothing ever ran. */
  reader(project: Project): Promise<Opened<RecordReading>>;
  /** The complete lines of a run's transcript, each a JSON object; see `Transcripts.read`. */
  transcript(project: Project, run: RunName): AsyncIterable<string>;
  /** As `transcript`, and goes on while the run lives; see `Transcripts.follow`. */
  followTranscript(project: Project, run: RunName, wait: () => Promise<boolean>): AsyncIterable<string>;
  /** The tokens of a project's API. Each may throw `api_tokens_unreadable`; a wrong name is `usage`. */
  apiTokens(project: Project): Promise<{
    list(): readonly ApiToken[];
    /** Returns the token itself, once. */
    create(name: string, role: ApiRole): Promise<string>;
    revoke(name: string): Promise<void>;
  }>;
  /** A fresh link to the page of the running service. Throws `page_not_found` when none is served. */
  pageLink(project: Project): Promise<PageLink>;
  /** What a running service says of tracker and forge; `null` while it has said nothing. */
  outside(project: Project): Promise<OutsideDocument | null>;
  /** Tells a running service to look at its inbox; `false` when none answers. */
  nudge(project: Project): Promise<boolean>;
  /**
   * Puts a request on record and waits at most `waitMs` for its answer; `null` while there is none. Throws `record_missing` when nothing
   * ever ran.
   */
  ask(project: Project, request: Request, waitMs: number): Promise<CommandAnswer | null>;
  /** Rebuilds what the record derives from its events and compares. Also beside a running service. */
  verify(project: Project): Promise<VerifyReport>;
  /** Writes every event (of one lane) as a line of JSON, in order; waits for `write`. Throws `unknown_lane`. */
  exportEvents(
    project: Project,
    options: { readonly laneId: string | null },
    write: (line: string) => void | Promise<void>,
  ): Promise<void>;
  /** Archives lanes that were closed before an instant (epoch milliseconds). Throws `already_running` beside a service. */
  prune(project: Project, options: { readonly closedBefore: number; readonly dryRun: boolean }): Promise<PruneReport>;
}
