import { MaestroError } from "../base/errors.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../base/json.ts";
import { nearestOf } from "../base/nearest.ts";
import { SecretRegistry } from "../base/redact.ts";
import { activeStates, isTerminal, type Workflow } from "../model/workflow.ts";
import { isSecret, referenceOf } from "./environment.ts";
import type { WorkflowInput } from "./input.ts";
import { describeKeys } from "./key-description.ts";
import { WORKFLOW_KEYS } from "./known-keys.ts";
import { type LoadedWorkflow, loadWithSources } from "./load.ts";
import { locate, type SourceFile } from "./problems.ts";
import { isIn, valueAt } from "./tree.ts";

/** Where a value comes from. */
export type ValueSource =
  /** The workflow file; `variable` when it only names a variable of the environment. */
  | {
      readonly kind: "file";
      readonly place: string;
      readonly writtenAs: string;
      readonly variable: { readonly name: string; readonly isSet: boolean } | null;
    }
  | { readonly kind: "profile"; readonly place: string }
  /** The tracker, forge or agent of this kind. */
  | { readonly kind: "adapter"; readonly name: string }
  /** Maestro, or the runner whose file it is. */
  | { readonly kind: "default" };

/** A key of the workflow with its value; the values of variables and secrets are never told. */
export interface Explanation {
  /** Dotted. */
  readonly key: string;
  /** `null`: there is none. */
  readonly value: JsonValue;
  readonly source: ValueSource;
  /** What the key is for; `null` for what adapters and profiles document themselves. */
  readonly purpose: string | null;
}

interface Explaining extends LoadedWorkflow {
  readonly input: WorkflowInput;
  readonly secretKeys: (keys: readonly string[]) => boolean;
  readonly redact: (text: string) => string;
}

/** What stands for a secret that is written into the file. */
const HIDDEN = "(a secret, not shown)";

/**
 * Says which value a key has and where it comes from, for a section for each key in it. Keys of other runners' files are found by what they
 * were translated to. Throws `unknown_key`, naming the nearest one, and what `loadWorkflow` throws.
 */
export async function explainKey(input: WorkflowInput, asked: string): Promise<Explanation[]> {
  const secrets = new SecretRegistry();
  const loaded = await loadWithSources({ ...input, secrets });
  const explaining: Explaining = {
    ...loaded,
    input,
    secretKeys: await secretKeysOf(input, loaded.workflow),
    redact: (text) => secrets.redact(text),
  };
  const purposes = await describeKeys();
  const all = new Map(leavesOf(explaining).map((keys) => [keys.join("."), keys]));
  const wanted = canonicalOf(loaded.sources[0], asked);
  const found = [...all].filter(([key]) => wanted === "" || key === wanted || key.startsWith(`${wanted}.`));
  if (found.length === 0) throw unknownKey(asked, all.keys());
  return found.map(([key, keys]) => ({ key, ...valueIn(explaining, keys), purpose: purposes(keys) ?? null }));
}

function unknownKey(asked: string, known: Iterable<string>): MaestroError {
  const near = nearestOf(asked, known);
  return new MaestroError({
    code: "unknown_key",
    message: `The workflow has no key "${asked}".`,
    hint: near === undefined ? "`maestro workflow explain` without a key lists all." : `did you mean "${near}"?`,
    facts: { key: asked },
  });
}

/** Ours for what the file of another runner calls a key. */
function canonicalOf({ places = [] }: SourceFile, asked: string): string {
  const place = places.find(({ written, isDefault }) => !isDefault && written.join(".") === asked);
  return place === undefined ? asked : place.canonical.join(".");
}

async function secretKeysOf({ kinds }: WorkflowInput, workflow: Workflow) {
  const tracker = await kinds.trackers.load(workflow.tracker.kind);
  const forge = workflow.repo === null ? undefined : await kinds.forges.load(workflow.repo.provider.kind);
  return (keys: readonly string[]): boolean => {
    const [section, part, ...below] = keys;
    if (part !== "provider") return false;
    if (section === "tracker") return isSecret(tracker.secretKeys, below);
    return section === "repo" && forge !== undefined && isSecret(forge.secretKeys, below);
  };
}

/** Every key that has a value or could have one, in the order of the schema. */
function leavesOf(explaining: Explaining): string[][] {
  const { trace, workflow } = explaining;
  const trees: JsonValue[] = [WORKFLOW_KEYS, trace.filled, resolvedOf(workflow)];
  const leaves = new Map<string, string[]>();
  const walk = (above: string[]): void => {
    const below = trees.flatMap((tree) => {
      const value = valueAt(tree, above);
      return isJsonObject(value) ? Object.keys(value) : [];
    });
    const names = [...new Set(below)].filter((key) => !key.startsWith("x-"));
    if (names.length === 0) leaves.set(above.join("."), above);
    for (const name of names) walk([...above, name]);
  };
  walk([]);
  return [...leaves.values()];
}

/** What only a loaded workflow knows: derived defaults, and what profile and adapters completed. */
function resolvedOf(workflow: Workflow): JsonObject {
  const { tracker, repo, agentProvider, workspace, profile } = workflow;
  const terminal = tracker.states.filter(({ name }) => isTerminal(workflow, name)).map(({ name }) => name);
  const lifecycle = { active_states: activeStates(workflow), terminal_states: terminal };
  const forge = repo === null ? {} : { path: repo.path, remote: repo.remote, provider: repo.provider.options };
  return {
    workflow: { profile: { options: profile.options } },
    tracker: { provider: tracker.options, lifecycle },
    ...(repo === null ? {} : { repo: forge }),
    agent_provider: { options: agentProvider.options },
    workspace: { root: workspace.root },
    // A run may last as long as both keys allow.
    budget: { run: { wall_ms: workflow.budget.run.wallMs ?? workflow.agent.runTimeoutMs }, ...timeZoneOf(workflow) },
  };
}

function timeZoneOf({ budget }: Workflow): JsonObject {
  return budget.timeZone === undefined ? {} : { time_zone: budget.timeZone };
}

function valueIn(explaining: Explaining, keys: string[]): Pick<Explanation, "value" | "source"> {
  const { trace, sources } = explaining;
  const { key, ...at } = locate(sources[0], keys, "key");
  const isDefault = sources[0].places?.some((place) => place.isDefault && place.canonical.join(".") === keys.join("."));
  const written = valueAt(trace.written, keys);
  if (written !== undefined && !isDefault) {
    const variable = variableOf(explaining, keys, written);
    const place = `${sources[0].label}:${at.line}:${at.column}`;
    return {
      value: shown(explaining, keys, written),
      source: { kind: "file", place, writtenAs: key.join("."), variable },
    };
  }
  const resolved = valueAt(resolvedOf(explaining.workflow), keys);
  const value = valueAt(trace.filled, keys) ?? resolved ?? null;
  return { value: shown(explaining, keys, value), source: defaultOf(explaining, keys, resolved !== undefined) };
}

function defaultOf({ trace, workflow }: Explaining, keys: readonly string[], isResolved: boolean): ValueSource {
  const [section = "", part = ""] = keys;
  const taken = trace.taken.find(({ ours }) => ours.join(".") === keys.join("."));
  if (taken !== undefined) {
    const { line, column } = locate(trace.profile.source, taken.its, "key");
    return { kind: "profile", place: `${trace.profile.source.label}:${line}:${column}` };
  }
  if (!isResolved || isIn(trace.filled, keys)) return { kind: "default" };
  if (section === "workflow") {
    const { source } = trace.profile;
    const { line, column } = locate(source, keys.slice(2), "key");
    return { kind: "profile", place: `${source.label}:${line}:${column}` };
  }
  if (part === "lifecycle") {
    const { line, column } = locate(trace.profile.source, ["routes"], "key");
    return { kind: "profile", place: `${trace.profile.source.label}:${line}:${column}` };
  }
  if (section === "tracker") return { kind: "adapter", name: `tracker ${workflow.tracker.kind}` };
  if (part === "provider") return { kind: "adapter", name: `forge ${workflow.repo?.provider.kind ?? ""}` };
  if (section === "agent_provider") return { kind: "adapter", name: `agent ${workflow.agentProvider.kind}` };
  return { kind: "default" };
}

/** Only whole values of some keys are references; all other texts stay as they are. */
function variableOf({ input }: Explaining, keys: readonly string[], written: JsonValue) {
  const name = typeof written === "string" && takesReference(keys) ? referenceOf(written) : undefined;
  return name === undefined ? null : { name, isSet: Boolean(input.environment[name]) };
}

function takesReference([section = "", part = "", third = ""]: readonly string[]): boolean {
  if (section === "repo") return true;
  if (section === "tracker") return part === "provider";
  if (section === "workspace") return part === "root";
  if (section === "agent_provider") return third === "env";
  return part === "env" && (section === "hooks" || section === "agent_runtime");
}

/** The value as written, so that what a variable holds is not in it; a secret that the file itself holds is left out. */
function shown({ secretKeys, redact }: Explaining, keys: readonly string[], value: JsonValue): JsonValue {
  if (typeof value !== "string") return value;
  if (secretKeys(keys) && referenceOf(value) === undefined) return HIDDEN;
  return redact(value);
}
