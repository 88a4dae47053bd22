import { describe, expect, test } from "vitest";
import { builtInKinds } from "../../src/app-kinds.ts";
import { mockAgent } from "../../src/agents/mock/index.ts";
import { Registry } from "../../src/contracts/registry.ts";
import { memoryTracker } from "../../src/trackers/memory/index.ts";
import { FOREIGN_PROFILE_OPTIONS } from "../../src/workflow/compatibility.ts";
import type { WorkflowKinds } from "../../src/workflow/index.ts";
import { LEAST, loadText, problemsOf, testKinds } from "./fixture.ts";

/** What is built today: no Linear, no GitHub, no Codex. */
function builtKinds(): WorkflowKinds {
  const trackers = new Registry<typeof memoryTracker>("tracker.kind");
  trackers.register({ kind: "memory", source: "test", load: () => Promise.resolve(memoryTracker) });
  const agents = new Registry<typeof mockAgent>("agent_provider.kind");
  agents.register({ kind: "mock", source: "test", load: () => Promise.resolve(mockAgent) });
  const { forges, placements, tools } = testKinds();
  return { trackers, agents, forges, placements, tools };
}

/** The shape of Symphony's own workflow file (symphony-conformance 2.7), in words of ours. */
const SYMPHONY = `tracker:
  kind: linear
  provider:
    project_slug: runner-abc123
  active_states: [Todo, In Progress, Merging, Rework]
  terminal_states: [Closed, Cancelled, Canceled, Duplicate, Done]
polling:
  interval_ms: 5000
workspace:
  root: ~/code/symphony-workspaces
hooks:
  after_create: |
    git clone --depth 1 https://example.invalid/symphony .
  before_remove: |
    close-pull-requests
agent:
  max_concurrent_agents: 10
  max_turns: 20
codex:
  command: codex --config model_reasoning_effort=xhigh --model gpt-5.5 app-server
  approval_policy: never
  thread_sandbox: workspace-write
  turn_sandbox_policy: { type: workspaceWrite, networkAccess: true }
  turn_timeout_ms: 1800000`;

const NATIVE = "workflow: {profile: {kind: coding_pr_delivery, version: 1}}\nrepo: {provider: {kind: paper}}\n";
const environment = { HOME: "/home/ann" };

describe("Symphony's own file", () => {
  test("names exactly what is not built yet", async () => {
    expect(await problemsOf(loadText(SYMPHONY, { kinds: builtKinds(), environment }))).toEqual([
      'WORKFLOW.md:3:9 tracker.kind: "linear" is not known; known: memory',
      'WORKFLOW.md:20:1 agent_provider.kind: "codex" is not known; known: mock',
    ]);
  });

  test("loads whole with the kinds that it names, and nothing of it is without effect", async () => {
    const text = SYMPHONY.replace("linear", "paper").replace("project_slug", "project");
    const agent = "agent_provider: {kind: actor}\n";
    const workflow = await loadText(`${NATIVE}${agent}${text}`, { environment });
    expect(workflow).toMatchObject({
      polling: { intervalMs: 5000 },
      workspace: { root: "/home/ann/code/symphony-workspaces" },
      agent: { maxConcurrentAgents: 10, maxTurns: 20, turnTimeoutMs: 1_800_000 },
    });
    expect(workflow.tracker.states.filter(({ category }) => category !== "review").map(({ name }) => name)).toEqual([
      "Todo",
      "In Progress",
      "Merging",
      "Rework",
      "Done",
      "Canceled",
      "Closed",
      "Cancelled",
      "Duplicate",
    ]);
  });

  test("with another agent its codex section is told to be unused, line by line", async () => {
    const text = SYMPHONY.replace("linear", "paper").replace("project_slug", "project");
    const { warnings } = await loadText(`${NATIVE}agent_provider: {kind: actor}\n${text}`, { environment });
    const note = "not used: agent_provider.kind names another agent";
    expect(warnings?.map(({ sentence }) => sentence)).toEqual([
      `WORKFLOW.md:24:3 codex.command: ${note}`,
      `WORKFLOW.md:25:3 codex.approval_policy: ${note}`,
      `WORKFLOW.md:26:3 codex.thread_sandbox: ${note}`,
      `WORKFLOW.md:27:3 codex.turn_sandbox_policy: ${note}`,
    ]);
  });
});

/** The shape of the control plane's template without services, in words of ours. */
const PLANE_MEMORY = `workflow: {profile: {kind: triage, version: 1, options: {}}}
tracker:
  kind: memory
  provider:
    persist_state_updates: true
    issues: [{id: local-memory-1, identifier: MEM-1, title: Look, state: classifying, description: It}]
  lifecycle:
    active_states: [intake, classifying]
    terminal_states: [routed, duplicate, rejected]
    state_phase_map: {intake: todo, classifying: in_progress, needs_info: human_review, routed: done, duplicate: canceled, rejected: canceled}
    raw_state_by_route_key: {intake: intake, classifying: classifying, needs_info: needs_info, routed: routed}
polling: {interval_ms: 5000}
workspace: {root: $SYMPHONY_WORKSPACE_ROOT}
repo: {path: ., base_branch: main, provider: {kind: memory}}
agent: {execution: {max_concurrent_agents: 1, max_turns: 1}}
agent_provider: {kind: mock, options: {message: hello, complete_issue_state: routed}}
observability: {dashboard_enabled: false}`;

/** And of its templates for real services. */
const PLANE_CODING = `workflow:
  profile:
    kind: coding_pr_delivery
    version: 1
    options:
      requirements: {change_proposal: true, typed_tracker_tools: true, typed_repo_tools: true}
      execution_profiles: {allowed: [land]}
  reconciliation:
    change_proposal: {enabled: true, outcome_routes: {ready: merging}}
tracker:
  kind: linear
  auth: {api_key: $LINEAR_API_KEY}
  provider: {project_slug: $LINEAR_PROJECT_SLUG}
  lifecycle:
    active_states: [Todo, In Progress, Merging, Rework]
    terminal_states: [Closed, Cancelled, Canceled, Duplicate, Done]
    state_phase_map: {Todo: todo, In Progress: in_progress, In Review: human_review, Merging: merging, Rework: rework, Done: done, Closed: done, Duplicate: canceled, Canceled: canceled, Cancelled: canceled}
    raw_state_by_route_key: {planning: Todo, developing: In Progress, review: In Review, merging: Merging, rework: Rework, resolved: Done, rejected: Canceled}
polling: {interval_ms: 5000}
workspace: {root: $SYMPHONY_WORKSPACE_ROOT}
repo:
  path: repo
  base_branch: $SOURCE_REPO_BASE_BRANCH
  remote: {name: origin, url: $SOURCE_REPO_URL}
  branch: {work_prefix: $SOURCE_REPO_BRANCH_WORK_PREFIX}
  provider: {kind: github, repository: $SOURCE_REPO_PROVIDER_REPOSITORY, options: {required_pr_label: $LABEL}}
hooks: {after_create: bin/repo clone --depth 1 "$SOURCE_REPO_URL" repo}
runtime: {agent: {placement: local}}
agent:
  execution: {max_concurrent_agents: 1, max_turns: 20}
  credentials: {enabled: true, store_root: $SYMPHONY_AGENT_CREDENTIALS_STORE_ROOT}
  quota: {preflight: off}
agent_provider: {kind: opencode, options: {agent: build}}`;

const PLANE_ENVIRONMENT = {
  SYMPHONY_WORKSPACE_ROOT: "/w",
  SOURCE_REPO_BASE_BRANCH: "trunk",
  SOURCE_REPO_URL: "https://example.invalid/a/b.git",
  SOURCE_REPO_BRANCH_WORK_PREFIX: "bot",
  SOURCE_REPO_PROVIDER_REPOSITORY: "a/b",
  LABEL: "bot",
  LINEAR_API_KEY: "key-of-linear",
  LINEAR_PROJECT_SLUG: "slug",
};

describe("the control plane's templates", () => {
  test("the one without services loads unchanged", async () => {
    const workflow = await loadText(PLANE_MEMORY, { kinds: builtKinds(), environment: PLANE_ENVIRONMENT });
    expect(workflow).toMatchObject({ repo: null, agent: { maxTurns: 1 }, agentProvider: { kind: "mock" } });
    expect(workflow.warnings?.map(({ key }) => key)).toEqual(["observability.dashboard_enabled"]);
  });

  test("what an agent takes there among its options goes where it belongs, and Codex takes the rest", async () => {
    const options = `options: {command_argv: [codex, app-server], prompt_transport: json_rpc, approval_policy: never, thread_sandbox: danger-full-access, turn_timeout_ms: 7000, read_timeout_ms: 6000, stall_timeout_ms: 0, credential_ref: "credential://codex/a"}`;
    const yaml = PLANE_MEMORY.replace(/agent_provider: .*/, `agent_provider: {kind: codex, ${options}}`);
    const kinds = { ...builtKinds(), agents: builtInKinds().agents };
    const workflow = await loadText(yaml, { kinds, environment: PLANE_ENVIRONMENT });
    expect(workflow.agentProvider.options).toEqual({
      command_argv: ["codex", "app-server"],
      approval_policy: "never",
      thread_sandbox: "danger-full-access",
    });
    expect(workflow.agent).toMatchObject({ turnTimeoutMs: 7_000, readTimeoutMs: 6_000, stallTimeoutMs: 0 });
    expect(workflow.warnings?.map(({ key }) => key)).toEqual([
      "agent_provider.options.prompt_transport",
      "observability.dashboard_enabled",
    ]);
  });

  test("those for services name exactly the kinds that are not built yet", async () => {
    const kinds = builtKinds();
    expect(await problemsOf(loadText(PLANE_CODING, { kinds, environment: PLANE_ENVIRONMENT }))).toEqual([
      'WORKFLOW.md:12:9 tracker.kind: "linear" is not known; known: memory',
      'WORKFLOW.md:27:20 repo.provider.kind: "github" is not known; known: memory, paper',
      'WORKFLOW.md:34:24 agent_provider.kind: "opencode" is not known; known: mock',
    ]);
  });

  test("with kinds that are, everything is read or listed", async () => {
    const yaml = PLANE_CODING.replace("kind: linear", "kind: memory")
      .replace("github", "paper")
      .replace("opencode", "actor");
    const workflow = await loadText(yaml, { environment: PLANE_ENVIRONMENT });
    expect(workflow).toMatchObject({
      tracker: { options: { api_key: "key-of-linear", project_slug: "slug" } },
      repo: { path: null, remote: "https://example.invalid/a/b.git", baseBranch: "trunk", branchPrefix: "bot/" },
      agent: { maxConcurrentAgents: 1, maxTurns: 20 },
    });
    expect(workflow.warnings?.map(({ key }) => key)).toEqual([
      "workflow.profile.options.requirements",
      "workflow.profile.options.execution_profiles",
      "repo.path",
      "repo.remote.name",
      "agent.credentials.enabled",
      "agent.credentials.store_root",
    ]);
  });

  test("options of its profiles are listed as long as ours of the kind lack them, and no longer", async () => {
    for (const [kind, options] of Object.entries(FOREIGN_PROFILE_OPTIONS)) {
      const { profile } = await loadText(`${LEAST.replace("triage", kind)}\nrepo: {provider: {kind: paper}}`);
      expect(Object.keys(profile.options).filter((key) => options.includes(key))).toEqual([]);
    }
  });

  test("what it takes when a file leaves it out is taken here as well", async () => {
    const yaml = "tracker: {kind: papr}\nrepo: {path: .}\nagent: {execution: {max_turns: 1}}";
    expect(await problemsOf(loadText(yaml))).toEqual([
      expect.stringContaining('agent_provider.kind: "codex" is not known'),
      expect.stringContaining('tracker.kind: "papr" is not known'),
      'WORKFLOW.md:3:1 repo.provider.kind: "github" is not known; known: memory, paper',
    ]);
  });
});
