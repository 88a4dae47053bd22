import type { Assignment } from "../../src/model/assignment.ts";
import type { Issue } from "../../src/model/issue.ts";
import type { Profile } from "../../src/model/profile.ts";
import type { WorkKind, WorkSpec } from "../../src/model/work.ts";
import type { Workflow } from "../../src/model/workflow.ts";

export function anIssue(changes: Partial<Issue> = {}): Issue {
  return {
    id: "i1",
    nativeRef: null,
    identifier: "DEMO-1",
    title: "Greet the world",
    description: "Say hello.",
    priority: null,
    state: "Todo",
    branchName: null,
    url: null,
    assigneeId: null,
    labels: [],
    blockedBy: [],
    dispatchable: true,
    createdAt: 0,
    updatedAt: 0,
    ...changes,
  };
}

export function aProfile(changes: Partial<Profile> = {}): Profile {
  return {
    kind: "coding_pr_delivery",
    version: 1,
    hash: "p",
    options: {},
    routes: [
      { name: "developing", category: "in_progress", action: "dispatch", target: null },
      { name: "review", category: "review", action: "wait", target: null },
      { name: "resolved", category: "done", action: "stop", target: null },
    ],
    completion: { routes: ["review"], deliversChange: true, landing: "after_approval", landedRoute: "resolved" },
    tools: ["run_handoff", "run_attention", "run_finalize"],
    prompt: "Work on {{ issue.identifier }}.",
    ...changes,
  };
}

export function aWorkflow(root: string, changes: Partial<Workflow> = {}): Workflow {
  return {
    id: "demo-00000000",
    hash: "w1",
    path: `${root}/WORKFLOW.md`,
    directory: root,
    profile: aProfile(),
    tracker: {
      kind: "memory",
      options: {},
      states: [
        { name: "Todo", route: "developing", category: "todo" },
        { name: "In Review", route: "review", category: "review" },
        { name: "Done", route: "resolved", category: "done" },
      ],
      requiredLabels: [],
      optOutLabel: "maestro:manual-only",
      needsAttentionLabel: "maestro:needs-attention",
    },
    repo: null,
    agentProvider: { kind: "mock", options: {} },
    agentRuntime: { placement: "local", env: {}, pass: [] },
    agent: {
      maxConcurrentAgents: 2,
      maxConcurrentAgentsByState: {},
      ...{ maxTurns: 3, maxAttempts: 3, maxRetryBackoffMs: 300_000 },
      startupTimeoutMs: 60_000,
      readTimeoutMs: 5_000,
      turnTimeoutMs: 3_600_000,
      stallTimeoutMs: 300_000,
      runTimeoutMs: 7_200_000,
      commandTimeoutMs: 1_800_000,
      firstOutputTimeoutMs: 240_000,
      turnTotalTimeoutMs: 5_400_000,
      maxSessionsWithoutProgress: 3,
    },
    budget: { run: { modelCalls: 300, tokens: 10_000_000, costUsd: null, repeatedCalls: 25 } },
    validation: { commands: [], timeoutMs: 60_000 },
    polling: { intervalMs: 30_000 },
    workspace: { root: `${root}/workspaces`, strategy: "worktree", minFreeBytes: 0 },
    hooks: { afterCreate: null, beforeRun: null, afterRun: null, beforeRemove: null, timeoutMs: 60_000, env: {} },
    server: { port: null, host: "127.0.0.1" },
    observability: {
      ...{ level: "info", format: null, fileEnabled: true, fileMaxBytes: 10_485_760, fileKeep: 9 },
      consoleEnabled: null,
    },
    prompt: "Work on {{ issue.identifier }}.",
    ...changes,
  };
}

export function anAssignment(changes: Partial<Assignment> = {}): Assignment {
  return {
    issue: anIssue(),
    workflowHash: "w1",
    workspaceKey: "DEMO-1",
    purpose: "first",
    attempt: null,
    branch: null,
    headSha: null,
    changeId: null,
    feedback: null,
    resume: null,
    deleteBranch: false,
    outbox: [],
    ...changes,
  };
}

export function aWorkSpec(
  kind: WorkKind,
  payload: Partial<Assignment> = {},
  changes: Partial<WorkSpec> = {},
): WorkSpec {
  return {
    id: `work-${kind}`,
    workflowId: "demo-00000000",
    laneId: "lane-1",
    kind,
    run: 1,
    machine: "here",
    payload: anAssignment(payload),
    ...changes,
  };
}
