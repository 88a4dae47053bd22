import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach } from "vitest";
import { builtInKinds } from "../../src/app-kinds.ts";
import { MaestroError } from "../../src/base/errors.ts";
import type { JsonObject } from "../../src/base/json.ts";
import type { AgentProviderKind } from "../../src/contracts/agent-provider.ts";
import type { ForgeProvider } from "../../src/contracts/forge.ts";
import { Registry } from "../../src/contracts/registry.ts";
import type { RuntimeProvider } from "../../src/contracts/runtime.ts";
import type { LifecycleDefaults, TrackerProvider } from "../../src/contracts/tracker.ts";
import type { Issue } from "../../src/model/issue.ts";
import { loadWorkflow, type PromptInput, type WorkflowInput, type WorkflowKinds } from "../../src/workflow/index.ts";

const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** A folder of its own for a test, without symbolic links on the way. */
export function temporaryFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "maestro-workflow-")));
  folders.push(folder);
  return folder;
}

/** Writes a file and the folders above it; returns its path. */
export function put(folder: string, name: string, text: string): string {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return path;
}

function registry<T>(axis: string, kinds: Readonly<Record<string, T>>): Registry<T> {
  const made = new Registry<T>(axis);
  for (const [kind, provider] of Object.entries(kinds)) {
    made.register({ kind, source: "test", load: () => Promise.resolve(provider) });
  }
  return made;
}

const opensNothing = () => Promise.reject(new Error("this adapter is only parsed"));

/** A tracker with one secret, `auth.api_key`, that wants a `project`. */
function paperTracker(lifecycle: LifecycleDefaults | null): TrackerProvider {
  return {
    kind: "paper",
    lifecycle,
    secretKeys: ["auth.api_key"],
    parseOptions: (options) => {
      if (typeof options.project === "number") throw refusal("tracker", ["project"], "must be text");
      if ("projct" in options) throw refusal("tracker", ["projct"], "is not a known key", "did you mean project?");
      return { project: "inbox", ...options };
    },
    open: opensNothing,
  };
}

function refusal(axis: string, path: string[], message: string, hint?: string): MaestroError {
  const facts: JsonObject = hint === undefined ? { path } : { path, known: ["project"] };
  return new MaestroError({ code: `${axis}_invalid_config`, message, hint, facts });
}

const plain = (options: JsonObject): JsonObject => options;

function paperForge(kind: string): ForgeProvider {
  return { kind, secretKeys: ["token"], parseOptions: plain, open: opensNothing };
}

const actor: AgentProviderKind = {
  kind: "actor",
  parseOptions: (options) => {
    if ("wrong" in options) throw refusal("agent", ["wrong"], "is not allowed");
    return options;
  },
  open: opensNothing,
};

/** A place where nothing is ever started. */
function nowhere(kind: string): RuntimeProvider {
  return { kind, open: opensNothing };
}

/** Adapters that only parse. `paper` is tracker and forge, `memory` as well; the agent is `actor`. */
export function testKinds(lifecycle: LifecycleDefaults | null = null): WorkflowKinds {
  const memory: TrackerProvider = { ...paperTracker(null), kind: "memory", parseOptions: plain };
  return {
    trackers: registry("tracker.kind", { paper: paperTracker(lifecycle), memory }),
    forges: registry("repo.provider.kind", { paper: paperForge("paper"), memory: paperForge("memory") }),
    agents: registry("agent_provider.kind", { actor }),
    placements: registry("agent_runtime.placement", { local: nowhere("local"), moon: nowhere("moon") }),
    tools: new Registry("tools"),
  };
}

/** The adapters of the packaged templates; their forges only take their options. */
export function packagedKinds(): WorkflowKinds {
  return builtInKinds();
}

/** The least front matter that is valid, for the triage profile: it needs no repository. */
export const LEAST = "workflow: {profile: {kind: triage}}\ntracker: {kind: paper}\nagent_provider: {kind: actor}";

/** Loads a file with this front matter and body from a folder of its own. */
export async function loadText(frontMatter: string, options: Partial<WorkflowInput> & { body?: string } = {}) {
  const folder = options.directory ?? temporaryFolder();
  const path = put(folder, "WORKFLOW.md", `---\n${frontMatter}\n---\n${options.body ?? "Do {{ issue.title }}."}\n`);
  return loadWorkflow({ kinds: testKinds(), environment: {}, home: "/home/of/maestro", ...options, path });
}

/** What a promise is rejected with; fails when it is not rejected with a MaestroError. */
export async function failureOf(promise: Promise<unknown>): Promise<MaestroError> {
  const outcome = await promise.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  if ("error" in outcome && outcome.error instanceof MaestroError) return outcome.error;
  throw new Error(`expected a MaestroError, got ${JSON.stringify(outcome)}`, { cause: outcome });
}

/** The lines of a failure's message, without hints: `WORKFLOW.md:4:3 key: message`. */
export async function problemsOf(promise: Promise<unknown>): Promise<string[]> {
  const failure = await failureOf(promise);
  if (failure.code !== "invalid_workflow") throw failure;
  return failure.message.split("\n");
}

/** An issue with everything set that can be. */
export function anIssue(changes: Partial<Issue> = {}): Issue {
  return {
    id: "id-7",
    nativeRef: { number: 7 },
    identifier: "APP-7",
    title: "Make it so",
    description: "All of it.",
    priority: 2,
    state: "Todo",
    branchName: "app-7",
    url: "https://example.invalid/7",
    assigneeId: "ann",
    labels: ["bug", "ui"],
    blockedBy: [{ id: "id-6", identifier: "APP-6", state: "Done" }],
    dispatchable: true,
    createdAt: 0,
    updatedAt: 1_700_000_000_000,
    ...changes,
  };
}

/** The tools of a run that can end. */
export const TOOLS = ["run_handoff", "run_finalize", "run_attention"].map((name) => ({
  name,
  description: `About ${name}.`,
}));

/** What a first prompt is made from. */
export function promptInput(changes: Partial<PromptInput> = {}): PromptInput {
  return {
    issue: anIssue(),
    attempt: null,
    retryKind: null,
    feedback: null,
    lane: { branch: "maestro/app-7" },
    tools: TOOLS,
    run: { number: 1, purpose: "first" },
    ...changes,
  };
}
