import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from "../base/json.ts";
import { valueAt } from "./tree.ts";

/** Whose file a key tells of. `both`: it may be either's, so it tells nothing. */
export type Ancestor = "symphony" | "control_plane" | "both";

/** One key of another runner's workflow file: where its value goes, or why it goes nowhere. */
export interface ForeignKey {
  /** Dotted. */
  readonly from: string;
  readonly of: Ancestor;
  /** The canonical key; left out when nothing reads the value. */
  readonly to?: string;
  /** The value as the canonical key has it; undefined when the key then says nothing. Default: the value itself. */
  readonly value?: (value: JsonValue) => JsonValue | undefined;
  /** What the warning says when nothing reads the value. */
  readonly note?: string;
  /** Whether the row counts for this file. Default: it does. */
  readonly applies?: (file: JsonObject) => boolean;
}

/** The parts of Maestro that will read a key, as the warnings name them. */
const READERS = {
  delivery: "the delivery issue",
  plugins: "the skills and plugins issue",
  surface: "the surface issue",
  trackers: "the trackers and forges issue",
  workers: "remote workers, which are not planned in an issue yet",
};

function move(of: Ancestor, from: string, to: string): ForeignKey {
  return { of, from, to };
}

/** Keys below one section that are accepted and listed. */
function later(of: Ancestor, reader: keyof typeof READERS, above: string, names: readonly string[]): ForeignKey[] {
  const note = `accepted, not enforced yet: read with ${READERS[reader]}`;
  return names.map((name) => ({ of, from: `${above}.${name}`, note }));
}

const AGENT_LIMITS = ["max_concurrent_agents", "max_concurrent_agents_by_state", "max_turns", "max_retry_backoff_ms"];
const CODEX_OPTIONS = ["command", "approval_policy", "thread_sandbox", "turn_sandbox_policy"];
const CODEX_TIMEOUTS = ["turn_timeout_ms", "read_timeout_ms", "stall_timeout_ms"];

/** Its limits are for events that it keeps in memory. */
const KEPT_WHOLE = "not used: every event is kept on record (`maestro record prune` archives what has ended)";

const ONLY_PUBLISHED = "not used: only what agents themselves tell of their capacity is looked at";

/**
 * The keys of Symphony's files (S-039…S-055 and what its reference implementation adds) and of the control plane's that are not ours.
 * A row goes when its key enters our schema; a test sees to it.
 */
export const FOREIGN_KEYS: readonly ForeignKey[] = [
  move("symphony", "tracker.active_states", "tracker.lifecycle.active_states"),
  move("symphony", "tracker.terminal_states", "tracker.lifecycle.terminal_states"),
  move("symphony", "tracker.endpoint", "tracker.provider.endpoint"),
  ...["api_key", "project_slug", "assignee"].map((key) =>
    move("symphony", `tracker.${key}`, `tracker.provider.${key}`),
  ),
  ...CODEX_OPTIONS.flatMap((key): ForeignKey[] => [
    { ...move("symphony", `codex.${key}`, `agent_provider.options.${key}`), applies: isForCodex },
    {
      of: "symphony",
      from: `codex.${key}`,
      note: "not used: agent_provider.kind names another agent",
      applies: (file) => !isForCodex(file),
    },
  ]),
  ...CODEX_TIMEOUTS.map((key) => move("symphony", `codex.${key}`, `agent.${key}`)),
  // What every agent of the control plane takes among its own options, and a file of ours may have from there.
  ...CODEX_TIMEOUTS.map((key) => move("both", `agent_provider.options.${key}`, `agent.${key}`)),
  { of: "both", from: "agent_provider.options.prompt_transport", note: "not used: each agent has one protocol" },
  { ...move("both", "agent_provider.options.credential_ref", "agent_provider.account"), value: accountOfReference },
  { of: "both", from: "agent_provider.options.quota_probe", note: ONLY_PUBLISHED },
  // A placement that is not built is an error at this key, never work on this machine instead (S-287).
  {
    ...move("symphony", "worker.ssh_hosts", "agent_runtime.placement"),
    value: (hosts) => (isEmpty(hosts) ? undefined : "ssh"),
  },
  ...later("symphony", "workers", "worker", ["max_concurrent_agents_per_host"]),
  ...later("both", "surface", "observability", ["dashboard_enabled", "refresh_ms", "render_interval_ms"]),

  ...AGENT_LIMITS.map((key) => move("control_plane", `agent.execution.${key}`, `agent.${key}`)),
  ...["api_key", "api_secret"].map((key) => move("control_plane", `tracker.auth.${key}`, `tracker.provider.${key}`)),
  move("control_plane", "runtime.agent.placement", "agent_runtime.placement"),
  move("control_plane", "runtime.agent.env", "agent_runtime.env"),
  { of: "control_plane", from: "repo.remote.name", note: "not used: Maestro names its remotes itself" },
  {
    of: "control_plane",
    from: "repo.path",
    note: "not used beside repo.remote.url: a workspace is the checkout itself, not a folder above it",
    applies: (file) => isJsonObject(valueAt(file, ["repo", "remote"])),
  },
  // Behind the other keys of its section, which it replaces.
  move("control_plane", "repo.remote.url", "repo.remote"),
  ...later("control_plane", "workers", "worker", ["max_concurrent_local_agents"]),
  ...later("control_plane", "workers", "runtime.agent", ["worker_pool", "worker_host", "remote_workspace_path"]),
  ...later("control_plane", "workers", "runtime.agent.worker_daemon", [
    "endpoint",
    "endpoints",
    "pools",
    "token_env",
    "timeout_ms",
    "required_features",
    "health_cache_ttl_ms",
    "circuit_ttl_ms",
  ]),
  {
    of: "control_plane",
    from: "workflow.reconciliation.change_proposal.candidates.discovery",
    note: "not used: every lane's change is looked at in each poll",
  },
  {
    ...move("control_plane", "tracker.lifecycle.policy_by_route_key", "workflow.profile.routes"),
    value: routesOfPolicy,
  },
  ...later("control_plane", "trackers", "tracker.lifecycle", ["workflows_by_type"]),
  ...later("control_plane", "plugins", "workspace", ["bootstrap_automation_from"]),
  ...["enabled", "store_root", "allow_host_auth_reuse"].map(
    (name): ForeignKey => ({
      ...{ of: "control_plane", from: `agent.credentials.${name}` },
      note: "not used: `maestro accounts` keeps them, for all workflows of this user",
    }),
  ),
  ...["lease_timeout_ms", "default_ttl_ms"].map(
    (name): ForeignKey => ({
      ...{ of: "control_plane", from: `agent.credentials.${name}` },
      note: "not used: a lease lasts as long as its run, and ends with the process that holds it",
    }),
  ),
  {
    ...{ of: "control_plane", from: "agent.credentials.rotation_strategy" },
    note: "not used: the account that is used least is taken",
  },
  {
    ...{ of: "control_plane", from: "agent.credentials.exhausted_cooldown_ms" },
    note: "not used: a pause lasts until the published reset, else by a back-off up to agent.max_retry_backoff_ms",
  },
  ...["poller_enabled", "probe_timeout_ms", "poll_providers"].map(
    (name): ForeignKey => ({ of: "control_plane", from: `agent.quota.${name}`, note: ONLY_PUBLISHED }),
  ),
  ...[
    "summary_max_bytes",
    "global_event_limit",
    "issue_event_limit",
    "run_event_limit",
    "session_event_limit",
    "index_key_limit",
    "pending_event_queue_limit",
  ].map((name): ForeignKey => ({ of: "control_plane", from: `observability.${name}`, note: KEPT_WHOLE })),
];

/** Options of the control plane's profiles that ours of the same kind do not have yet. */
export const FOREIGN_PROFILE_OPTIONS: Readonly<Record<string, readonly string[]>> = {
  coding_pr_delivery: ["requirements", "execution_profiles", "readiness", "routes"],
};

/** What is said about one of them. */
export const FOREIGN_OPTION_NOTE = `accepted, not enforced yet: read with ${READERS.delivery}`;

/** What both of them run when a file names no agent (S-053, and the control plane's default). */
export const DEFAULT_AGENT = "codex";
/** The control plane's forge when a file names none. */
export const DEFAULT_FORGE = "github";
/** The profile of a Symphony file that names none. */
export const SYMPHONY_PROFILE = "symphony";

/** Its names for what a route does; an agent that merges by itself (`execution_profile`) is none of ours: the host lands. */
function routesOfPolicy(policy: JsonValue): JsonValue | undefined {
  if (!isJsonObject(policy)) return policy;
  const routes = Object.entries(policy).flatMap(([name, entry]): [string, JsonValue][] => {
    if (!isJsonObject(entry)) return [[name, entry]];
    const { transition_target: target, execution_profile: merges, ...rest } = entry;
    if (merges !== undefined) return [];
    return [[name, target === undefined ? rest : { ...rest, target }]];
  });
  return routes.length === 0 ? undefined : Object.fromEntries(routes);
}

/** `credential://<kind>/<id>`; all of them, or the wrong form, is for the key itself to say. */
function accountOfReference(reference: JsonValue): JsonValue | undefined {
  if (typeof reference !== "string") return reference;
  const [, id] = /^credential:\/\/[^/]+(?:\/(.*))?$/.exec(reference) ?? [undefined, reference];
  return id === undefined || id === "*" ? undefined : id;
}

function isForCodex(file: JsonObject): boolean {
  const kind = valueAt(file, ["agent_provider", "kind"]);
  return kind === undefined || kind === DEFAULT_AGENT;
}

function isEmpty(value: JsonValue): boolean {
  return isJsonArray(value) && value.length === 0;
}
