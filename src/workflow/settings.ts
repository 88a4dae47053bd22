import { join } from "node:path";
import { stateKey } from "../model/issue.ts";
import type { LogSettings } from "../model/log-settings.ts";
import type { Hooks, PluginHook } from "../model/hooks.ts";
import type { AccountSettings, AgentSettings, RepoSettings, Sandbox, Workflow } from "../model/workflow.ts";
import { checkPlacement, readForge } from "./adapters.ts";
import { refuseRoot } from "./checkout.ts";
import { resolvePath, resolveText, resolveTexts } from "./environment.ts";
import { isSshRemote, readGitSettings } from "./git-settings.ts";
import { stateDirectoryOf } from "./identity.ts";
import { type Loading, report } from "./loading.ts";
import type { WorkflowFile } from "./schema/workflow-file.ts";

/** The `agent` section. */
export function readAgentSettings(section: WorkflowFile["agent"]): AgentSettings {
  return {
    maxConcurrentAgents: section.max_concurrent_agents,
    maxConcurrentAgentsByState: stateLimits(section.max_concurrent_agents_by_state),
    maxTurns: section.max_turns,
    maxAttempts: section.max_attempts,
    maxRetryBackoffMs: section.max_retry_backoff_ms,
    startupTimeoutMs: section.startup_timeout_ms,
    readTimeoutMs: section.read_timeout_ms,
    turnTimeoutMs: section.turn_timeout_ms,
    firstOutputTimeoutMs: section.first_output_timeout_ms,
    turnTotalTimeoutMs: section.turn_total_timeout_ms,
    stallTimeoutMs: section.stall_timeout_ms,
    runTimeoutMs: section.run_timeout_ms,
    commandTimeoutMs: section.command_timeout_ms,
    maxSessionsWithoutProgress: section.max_sessions_without_progress,
  };
}

/** What the `agent` section says of accounts. */
export function readAccountSettings({ credentials, quota }: WorkflowFile["agent"]): AccountSettings {
  return {
    preflight: quota.preflight,
    pollIntervalMs: quota.poll_interval_ms,
    maxLeases: credentials.max_concurrent_leases_per_account ?? null,
    cooldownMs: credentials.cooldown_ms,
    dailyTokens: credentials.daily_token_budget ?? null,
  };
}

/** Keys are normalised; entries that are no positive integer are ignored (S-052). */
function stateLimits(limits: Readonly<Record<string, unknown>>): Record<string, number> {
  const entries = Object.entries(limits).flatMap(([state, limit]): [string, number][] =>
    typeof limit === "number" && Number.isInteger(limit) && limit > 0 && state.trim() !== ""
      ? [[stateKey(state), limit]]
      : [],
  );
  return Object.fromEntries(entries);
}

/** The `repo` section, or `null` for work that changes no code. Without one, a profile that delivers changes is a problem. */
export async function readRepo(
  loading: Loading,
  file: WorkflowFile,
  deliversChange: boolean,
): Promise<RepoSettings | null> {
  const { repo } = file;
  const isNone = repo === undefined || (!deliversChange && isPlaceholder(file.tracker.kind, repo));
  if (isNone && deliversChange) {
    report(loading, ["repo"], {
      message: `the profile ${file.workflow.profile.kind} delivers changes of code, so it needs a repo section`,
    });
  }
  if (isNone) return null;
  const { remote } = repo;
  refuseSilentSsh(loading, repo);
  const path = repo.path ?? (remote === undefined ? "." : undefined);
  return {
    path: path === undefined ? null : resolvePath(loading, ["repo", "path"], path),
    baseBranch: resolveText(loading, ["repo", "base_branch"], repo.base_branch),
    remote: remote === undefined ? null : readRemote(loading, remote),
    branchPrefix: readPrefix(loading, repo.branch.work_prefix),
    provider: { kind: repo.provider.kind, options: await readForge(loading, repo.provider) },
    ...readGitSettings(loading, repo),
  };
}

/** A user's keys are used only on request, so an SSH remote has to say with which. */
function refuseSilentSsh(loading: Loading, { remote, ssh }: NonNullable<WorkflowFile["repo"]>): void {
  if (remote === undefined || ssh !== undefined) return;
  const before = loading.problems.count();
  const address = readRemote(loading, remote);
  if (loading.problems.count() > before || !isSshRemote(address)) return;
  report(loading, ["repo", "remote"], {
    message:
      "is reached over SSH, so say how Git logs in: repo.ssh: {auth: agent} for your SSH agent's keys, or {auth: key, key: PATH}",
  });
}

/** The control plane writes a slash between prefix and name by itself, so variables that were set for it end without one. */
function readPrefix(loading: Loading, written: string): string {
  const prefix = resolveText(loading, ["repo", "branch", "work_prefix"], written);
  const isBare = loading.ancestor === "control_plane" ? /[^/]$/.test(prefix) : /[A-Za-z0-9]$/.test(prefix);
  const isForeign = loading.ancestor === "control_plane" || prefix !== written;
  return isForeign && isBare ? `${prefix}/` : prefix;
}

/** The older way to write that there is no repository. */
function isPlaceholder(trackerKind: string, repo: NonNullable<WorkflowFile["repo"]>): boolean {
  return trackerKind === "memory" && repo.provider.kind === "memory" && repo.path === "." && repo.remote === undefined;
}

/** URLs, also `host:path`, stay as they are (S-072); everything else is a path. */
function readRemote(loading: Loading, remote: string): string {
  const text = resolveText(loading, ["repo", "remote"], remote);
  return text.includes(":") ? text : resolvePath(loading, ["repo", "remote"], text);
}

/** The `workspace` section. The default root is Maestro's own; another one must not lie inside a checkout. */
export async function readWorkspace(
  loading: Loading,
  section: WorkflowFile["workspace"],
): Promise<Workflow["workspace"]> {
  const keys = ["workspace", "root"];
  const rest = { strategy: section.strategy, minFreeBytes: section.min_free_bytes };
  if (section.root === undefined) {
    return { root: join(stateDirectoryOf(loading.input.home, loading.id), "workspaces"), ...rest };
  }
  const before = loading.problems.count();
  const root = resolvePath(loading, keys, section.root);
  const refusal = loading.problems.count() > before ? undefined : await refuseRoot(root, loading.input.environment);
  if (refusal !== undefined) report(loading, keys, refusal);
  return { root, ...rest };
}

/** The `agent_runtime` section. */
export function readRuntime(
  loading: Loading,
  section: WorkflowFile["agent_runtime"],
  isUnguarded: boolean,
): Workflow["agentRuntime"] {
  checkPlacement(loading, section.placement);
  return {
    placement: section.placement,
    sandbox: readSandbox(loading, section, isUnguarded),
    ...(section.caches.length === 0 ? {} : { caches: section.caches }),
    env: resolveTexts(loading, ["agent_runtime", "env"], section.env),
    pass: section.pass,
  };
}

/** `isolation` is the older spelling. Without guardrails an agent works in the person's own home, which a sandbox would hide. */
function readSandbox(
  loading: Loading,
  { sandbox, isolation }: WorkflowFile["agent_runtime"],
  isUnguarded: boolean,
): Sandbox {
  if (sandbox !== undefined && isolation !== undefined && sandbox !== isolation) {
    const message = `is the older spelling of agent_runtime.sandbox, which says ${sandbox}`;
    report(loading, ["agent_runtime", "isolation"], { message, hint: "leave isolation out" });
  }
  return sandbox ?? isolation ?? (isUnguarded ? "none" : "auto");
}

/** The `hooks` section, and what plugins bring. Scripts stay as they are (S-072). */
export function readHooks(loading: Loading, section: WorkflowFile["hooks"], ofPlugins: readonly PluginHook[]): Hooks {
  return {
    afterCreate: section.after_create ?? null,
    beforeRun: section.before_run ?? null,
    afterRun: section.after_run ?? null,
    beforeRemove: section.before_remove ?? null,
    timeoutMs: section.timeout_ms,
    env: resolveTexts(loading, ["hooks", "env"], section.env),
    ...(ofPlugins.length === 0 ? {} : { plugins: ofPlugins }),
  };
}

/** The `observability` section; its patterns are masked from now on. */
export function readLogSettings(loading: Loading, section: WorkflowFile["observability"]): LogSettings {
  for (const [at, source] of section.redact_patterns.entries()) {
    const problem = loading.secrets.registerPattern(source);
    if (problem !== null) report(loading, ["observability", "redact_patterns", at], { message: problem });
  }
  return {
    level: section.level,
    format: section.log_format ?? null,
    fileEnabled: section.file_enabled,
    fileMaxBytes: section.file_max_bytes,
    fileKeep: section.file_keep,
    consoleEnabled: section.console_enabled ?? null,
  };
}
