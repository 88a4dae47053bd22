import type { JsonObject } from "../base/json.ts";
import type { ApprovalSettings } from "./approval.ts";
import type { Limits, Price } from "./budget.ts";
import type { Hooks } from "./hooks.ts";
import { stateKey } from "./issue.ts";
import type { LogSettings } from "./log-settings.ts";
import type { McpServer } from "./mcp-server.ts";
import { ACTIVE_CATEGORIES, type Category, type Profile, type Route, TERMINAL_CATEGORIES } from "./profile.ts";
import type { TrustSettings } from "./trust.ts";

/** One tracker state with its meaning here. */
export interface TrackerState {
  /** The tracker's own spelling. */
  readonly name: string;
  /** The profile's route for it, when it has one. */
  readonly route: string | null;
  readonly category: Category;
}

/** The repository that changes are made in. A workflow without one is `no_repo`. */
export interface RepoSettings {
  /** Absolute path of the user's checkout or of a bare repository; read, never worked in. `null`: only the remote. */
  readonly path: string | null;
  readonly baseBranch: string;
  /** Where base and branches live; `null`: the forge's own, else the path. */
  readonly remote: string | null;
  /** Liquid-free prefix of lane branches, e.g. `maestro/`. */
  readonly branchPrefix: string;
  readonly provider: { readonly kind: string; readonly options: JsonObject };
  /** Author, committer and signature of the host's commits. Absent: Maestro's own, unsigned. */
  readonly commit?: {
    readonly name: string;
    readonly email: string;
    readonly sign: "none" | "ssh" | "gpg";
    /** Absolute path of the key file for `ssh`, id of the key for `gpg`. */
    readonly key: string | null;
  };
  /** How Git logs in over SSH. Absent: it does not. */
  readonly ssh?: { readonly auth: "key" | "agent"; readonly key: string | null; readonly knownHosts: string | null };
}

/** Limits and cadence of agents (S-049…S-055). Milliseconds where the name says so. */
export interface AgentSettings {
  readonly maxConcurrentAgents: number;
  /** Keys are normalised states (`stateKey`). */
  readonly maxConcurrentAgentsByState: Readonly<Record<string, number>>;
  readonly maxTurns: number;
  /** Failed runs in a row before an issue is parked. */
  readonly maxAttempts: number;
  readonly maxRetryBackoffMs: number;
  readonly startupTimeoutMs: number;
  readonly readTimeoutMs: number;
  /** Longest silence of an agent within a turn. */
  readonly turnTimeoutMs: number;
  /** Longest wait for the first event of a turn that counts as progress. */
  readonly firstOutputTimeoutMs: number;
  /** Longest turn, whatever happens in it. */
  readonly turnTotalTimeoutMs: number;
  /** Longest time without an event before the orchestrator ends a run; 0 or less switches it off (S-055). */
  readonly stallTimeoutMs: number;
  /** Wall clock of a whole run. */
  readonly runTimeoutMs: number;
  /** How long a command that the agent is known to run counts as work. */
  readonly commandTimeoutMs: number;
  /** Continuation sessions without a deliverable before an issue is parked (G-6). */
  readonly maxSessionsWithoutProgress: number;
}

/**
 * How far agents and checks are kept apart: with a sandbox they have processes of their own, do not see the person's home, what Maestro keeps and other
 * workspaces, and write only to their own places. `auto` where bubblewrap works; `bwrap` demands that; `required` demands any sandbox that there is.
 */
export type Sandbox = "auto" | "none" | "bwrap" | "required";

/** An agent as a workflow names it. */
export interface AgentChoice {
  readonly kind: string;
  readonly options: JsonObject;
  /** Id of the only account that it may use. Absent: any that is configured, else the login of the machine. */
  readonly account?: string;
}

/** How accounts are used. */
export interface AccountSettings {
  /** What is done about an account whose published capacity is used up: nothing, it is taken last, or not before its reset. */
  readonly preflight: "off" | "advisory" | "required";
  /** How often a service looks at what others said of the accounts, milliseconds. */
  readonly pollIntervalMs: number;
  /** Runs at the same time on an account that says nothing of its own; `null`: any number. */
  readonly maxLeases: number | null;
  /** Rest after each run of an account that says nothing of its own, milliseconds. */
  readonly cooldownMs: number;
  /** Tokens in a day for an account that says nothing of its own; `null`: any number. */
  readonly dailyTokens: number | null;
}

/** When an agent other than the usual one does the work. What is `null` is not asked. */
export interface AgentRule extends AgentChoice {
  readonly when: {
    /** The issue carries one of these; lower case. */
    readonly labels: readonly string[] | null;
    /** The issue is in one of these; normalised states. */
    readonly states: readonly string[] | null;
    /** The lane has failed at least so often since its last success. */
    readonly retryAtLeast: number | null;
    /** The issue's priority is this number or a lower, more urgent one. */
    readonly priorityAtMost: number | null;
  };
}

/** What one run may use up, whatever its agent thinks of it. */
export interface RunBudget {
  readonly modelCalls: number;
  readonly tokens: number;
  /** US dollars as the agent counts them; `null`: no limit. */
  readonly costUsd: number | null;
  /** The same call with the same arguments, in a row. */
  readonly repeatedCalls: number;
  /** Turns, beside `agent.maxTurns`. Absent or `null`: no limit. */
  readonly turns?: number | null;
  /** How long the session may be open, milliseconds, beside `agent.runTimeoutMs`. Absent or `null`: no limit. */
  readonly wallMs?: number | null;
}

/** What work may use up. */
export interface Budget {
  readonly run: RunBudget;
  /** Of one issue in all its lanes; sessions since a person last acted. Absent: no limits. */
  readonly issue?: Limits;
  /** Of all work of one day. Absent: no limits. */
  readonly day?: Limits;
  /** Of all work on record. Absent: no limits. */
  readonly workflow?: Limits;
  /** Share of a limit (0…1) that is told of when it is used up. Absent: 0.8. */
  readonly warnAt?: number;
  /** IANA name of the zone whose midnight begins a day. Absent: UTC. */
  readonly timeZone?: string;
  /** Prices that outweigh all others, by model. Absent: none. */
  readonly prices?: Readonly<Record<string, Price>>;
}

/** Something that a workflow file says and that is not in force. Lines and columns count from 1. */
export interface WorkflowWarning {
  /** Absolute path of the file. */
  readonly path: string;
  readonly line: number;
  readonly column: number;
  /** Dotted, as the file writes it. */
  readonly key: string;
  readonly message: string;
  /** All of it in one line for a person: `WORKFLOW.md:4:3 key: message`. */
  readonly sentence: string;
}

/** Moves an issue's card by what its change shows, without a turn of an agent. Routes are names of the profile's. */
export interface Reconciliation {
  /** Routes from which cards are moved. */
  readonly sourceRoutes: readonly string[];
  /** What has to hold before a card goes to the `ready` route. */
  readonly gates: { readonly approval: boolean; readonly checks: boolean; readonly mergeable: boolean };
  readonly outcomes: {
    readonly ready: string | null;
    readonly changesRequested: string | null;
    readonly failedChecks: string | null;
    readonly alreadyMerged: string | null;
  };
  /** Looks in a row at one head that have to show failed checks before they count. */
  readonly confirmations: number;
  /** Cards that are moved in one poll at most. */
  readonly maxPerPoll: number;
}

/** See `Workflow.closeout`. */
export interface Closeout {
  readonly addLabels: readonly string[];
  readonly removeLabels: readonly string[];
  readonly comment: string | null;
}

/** The loaded, validated, immutable snapshot of one workflow file with its profile. */
export interface Workflow {
  /** Stands in every table and event: `<folder>-<8 hex of the file's path>`. */
  readonly id: string;
  /** Of the file's text, the profile and everything that was resolved into it. */
  readonly hash: string;
  /** Absolute path of the file; messages are located in it. */
  readonly path: string;
  /** Relative paths in the file are relative to this folder. */
  readonly directory: string;
  readonly profile: Profile;
  readonly tracker: {
    readonly kind: string;
    readonly options: JsonObject;
    readonly states: readonly TrackerState[];
    readonly requiredLabels: readonly string[];
    readonly optOutLabel: string;
    readonly needsAttentionLabel: string;
    /** When issues are claimed on the tracker, and for how long, milliseconds. Absent: never. */
    readonly claim?: { readonly mode: "auto" | "on" | "off"; readonly ttlMs: number };
  };
  readonly repo: RepoSettings | null;
  readonly agentProvider: AgentChoice & {
    /** The first that fits chooses the agent of a run; absent: there are none. */
    readonly rules?: readonly AgentRule[];
    /** Agents that do the work while the account of the chosen one is paused, in their order; absent: none, the work waits. */
    readonly fallback?: readonly AgentChoice[];
  };
  readonly agentRuntime: {
    readonly placement: string;
    /** Absent: `none`. */
    readonly sandbox?: Sandbox;
    /** Folders of the person's home that agents and checks may read in the sandbox, as written. Absent: none. */
    readonly caches?: readonly string[];
    /** Set in the agent's environment. */
    readonly env: Readonly<Record<string, string>>;
    /** Names of variables that the agent gets from the daemon's environment, beside the small built-in list. */
    readonly pass: readonly string[];
  };
  readonly agent: AgentSettings;
  /** Absent: nothing is done beyond what the accounts say themselves. */
  readonly accounts?: AccountSettings;
  readonly budget: Budget;
  /** Skills that agents find in their workspace, the profile's first. Absent: none. */
  readonly skills?: readonly string[];
  /** MCP servers of plugins, for agents that take such. Absent: none. */
  readonly mcpServers?: readonly McpServer[];
  /** What people are asked first. Absent: nothing. */
  readonly approvals?: ApprovalSettings;
  /** Whose words reach agents as instructions. Absent: as `USUAL_TRUST`. */
  readonly trust?: TrustSettings;
  /** Tools that no profile gives by itself. Absent: none of them. */
  readonly tools?: { readonly enable: readonly string[] };
  readonly validation: {
    /** Absent: as the machine has it. */
    readonly network?: false;
    readonly commands: readonly string[];
    readonly timeoutMs: number;
    /**
     * Where they run: on a clean checkout of the exact head (absent: there), or in the agent's own workspace, which makes what they say as weak
     * as an agent's word.
     */
    readonly in?: "checkout" | "workspace";
  };
  /** How cards move by what their changes show. Absent: not at all. */
  readonly reconciliation?: Reconciliation;
  /** What an issue gets besides its move when its change has landed; labels as `normaliseLabels` writes them. Absent: nothing. */
  readonly closeout?: Closeout;
  readonly polling: { readonly intervalMs: number };
  readonly workspace: {
    /** Absolute. */
    readonly root: string;
    readonly strategy: "worktree" | "clone";
    /** Nothing is started with less space than this on the root's disk, in bytes. */
    readonly minFreeBytes: number;
  };
  readonly hooks: Hooks;
  readonly server: { readonly port: number | null; readonly host: string };
  readonly observability: LogSettings;
  /** The Liquid body: the file's, or the profile's when the file has none. */
  readonly prompt: string;
  /** The file that the prompt stands in and its first line there, for located errors. */
  readonly promptSource?: { readonly path: string; readonly line: number };
  /** What is accepted from files of other runners without being in force, in the order of the file. Absent: nothing. */
  readonly warnings?: readonly WorkflowWarning[];
}

/** What `state` means in this workflow, or `undefined` for a state that it does not mention. */
export function trackerState(workflow: Workflow, state: string): TrackerState | undefined {
  const key = stateKey(state);
  return workflow.tracker.states.find((known) => stateKey(known.name) === key);
}

/** The route that an issue in `state` is on, or `undefined`. */
export function routeOf(workflow: Workflow, state: string): Route | undefined {
  const known = trackerState(workflow, state);
  return known?.route == null ? undefined : workflow.profile.routes.find((route) => route.name === known.route);
}

/** The tracker's state name for a route, or `undefined` when the workflow maps none. */
export function stateForRoute(workflow: Workflow, route: string): string | undefined {
  return workflow.tracker.states.find((known) => known.route === route)?.name;
}

/** Whether work may happen in `state`. A state that is also terminal is not active (G-16). */
export function isActive(workflow: Workflow, state: string): boolean {
  const known = trackerState(workflow, state);
  return known !== undefined && ACTIVE_CATEGORIES.includes(known.category);
}

/** Whether `state` ends an issue. */
export function isTerminal(workflow: Workflow, state: string): boolean {
  const known = trackerState(workflow, state);
  return known !== undefined && TERMINAL_CATEGORIES.includes(known.category);
}

/** The names of all active states, for the tracker's candidate query. */
export function activeStates(workflow: Workflow): string[] {
  return workflow.tracker.states.filter((s) => ACTIVE_CATEGORIES.includes(s.category)).map((s) => s.name);
}
