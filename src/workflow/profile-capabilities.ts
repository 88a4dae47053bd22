import type { WorkflowFile } from "./schema/workflow-file.ts";
import { type Loading, report } from "./loading.ts";
import type { KeyPath } from "./problems.ts";
import type { LoadedProfile } from "./profiles.ts";

/** What a kind says that it can do. */
interface Able {
  readonly can?: readonly string[];
}

/** Adds a problem for everything that the profile needs and tracker, forge, agent or runtime cannot do. Kinds that do not tell pass. */
export async function checkCapabilities(loading: Loading, file: WorkflowFile, profile: LoadedProfile): Promise<void> {
  const { requires } = profile.file;
  if (requires === undefined) return;
  const { trackers, forges, agents } = loading.input.kinds;
  const check = async (
    what: string,
    keys: KeyPath,
    kind: string,
    needed: readonly string[],
    load: (kind: string) => Promise<Able>,
  ): Promise<void> => {
    if (needed.length === 0) return;
    // An unknown kind is told where its options are read.
    const able = await load(kind).catch((): Able => ({}));
    const missing = able.can === undefined ? [] : needed.filter((name) => !able.can?.includes(name));
    if (missing.length === 0) return;
    const message = `the profile ${profile.file.kind} needs of its ${what}: ${missing.join(", ")}; ${kind} cannot`;
    report(loading, keys, { message, hint: `${kind} can: ${able.can?.join(", ") || "nothing of that"}` });
  };
  await check("tracker", ["tracker", "kind"], file.tracker.kind, requires.tracker, (kind) => trackers.load(kind));
  const forge = file.repo?.provider.kind;
  if (forge !== undefined) {
    await check("forge", ["repo", "provider", "kind"], forge, requires.forge, (kind) => forges.load(kind));
  }
  const { kind, rules } = file.agent_provider;
  await check("agent", ["agent_provider", "kind"], kind, requires.agent, (name) => agents.load(name));
  for (const [at, rule] of rules.entries()) {
    if (rule.kind === undefined || rule.kind === kind) continue;
    const keys = ["agent_provider", "rules", at, "kind"];
    await check("agent", keys, rule.kind, requires.agent, (name) => agents.load(name));
  }
  checkRuntime(loading, file, profile, requires.runtime);
}

/** The only capability that a workflow chooses: agents that are kept apart. */
const ISOLATION = "isolation";

function checkRuntime(loading: Loading, file: WorkflowFile, profile: LoadedProfile, needed: readonly string[]): void {
  const { sandbox, isolation, placement } = file.agent_runtime;
  const missing = needed.filter((name) => name !== ISOLATION || (sandbox ?? isolation) === "none");
  if (missing.length === 0) return;
  const keys = [
    "agent_runtime",
    missing.includes(ISOLATION) ? (sandbox === undefined ? "isolation" : "sandbox") : "placement",
  ];
  const message = `the profile ${profile.file.kind} needs of its runtime: ${missing.join(", ")}; ${placement} as it is set cannot`;
  report(loading, keys, { message, hint: "`sandbox: auto` keeps agents apart where the system can" });
}
