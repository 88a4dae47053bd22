import type { Completion, Route } from "../../src/model/profile.ts";
import type { AgentSettings, Workflow } from "../../src/model/workflow.ts";

export const ATTENTION = "maestro:needs-attention";
export const OPT_OUT = "maestro:manual-only";

export const ROUTES: readonly Route[] = [
  { name: "planning", category: "todo", action: "transition_then_dispatch", target: "developing" },
  { name: "developing", category: "in_progress", action: "dispatch", target: null },
  { name: "review", category: "review", action: "wait", target: null },
  { name: "merging", category: "merging", action: "wait", target: null },
  { name: "rework", category: "rework", action: "dispatch", target: null },
  { name: "resolved", category: "done", action: "stop", target: null },
  { name: "rejected", category: "canceled", action: "stop", target: null },
];

export const STATES = [
  { name: "Backlog", route: null, category: "backlog" },
  { name: "Todo", route: "planning", category: "todo" },
  { name: "In Progress", route: "developing", category: "in_progress" },
  { name: "In Review", route: "review", category: "review" },
  { name: "Merging", route: "merging", category: "merging" },
  { name: "Rework", route: "rework", category: "rework" },
  { name: "Done", route: "resolved", category: "done" },
  { name: "Canceled", route: "rejected", category: "canceled" },
] as const;

export interface WorkflowOptions {
  readonly agent?: Partial<AgentSettings>;
  readonly completion?: Partial<Completion>;
  readonly routes?: readonly Route[];
  readonly requiredLabels?: readonly string[];
  readonly repo?: null;
  readonly commands?: readonly string[];
  readonly states?: Workflow["tracker"]["states"];
  readonly unguarded?: Workflow["profile"]["unguarded"];
  readonly claim?: Workflow["tracker"]["claim"];
}

/** A workflow with all routes of the coding profile; only what tests turn is an option. */
export function workflowOf(options: WorkflowOptions = {}): Workflow {
  return {
    id: "demo-00000000",
    hash: "hash",
    path: "/demo/WORKFLOW.md",
    directory: "/demo",
    profile: profileOf(options),
    tracker: {
      kind: "memory",
      options: {},
      states: options.states ?? STATES,
      requiredLabels: options.requiredLabels ?? [],
      optOutLabel: OPT_OUT,
      needsAttentionLabel: ATTENTION,
      ...(options.claim === undefined ? {} : { claim: options.claim }),
    },
    repo: options.repo === null ? null : REPO,
    agentProvider: { kind: "mock", options: {} },
    agentRuntime: { placement: "local", env: {}, pass: [] },
    agent: { ...AGENT, ...options.agent },
    budget: { run: { modelCalls: 300, tokens: 10_000_000, costUsd: null, repeatedCalls: 25 } },
    validation: { commands: options.commands ?? ["npm test"], timeoutMs: 600_000 },
    polling: { intervalMs: 30_000 },
    workspace: { root: "/workspaces", strategy: "worktree", minFreeBytes: 0 },
    hooks: { afterCreate: null, beforeRun: null, afterRun: null, beforeRemove: null, timeoutMs: 60_000, env: {} },
    server: { port: null, host: "127.0.0.1" },
    observability: {
      ...{ level: "info", format: null, fileEnabled: true, fileMaxBytes: 10_485_760, fileKeep: 9 },
      consoleEnabled: null,
    },
    prompt: "",
  };
}

const REPO = {
  path: "/demo",
  baseBranch: "main",
  remote: null,
  branchPrefix: "maestro/",
  provider: { kind: "memory", options: {} },
};

const AGENT: AgentSettings = {
  maxConcurrentAgents: 2,
  maxConcurrentAgentsByState: {},
  maxTurns: 20,
  maxAttempts: 5,
  maxRetryBackoffMs: 300_000,
  startupTimeoutMs: 60_000,
  readTimeoutMs: 5_000,
  turnTimeoutMs: 3_600_000,
  stallTimeoutMs: 300_000,
  runTimeoutMs: 7_200_000,
  commandTimeoutMs: 1_800_000,
  firstOutputTimeoutMs: 240_000,
  turnTotalTimeoutMs: 5_400_000,
  maxSessionsWithoutProgress: 3,
};

function profileOf(options: WorkflowOptions): Workflow["profile"] {
  return {
    kind: "coding_pr_delivery",
    version: 1,
    hash: "profile",
    options: {},
    routes: options.routes ?? ROUTES,
    completion: {
      routes: ["review"],
      deliversChange: true,
      landing: "after_approval",
      landedRoute: "resolved",
      ...options.completion,
    },
    tools: [],
    prompt: "",
    ...(options.unguarded === undefined ? {} : { unguarded: options.unguarded }),
  };
}
