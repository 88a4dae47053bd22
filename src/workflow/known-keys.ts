import { nearestOf } from "../base/nearest.ts";
import type { ProfileFile } from "./schema/profile-file.ts";
import type { WorkflowFile } from "./schema/workflow-file.ts";

/** The limits of a budget that several runs share. */
const SHARED = { sessions: true, tokens: true, cost_usd: true, turns: true, model_calls: true, wall_ms: true } as const;

/** What people can be asked first. */
const APPROVALS = {
  before_dispatch: true,
  before_push: true,
  before_review: true,
  before_merge: true,
  tools: true,
  cost_step_usd: true,
  cost_step_tokens: true,
  expires_ms: true,
  on_expiry: true,
} as const;

/** The keys of a schema; maps whose keys are free end it. The compiler keeps it complete. */
type KeyTree<T> = T extends readonly unknown[]
  ? true
  : T extends object
    ? string extends keyof T
      ? true
      : { readonly [K in keyof T]-?: KeyTree<NonNullable<T[K]>> }
    : true;

/** Any tree of keys. */
export type Keys = true | { readonly [key: string]: Keys };

/** The keys of a workflow file, for "did you mean …?": the schema itself is not loaded at run time. */
export const WORKFLOW_KEYS = {
  workflow: {
    profile: {
      kind: true,
      version: true,
      options: true,
      routes: true,
      completion: true,
      tools: true,
      gates: true,
      budget: true,
      stop: true,
    },
    closeout: { add_labels: true, remove_labels: true, comment: true },
    reconciliation: {
      change_proposal: {
        enabled: true,
        candidates: { source_routes: true, max_processed_issues_per_cycle: true },
        gates: { approval_required: true, passing_checks_required: true, mergeable_required: true },
        outcome_routes: { ready: true, changes_requested: true, failed_checks: true, already_merged: true },
        thresholds: { failed_checks_confirmation_count: true },
      },
    },
  },
  tracker: {
    kind: true,
    provider: true,
    lifecycle: { active_states: true, terminal_states: true, state_phase_map: true, raw_state_by_route_key: true },
    required_labels: true,
    opt_out_label: true,
    needs_attention_label: true,
    claim: true,
    claim_ttl_ms: true,
  },
  repo: {
    path: true,
    base_branch: true,
    remote: true,
    branch: { work_prefix: true },
    commit: { name: true, email: true, sign: true, key: true },
    ssh: { auth: true, key: true, known_hosts: true },
    provider: true,
  },
  agent_provider: { kind: true, account: true, options: true, rules: true, fallback: true },
  agent_runtime: { placement: true, sandbox: true, isolation: true, caches: true, env: true, pass: true },
  agent: {
    credentials: { max_concurrent_leases_per_account: true, cooldown_ms: true, daily_token_budget: true },
    quota: { preflight: true, poll_interval_ms: true },
    max_concurrent_agents: true,
    max_concurrent_agents_by_state: true,
    max_turns: true,
    max_attempts: true,
    max_retry_backoff_ms: true,
    startup_timeout_ms: true,
    read_timeout_ms: true,
    turn_timeout_ms: true,
    first_output_timeout_ms: true,
    turn_total_timeout_ms: true,
    stall_timeout_ms: true,
    run_timeout_ms: true,
    command_timeout_ms: true,
    max_sessions_without_progress: true,
  },
  budget: {
    run: { model_calls: true, tokens: true, cost_usd: true, repeated_calls: true, turns: true, wall_ms: true },
    issue: SHARED,
    day: SHARED,
    workflow: SHARED,
    warn_at: true,
    time_zone: true,
    prices: true,
  },
  validation: { commands: true, timeout_ms: true, network: true, in: true },
  tools: { enable: true },
  skills: true,
  polling: { interval_ms: true },
  workspace: { root: true, strategy: true, min_free_bytes: true },
  hooks: { after_create: true, before_run: true, after_run: true, before_remove: true, timeout_ms: true, env: true },
  approvals: APPROVALS,
  trust: { authors: true, associations: true, others: true, issues: true, accept_label: true },
  server: { port: true, host: true },
  optional_environment: true,
  observability: {
    level: true,
    log_format: true,
    file_enabled: true,
    file_max_bytes: true,
    file_keep: true,
    console_enabled: true,
    redact_patterns: true,
  },
} as const satisfies KeyTree<WorkflowFile>;

/** The keys of a profile. */
export const PROFILE_KEYS = {
  kind: true,
  version: true,
  routes: true,
  completion: {
    routes: true,
    delivers_change: true,
    landing: true,
    auto_land_label: true,
    landed_route: true,
    result: true,
    evidence: true,
  },
  tools: true,
  skills: true,
  decided_by: true,
  requires: { tracker: true, forge: true, agent: true, runtime: true },
  input: true,
  gates: { review: { evidence: true, human: true }, landing: { evidence: true, human: true } },
  approvals: APPROVALS,
  budget: { model_calls: true, tokens: true, cost_usd: true, repeated_calls: true, turns: true },
  stop: { failures: true, idle_sessions: true },
  options: true,
} as const satisfies KeyTree<ProfileFile>;

/** What an unknown key below `above` most likely means: the nearest one there, else the one of that name elsewhere. */
export function nearestKey(keys: Keys, above: readonly string[], unknown: string): string | undefined {
  const here = keysAt(keys, above);
  const near = here === undefined || here === true ? undefined : nearestOf(unknown, Object.keys(here));
  return near ?? pathOf(keys, unknown);
}

/** The keys below a path; undefined for a path that the schema does not know. */
export function keysAt(keys: Keys, path: readonly string[]): Keys | undefined {
  return path.reduce<Keys | undefined>((tree, key) => childOf(tree, key), keys);
}

function childOf(tree: Keys | undefined, key: string): Keys | undefined {
  return tree === undefined || tree === true ? undefined : tree[key];
}

function pathOf(tree: Keys, wanted: string): string | undefined {
  if (tree === true) return undefined;
  if (Object.hasOwn(tree, wanted)) return wanted;
  for (const [key, below] of Object.entries(tree)) {
    const found = pathOf(below, wanted);
    if (found !== undefined) return `${key}.${found}`;
  }
  return undefined;
}
