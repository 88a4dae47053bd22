import { isMaestroError, type MaestroError } from "../base/errors.ts";
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from "../base/json.ts";
import type { Registry } from "../contracts/registry.ts";
import { normaliseLabels, stateKey } from "../model/issue.ts";
import type { AgentChoice, AgentRule, Workflow } from "../model/workflow.ts";
import type { LifecycleDefaults } from "../contracts/tracker.ts";
import { isSecret, resolveOptions, resolveTexts } from "./environment.ts";
import { type Loading, report } from "./loading.ts";
import type { KeyPath } from "./problems.ts";
import { didYouMean } from "./schema-problems.ts";
import type { WorkflowFile } from "./schema/workflow-file.ts";

/** The tracker with its options as the adapter completed them. */
export interface TrackerBlock {
  readonly options: JsonObject;
  readonly lifecycle: LifecycleDefaults | null;
}

/** Loads and asks the tracker's adapter (S-040…S-043, S-081). An unknown kind and refused options are problems. */
export async function readTracker(loading: Loading, section: WorkflowFile["tracker"]): Promise<TrackerBlock> {
  const provider = await loadKind(loading, loading.input.kinds.trackers, ["tracker", "kind"], section.kind);
  if (provider === undefined) return { options: {}, lifecycle: null };
  const secrets = { keys: provider.secretKeys, owner: `tracker ${section.kind}` };
  const written = resolveOptions(loading, ["tracker", "provider"], section.provider, secrets);
  const parse = (): JsonObject => provider.parseOptions(written);
  const options = parseBlock(loading, ["tracker", "provider"], parse, secrets.keys);
  return { options, lifecycle: provider.lifecycle };
}

/** Loads and asks the forge's adapter. */
export async function readForge(
  loading: Loading,
  section: NonNullable<WorkflowFile["repo"]>["provider"],
): Promise<JsonObject> {
  const above = ["repo", "provider"];
  const provider = await loadKind(loading, loading.input.kinds.forges, [...above, "kind"], section.kind);
  if (provider === undefined) return {};
  const { kind, ...own } = section;
  const secrets = { keys: provider.secretKeys, owner: `forge ${kind}` };
  const written = resolveOptions(loading, above, own, secrets);
  return parseBlock(loading, above, () => provider.parseOptions(written), secrets.keys);
}

/** Loads and asks the adapters of the agent and of those that its rules and its fallback name. */
export async function readAgent(
  loading: Loading,
  { kind, account, options, rules, fallback }: WorkflowFile["agent_provider"],
): Promise<Workflow["agentProvider"]> {
  const above = ["agent_provider"];
  const usual = { kind, options: await readAgentOptions(loading, above, { kind, options }), ...accountIn(account) };
  const read: AgentRule[] = [];
  for (const [at, rule] of rules.entries()) {
    const isUsual = rule.kind === undefined || rule.kind === kind;
    const own = isUsual ? { ...options, ...rule.options } : { ...rule.options };
    const choice = { kind: rule.kind ?? kind, options: own };
    const complete = await readAgentOptions(loading, [...above, "rules", at], choice);
    const login = accountIn(rule.account ?? (isUsual ? account : undefined));
    read.push({ when: conditionsOf(rule.when), kind: choice.kind, options: complete, ...login });
  }
  const others: AgentChoice[] = [];
  for (const [at, choice] of fallback.entries()) {
    const own = {
      kind: choice.kind,
      options: choice.kind === kind ? { ...options, ...choice.options } : { ...choice.options },
    };
    const complete = await readAgentOptions(loading, [...above, "fallback", at], own);
    others.push({ kind: own.kind, options: complete, ...accountIn(choice.account) });
  }
  return {
    ...usual,
    ...(read.length === 0 ? {} : { rules: read }),
    ...(others.length === 0 ? {} : { fallback: others }),
  };
}

/** Any account is what is taken when nothing is said. */
function accountIn(account: string | undefined): Pick<AgentChoice, "account"> {
  return account === undefined || account === "*" ? {} : { account };
}

function conditionsOf(when: WorkflowFile["agent_provider"]["rules"][number]["when"]): AgentRule["when"] {
  const { labels, states, retry_at_least: retryAtLeast, priority_at_most: priorityAtMost } = when;
  return {
    labels: labels === undefined ? null : normaliseLabels(labels),
    states: states === undefined ? null : states.map(stateKey),
    retryAtLeast: retryAtLeast ?? null,
    priorityAtMost: priorityAtMost ?? null,
  };
}

/** Only `env` takes references: commands and scripts stay as they are (S-072). */
async function readAgentOptions(loading: Loading, above: KeyPath, { kind, options }: AgentChoice): Promise<JsonObject> {
  const provider = await loadKind(loading, loading.input.kinds.agents, [...above, "kind"], kind);
  if (provider === undefined) return {};
  const place = [...above, "options"];
  const { env } = options;
  const written = isTexts(env) ? { ...options, env: resolveTexts(loading, [...place, "env"], env) } : options;
  return parseBlock(loading, place, () => provider.parseOptions(written), []);
}

/** Adds a problem unless the placement is built. */
export function checkPlacement(loading: Loading, placement: string): void {
  const placements = loading.input.kinds.placements.kinds();
  if (placements.includes(placement)) return;
  report(loading, ["agent_runtime", "placement"], {
    message: `"${placement}" is not known; known: ${placements.join(", ")}`,
    hint: didYouMean(placement, placements),
  });
}

async function loadKind<T>(
  loading: Loading,
  registry: Registry<T>,
  keys: KeyPath,
  kind: string,
): Promise<T | undefined> {
  try {
    return await registry.load(kind);
  } catch (error) {
    if (!isMaestroError(error) || error.code !== "unsupported_kind") throw error;
    const known = registry.kinds().join(", ");
    report(loading, keys, { message: `"${kind}" is not known; known: ${known}`, hint: error.hint });
    return undefined;
  }
}

function parseBlock(
  loading: Loading,
  above: KeyPath,
  parse: () => JsonObject,
  secretKeys: readonly string[],
): JsonObject {
  try {
    return parse();
  } catch (error) {
    if (!isMaestroError(error) || !error.code.endsWith("_invalid_config")) throw error;
    const below = pathFact(error);
    report(loading, [...above, ...below], {
      message: loading.secrets.redact(error.message),
      hint: error.hint,
      // Adapters list the known keys when one is unknown.
      part: "known" in error.facts ? "key" : "value",
      secret: isSecret(secretKeys, below),
    });
    return {};
  }
}

function pathFact(error: MaestroError): (string | number)[] {
  const { path } = error.facts;
  if (typeof path === "string") return path === "" ? [] : path.split(".");
  if (!isJsonArray(path)) return [];
  return path.filter((key) => typeof key === "string" || typeof key === "number");
}

function isTexts(value: JsonValue | undefined): value is Readonly<Record<string, string>> {
  return isJsonObject(value) && Object.values(value).every((member) => typeof member === "string");
}
