import { dirname, resolve } from "node:path";
import { MaestroError } from "../base/errors.ts";
import { shortHash } from "../base/ids.ts";
import { isJsonObject, type JsonObject, stableJson } from "../base/json.ts";
import { SecretRegistry } from "../base/redact.ts";
import { normaliseLabels } from "../model/issue.ts";
import type { McpServer } from "../model/mcp-server.ts";
import type { Profile } from "../model/profile.ts";
import type { TrackerState, Workflow } from "../model/workflow.ts";
import { readAgent, readTracker } from "./adapters.ts";
import { workflowIdOf } from "./identity.ts";
import { readBudget } from "./budget.ts";
import { readApprovals, readTrust } from "./guards.ts";
import type { WorkflowInput } from "./input.ts";
import { WORKFLOW_KEYS } from "./known-keys.ts";
import { type Loading, report, warn } from "./loading.ts";
import { withoutUnset } from "./optional.ts";
import { checkCapabilities } from "./profile-capabilities.ts";
import { finishProfile } from "./profile-options.ts";
import { readCredentials } from "./credentials.ts";
import { overridesIn } from "./profile-overrides.ts";
import { type ProfileDefault, withProfileLimits } from "./profile-policy.ts";
import { type LoadedProfile, loadProfile } from "./profiles.ts";
import { locate, Problems, type SourceFile } from "./problems.ts";
import { addSchemaProblems } from "./schema-problems.ts";
import { validateWorkflowFile } from "./schema/workflow-file.gen.ts";
import type { WorkflowFile } from "./schema/workflow-file.ts";
import { readReconciliation } from "./reconciliation.ts";
import {
  readAccountSettings,
  readAgentSettings,
  readHooks,
  readLogSettings,
  readRepo,
  readRuntime,
  readWorkspace,
} from "./settings.ts";
import { bodyOf, plainConfig, readSource } from "./source-file.ts";
import { mapStates } from "./states.ts";
import { checkTemplate } from "./template.ts";
import { translateForeign } from "./translation.ts";
import { putIn, valueAt } from "./tree.ts";

/** A workflow with what it was made from. */
export interface LoadedWorkflow {
  readonly workflow: Workflow;
  /** The workflow file first. */
  readonly sources: readonly [SourceFile, ...SourceFile[]];
  readonly trace: LoadTrace;
}

/** The steps between a file's text and its workflow, for those who explain a value. */
export interface LoadTrace {
  /** What the file says, in our keys; no defaults. */
  readonly written: JsonObject;
  /** The same with the schema's defaults. */
  readonly filled: JsonObject;
  readonly profile: LoadedProfile;
  /** What the profile says where the file says nothing. */
  readonly taken: readonly ProfileDefault[];
}

/**
 * Loads and checks a workflow file with its profile (S-030…S-072, S-079, S-081). Throws `missing_workflow_file`, `workflow_parse_error`,
 * `workflow_front_matter_not_a_map`, `invalid_workflow` (facts {problems}, everything that was found with line and column), `missing_secret`
 * (facts {missing}), `template_parse_error`.
 */
export async function loadWorkflow(input: WorkflowInput): Promise<Workflow> {
  return (await loadWithSources(input)).workflow;
}

/** `loadWorkflow` for those who follow the files. */
export async function loadWithSources(input: WorkflowInput): Promise<LoadedWorkflow> {
  const { loading, written } = await beginLoading(input);
  const shape = readShape(loading, written);
  const { kind, version } = shape.workflow.profile;
  const overrides = overridesIn(shape.workflow.profile);
  const wanted = { kind, overrides, ...(version === undefined ? {} : { version }) };
  const loaded = await loadProfile(loading, wanted);
  const { file, taken } =
    loaded === undefined ? { file: shape, taken: [] } : withProfileLimits(shape, written, loaded.file);
  if (loaded !== undefined) await checkCapabilities(loading, file, loaded);
  const profile =
    loaded === undefined ? undefined : await finishProfile(loading, loaded, file.workflow.profile.options);
  for (const sentence of profile?.unguarded?.notEnforced ?? []) {
    warn(loading, ["workflow", "profile", "kind"], `not enforced: ${sentence}`);
  }
  const parts = await readParts(loading, file, loaded, profile);
  if (loading.problems.count() > 0) reportMissing(loading);
  loading.problems.throwIfAny();
  throwIfMissing(loading);
  // A profile that was not found is a problem, which was thrown; this line tells the compiler.
  if (loaded === undefined || profile === undefined) throw new TypeError("a workflow without a profile");
  const { id, directory, source } = loading;
  const sources = [source, loaded.source, ...loaded.parts] as const;
  const prompt = promptOf(source, loaded);
  const draft = { ...parts, id, path: source.path, directory, profile, ...prompt };
  const warnings = [...loading.warnings].sort((a, b) => a.line - b.line || a.column - b.column);
  const workflow = { ...draft, hash: hashOf(draft, sources), ...(warnings.length === 0 ? {} : { warnings }) };
  return { workflow, sources, trace: { written, filled: structuredClone(file), profile: loaded, taken } };
}

async function beginLoading(input: WorkflowInput): Promise<{ loading: Loading; written: JsonObject }> {
  const path = resolve(input.path);
  const directory = resolve(input.directory ?? dirname(path));
  const problems = new Problems();
  const file = await readSource(path, directory);
  const { config, source, warnings, ancestor } = translateForeign(
    withProfileMap(withoutUnset(plainConfig(file, problems), input.environment)),
    file,
    problems,
  );
  const secrets = input.secrets ?? new SecretRegistry();
  const id = input.id ?? workflowIdOf(path, input.directory);
  const credentials = await readCredentials(input.credentials, config);
  const loading = { input, source, problems, warnings, ancestor, missing: [], secrets, id, directory, credentials };
  return { loading, written: config };
}

/** The front matter with `profile: kind@1` written out. */
function withProfileMap(config: JsonObject): JsonObject {
  const above = ["workflow", "profile"];
  const whole = valueAt(config, above);
  const keys = typeof whole === "string" ? above : [...above, "kind"];
  const named = valueAt(config, keys);
  if (typeof named !== "string") return config;
  const [kind = "", version] = named.split("@");
  if (version !== undefined && !/^[1-9]\d*$/.test(version)) return config;
  const put = putIn(config, above, isJsonObject(whole) ? { ...whole, kind } : { kind });
  return version === undefined ? put : putIn(put, [...above, "version"], Number(version));
}

/** The front matter with its defaults. Throws `invalid_workflow`: the rest can only be read from a sound shape. */
function readShape(loading: Loading, written: JsonObject): WorkflowFile {
  const file: unknown = structuredClone(written);
  if (!validateWorkflowFile(file)) {
    const errors = validateWorkflowFile.errors ?? [];
    addSchemaProblems(loading.problems, loading.source, errors, { keys: WORKFLOW_KEYS });
    loading.problems.throwIfAny();
    throw new TypeError("a validator refused without saying why");
  }
  loading.problems.throwIfAny();
  return file;
}

/** The usual place is left out, like everything that is as usual. */
function whereOf(section: WorkflowFile["validation"]): Pick<Workflow["validation"], "in" | "network"> {
  const place = section.in === "workspace" ? { in: section.in } : {};
  return section.network ? place : { ...place, network: false };
}

/** A usual end is left out, like everything that is as usual. */
function closeoutOf({
  add_labels,
  remove_labels,
  comment,
}: WorkflowFile["workflow"]["closeout"]): Pick<Workflow, "closeout"> {
  if (add_labels.length + remove_labels.length === 0 && comment === undefined) return {};
  const labels = { addLabels: normaliseLabels(add_labels), removeLabels: normaliseLabels(remove_labels) };
  return { closeout: { ...labels, comment: comment ?? null } };
}

function skillsOf(ofProfile: readonly string[], ofFile: readonly string[]): Pick<Workflow, "skills"> {
  const skills = [...new Set([...ofProfile, ...ofFile])];
  return skills.length === 0 ? {} : { skills };
}

function serversOf(mcpServers: readonly McpServer[]): Pick<Workflow, "mcpServers"> {
  return mcpServers.length === 0 ? {} : { mcpServers };
}

type Parts = Omit<Workflow, "id" | "hash" | "path" | "directory" | "profile" | "prompt">;

async function readParts(
  loading: Loading,
  file: WorkflowFile,
  loaded: LoadedProfile | undefined,
  profile: Profile | undefined,
): Promise<Parts> {
  const { validation, server } = file;
  const brought = await loading.input.kinds.parts?.running();
  return {
    tracker: await readTrackerPart(loading, file.tracker, loaded),
    repo: await readRepo(loading, file, profile?.completion.deliversChange ?? false),
    agentProvider: await readAgent(loading, file.agent_provider),
    agentRuntime: readRuntime(loading, file.agent_runtime, profile?.unguarded !== undefined),
    agent: readAgentSettings(file.agent),
    accounts: readAccountSettings(file.agent),
    budget: readBudget(loading, file.budget),
    ...readApprovals(file.approvals, profile),
    trust: readTrust(file.trust),
    validation: { commands: validation.commands, timeoutMs: validation.timeout_ms, ...whereOf(validation) },
    ...readReconciliation(loading, file, profile),
    ...closeoutOf(file.workflow.closeout),
    ...(file.tools.enable.length === 0 ? {} : { tools: { enable: file.tools.enable } }),
    ...skillsOf(loaded?.file.skills ?? [], file.skills),
    polling: { intervalMs: file.polling.interval_ms },
    workspace: await readWorkspace(loading, file.workspace),
    hooks: readHooks(loading, file.hooks, brought?.hooks ?? []),
    ...serversOf(brought?.mcpServers ?? []),
    server: { port: server.port ?? null, host: server.host },
    observability: readLogSettings(loading, file.observability),
  };
}

async function readTrackerPart(
  loading: Loading,
  section: WorkflowFile["tracker"],
  profile: LoadedProfile | undefined,
): Promise<Workflow["tracker"]> {
  const { options, lifecycle } = await readTracker(loading, section);
  const states = profile === undefined ? [] : readStates(loading, section, profile, lifecycle);
  return {
    kind: section.kind,
    options,
    states,
    // A blank label is kept: it matches no issue (S-044).
    requiredLabels: [...new Set(section.required_labels.map(labelOf))],
    optOutLabel: labelOf(section.opt_out_label),
    needsAttentionLabel: labelOf(section.needs_attention_label),
    claim: { mode: section.claim, ttlMs: section.claim_ttl_ms },
  };
}

function readStates(
  loading: Loading,
  { lifecycle }: WorkflowFile["tracker"],
  { routes, file }: LoadedProfile,
  adapter: Parameters<typeof mapStates>[0]["adapter"],
): readonly TrackerState[] {
  const completion = { routes: file.completion.routes, landedRoute: file.completion.landed_route ?? null };
  const { states, problems } = mapStates({ routes, completion, lifecycle, adapter });
  for (const { keys, ...draft } of problems) report(loading, ["tracker", "lifecycle", ...keys], draft);
  return states;
}

function labelOf(label: string): string {
  return label.trim().toLowerCase();
}

/** The file's body, or the profile's when the file has none (S-058). */
function promptOf(
  own: SourceFile,
  profile: LoadedProfile,
): Pick<Workflow, "prompt"> & Required<Pick<Workflow, "promptSource">> {
  for (const part of profile.parts) checkTemplate(part, profile.parts);
  const source = own.front.body.trim() === "" ? profile.source : own;
  checkTemplate(source, profile.parts);
  const { path, text, line } = bodyOf(source);
  return { prompt: text, promptSource: { path, line } };
}

interface Missing {
  readonly name: string;
  readonly purpose: string;
  readonly line: number;
  readonly column: number;
}

function throwIfMissing({ missing, source }: Loading): void {
  if (missing.length === 0) return;
  const found = missing.map(({ name, purpose, keys }): Missing => {
    const { line, column } = locate(source, keys, "value");
    return { name, purpose, line, column };
  });
  const lines = found.map(
    ({ name, purpose, line, column }) => `${source.label}:${line}:${column} ${name} for ${purpose}`,
  );
  throw new MaestroError({
    code: "missing_secret",
    message: `These secrets are not set:\n${lines.join("\n")}`,
    hint: `set ${[...new Set(missing.map(({ name }) => name))].join(", ")} in the environment that Maestro is started in`,
    facts: { missing: found.map((row) => ({ ...row })) },
  });
}

/** Beside other problems, so that a person sees all of them at once. */
function reportMissing(loading: Loading): void {
  for (const { name, purpose, keys } of loading.missing) {
    const message = `the environment variable ${name} is not set; it is for ${purpose}`;
    report(loading, keys, { message, hint: `set ${name}`, secret: true });
  }
}

function hashOf(draft: object, sources: readonly SourceFile[]): string {
  return shortHash([...sources.map(({ text }) => text), stableJson(draft)].join("\n"));
}
