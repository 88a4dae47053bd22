import { join } from "node:path";
import { expect, test } from "vitest";
import { builtInKinds } from "../../src/app-kinds.ts";
import type { AgentProviderKind } from "../../src/contracts/agent-provider.ts";
import type { ForgeProvider } from "../../src/contracts/forge.ts";
import { Registry } from "../../src/contracts/registry.ts";
import type { TrackerProvider } from "../../src/contracts/tracker.ts";
import { loadWorkflow } from "../../src/workflow/index.ts";
import { put, temporaryFolder } from "../workflow/fixture.ts";

// The shapes of the control plane's nine templates. Their trackers, forges and agents are stand-ins here that only take their options:
// what is tried is that every file of that kind loads, whichever adapters there are.

const LINEAR = `tracker:
  kind: linear
  auth: {api_key: $LINEAR_API_KEY}
  provider: {project_slug: $LINEAR_PROJECT_SLUG}
  lifecycle:
    active_states: [Todo, In Progress, Merging, Rework]
    terminal_states: [Closed, Cancelled, Canceled, Duplicate, Done]
    state_phase_map: {Todo: todo, In Progress: in_progress, In Review: human_review, Merging: merging, Rework: rework, Closed: done, Cancelled: canceled, Canceled: canceled, Duplicate: canceled, Done: done}
    raw_state_by_route_key: {planning: Todo, developing: In Progress, review: In Review, merging: Merging, rework: Rework, resolved: Done, rejected: Canceled}
polling: {interval_ms: 5000}`;

const TAPD = `tracker:
  kind: tapd
  auth: {api_key: $TAPD_API_USER, api_secret: $TAPD_API_PASSWORD}
  provider: {platform: {workspace_id: $TAPD_WORKSPACE_ID, comment_author: $TAPD_COMMENT_AUTHOR}}
  lifecycle:
    active_states: [status_4, developing, merging, rework]
    terminal_states: [resolved, rejected]
    state_phase_map: {status_4: todo, developing: in_progress, status_5: human_review, merging: merging, rework: rework, resolved: done, rejected: canceled}
    raw_state_by_route_key: {planning: status_4, developing: developing, review: status_5, merging: merging, rework: rework, resolved: resolved, rejected: rejected}
polling: {interval_ms: 30000}`;

const RECONCILIATION = `  reconciliation:
    change_proposal:
      enabled: true
      candidates: {discovery: runtime_targeted, source_routes: [review], max_processed_issues_per_cycle: 25}
      gates: {approval_required: true, passing_checks_required: true, mergeable_required: true}
      outcome_routes: {ready: merging, changes_requested: rework, failed_checks: rework, already_merged: resolved}
      thresholds: {failed_checks_confirmation_count: 2}
`;

const CREDENTIALS = `
  credentials: {enabled: true, store_root: $SYMPHONY_AGENT_CREDENTIALS_STORE_ROOT, max_concurrent_leases_per_account: 1}
  quota: {preflight: off}`;

const AGENTS = {
  codex: `{kind: codex, options: {command: "codex --config model_reasoning_effort=xhigh --model gpt-5.3-codex app-server", approval_policy: never, thread_sandbox: danger-full-access, turn_sandbox_policy: {type: dangerFullAccess}}}`,
  claude_code: `{kind: claude_code, options: {command_argv: [claude], transport: stream_json, permission_mode: bypassPermissions, model: sonnet}}`,
  codebuddy_code: `{kind: codebuddy_code, options: {transport: acp_stdio, command_argv: [codebuddy], credential_ref: "credential://codebuddy_code/default", model: glm-5.1, permission_mode: bypass_permissions, mcp: {enabled: true, discovery: explicit_config, approve_generated_server: true}, plugin: {enabled: false}, http: {enabled: false}}}`,
  opencode: `{kind: opencode, options: {agent: build, model: zai-coding-plan/glm-5.1, read_timeout_ms: 120000, turn_timeout_ms: 600000, stall_timeout_ms: 300000}}`,
};

/** A coding template: tracker, forge and agent differ, the rest is the same. */
function coding(tracker: string, forge: string, agent: keyof typeof AGENTS, extra: { reconciles: boolean }): string {
  const hasAccounts = agent === "codebuddy_code" || agent === "opencode";
  return `workflow:
  profile:
    kind: coding_pr_delivery
    version: 1
    options:
      requirements: {change_proposal: true, typed_tracker_tools: true, typed_repo_tools: true}
      execution_profiles: {allowed: [land]}
${extra.reconciles ? RECONCILIATION : ""}${tracker}
workspace: {root: $SYMPHONY_WORKSPACE_ROOT}
repo:
  path: repo
  base_branch: $SOURCE_REPO_BASE_BRANCH
  remote: {name: origin, url: $SOURCE_REPO_URL}
  branch: {work_prefix: $SOURCE_REPO_BRANCH_WORK_PREFIX}
  provider: {kind: ${forge}, repository: $SOURCE_REPO_PROVIDER_REPOSITORY, api_base_url: null, web_base_url: null, options: {required_pr_label: $SOURCE_REPO_PROVIDER_REQUIRED_PR_LABEL}}
hooks:
  after_create: |
    bin/repo clone --depth 1 "$SOURCE_REPO_URL" repo
  before_remove: |
    # Nothing to do.
agent:
  execution: {max_concurrent_agents: 1, max_turns: 20}${hasAccounts ? CREDENTIALS : ""}
${agent === "opencode" ? "runtime: {agent: {placement: local}}\n" : ""}agent_provider: ${AGENTS[agent]}`;
}

const MEMORY = `workflow: {profile: {kind: triage, version: 1}}
tracker:
  kind: memory
  provider:
    persist_state_updates: true
    issues: [{id: local-memory-1, identifier: MEM-1, title: A request, description: Where to, state: classifying, labels: [local, quick-start], url: "http://localhost:4000"}]
  lifecycle:
    active_states: [intake, classifying]
    terminal_states: [routed, duplicate, rejected]
    state_phase_map: {intake: todo, classifying: in_progress, needs_info: human_review, routed: done, duplicate: canceled, rejected: canceled}
polling: {interval_ms: 5000}
workspace: {root: $SYMPHONY_WORKSPACE_ROOT}
repo: {path: ., base_branch: main, provider: {kind: memory}}
agent: {execution: {max_concurrent_agents: 1, max_turns: 1}}
agent_provider: {kind: mock, options: {message: Looked at it., complete_issue_state: routed}}`;

const TEMPLATES = {
  "memory/no_repo/mock": MEMORY,
  "linear/github/codex": coding(LINEAR, "github", "codex", { reconciles: false }),
  "linear/github/claude_code": coding(LINEAR, "github", "claude_code", { reconciles: false }),
  "linear/github/codebuddy_code": coding(LINEAR, "github", "codebuddy_code", { reconciles: false }),
  "linear/github/opencode": coding(LINEAR, "github", "opencode", { reconciles: false }),
  "tapd/cnb/opencode": coding(TAPD, "cnb", "opencode", { reconciles: true }),
  "tapd/cnb/claude_code": coding(TAPD, "cnb", "claude_code", { reconciles: true }),
  "tapd/cnb/codebuddy_code": coding(TAPD, "cnb", "codebuddy_code", { reconciles: true }),
  "tapd/github/codex": coding(TAPD, "github", "codex", { reconciles: false }),
};

const ENVIRONMENT = {
  LINEAR_API_KEY: "key-of-linear",
  LINEAR_PROJECT_SLUG: "runner",
  TAPD_API_USER: "user-of-tapd",
  TAPD_API_PASSWORD: "password-of-tapd",
  TAPD_WORKSPACE_ID: "7",
  TAPD_COMMENT_AUTHOR: "bot",
  SYMPHONY_WORKSPACE_ROOT: "/srv/workspaces",
  SYMPHONY_AGENT_CREDENTIALS_STORE_ROOT: "/srv/credentials",
  SOURCE_REPO_URL: "https://example.invalid/team/app.git",
  SOURCE_REPO_BASE_BRANCH: "trunk",
  SOURCE_REPO_BRANCH_WORK_PREFIX: "bot",
  SOURCE_REPO_PROVIDER_REPOSITORY: "team/app",
  SOURCE_REPO_PROVIDER_REQUIRED_PR_LABEL: "bot",
};

const notOpened = () => Promise.reject(new Error("it is only loaded here"));

/** Kinds of these names that take every option. */
function kinds() {
  const trackers = new Registry<TrackerProvider>("tracker.kind");
  const forges = new Registry<ForgeProvider>("repo.provider.kind");
  const agents = new Registry<AgentProviderKind>("agent_provider.kind");
  const common = { parseOptions: <T>(options: T) => options, open: notOpened };
  for (const kind of ["linear", "tapd", "memory"]) {
    const tracker = { kind, lifecycle: null, secretKeys: ["api_key", "api_secret"], ...common };
    trackers.register({ kind, source: "test", load: async () => tracker });
  }
  for (const kind of ["github", "cnb", "memory"])
    forges.register({ kind, source: "test", load: async () => ({ kind, secretKeys: [], ...common }) });
  for (const kind of [...Object.keys(AGENTS), "mock"])
    agents.register({ kind, source: "test", load: async () => ({ kind, ...common }) });
  const { placements, tools } = builtInKinds();
  return { trackers, forges, agents, placements, tools };
}

test.each(Object.entries(TEMPLATES))("the control plane's template %s loads unchanged", async (alias, yaml) => {
  const folder = temporaryFolder();
  const body = "Work on {{ issue.identifier }}: {{ issue.title }}\n{% if attempt %}Again.{% endif %}";
  const path = put(folder, "WORKFLOW.md", `---\n${yaml}\n---\n${body}\n`);
  const workflow = await loadWorkflow({ path, kinds: kinds(), environment: ENVIRONMENT, home: join(folder, "home") });
  const [tracker, forge = "", agent = ""] = alias.split("/");
  expect(workflow).toMatchObject({
    tracker: { kind: tracker },
    agentProvider: { kind: agent },
    workspace: { root: "/srv/workspaces" },
    agent: { maxConcurrentAgents: 1 },
  });
  // What is not in force yet is told, never dropped without a word.
  for (const { sentence } of workflow.warnings ?? []) expect(sentence).toMatch(/not enforced yet|not used/);
  if (forge === "no_repo") return;
  expect(workflow.repo).toMatchObject({
    remote: "https://example.invalid/team/app.git",
    baseBranch: "trunk",
    provider: { kind: forge },
  });
  const routes = workflow.tracker.states.map(({ route }) => route);
  for (const route of ["planning", "developing", "review", "merging", "rework", "resolved", "rejected"])
    expect(routes).toContain(route);
});
