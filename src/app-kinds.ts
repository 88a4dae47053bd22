import { Registry } from "./contracts/registry.ts";
import type { AgentProviderKind } from "./contracts/agent-provider.ts";
import type { ForgeProvider } from "./contracts/forge.ts";
import type { RuntimeProvider } from "./contracts/runtime.ts";
import type { Tool } from "./contracts/tool.ts";
import type { TrackerProvider } from "./contracts/tracker.ts";
import type { WorkflowKinds } from "./workflow/index.ts";

/** The built-in trackers. */
export const TRACKERS = {
  memory: async () => (await import("./trackers/memory/index.ts")).memoryTracker,
  local: async () => (await import("./trackers/local/index.ts")).localTracker,
  linear: async () => (await import("./trackers/linear/index.ts")).linearTracker,
  github: async () => (await import("./trackers/github/index.ts")).githubTracker,
  tapd: async () => (await import("./trackers/tapd/index.ts")).tapdTracker,
} satisfies { readonly [kind: string]: () => Promise<TrackerProvider> };

/** The built-in forges. */
export const FORGES = {
  memory: async () => (await import("./forges/memory/index.ts")).memoryForge,
  local: async () => (await import("./forges/local/index.ts")).localForge,
  github: async () => (await import("./forges/github/index.ts")).githubForge,
  cnb: async () => (await import("./forges/cnb/index.ts")).cnbForge,
} satisfies { readonly [kind: string]: () => Promise<ForgeProvider> };

/** The built-in agents. */
export const AGENTS = {
  mock: async () => (await import("./agents/mock/index.ts")).mockAgent,
  codex: async () => (await import("./agents/codex/index.ts")).codexAgent,
  claude_code: async () => (await import("./agents/claude-code/index.ts")).claudeCodeAgent,
  acp: async () => (await import("./agents/acp/index.ts")).acpAgent,
  opencode: async () => (await import("./agents/acp/index.ts")).opencodeAgent,
  gemini: async () => (await import("./agents/acp/index.ts")).geminiAgent,
  codebuddy_code: async () => (await import("./agents/acp/index.ts")).codebuddyCodeAgent,
} satisfies { readonly [kind: string]: () => Promise<AgentProviderKind> };

/** The built-in places where agents can run. */
export const PLACEMENTS = {
  local: async () => (await import("./runtimes/local/index.ts")).localPlacement,
} satisfies { readonly [kind: string]: () => Promise<RuntimeProvider> };

/** The kinds that a workflow file may name, each loaded when it is named. */
export function builtInKinds(): WorkflowKinds {
  return {
    trackers: registryOf("tracker.kind", TRACKERS),
    forges: registryOf("repo.provider.kind", FORGES),
    agents: registryOf("agent_provider.kind", AGENTS),
    placements: registryOf("agent_runtime.placement", PLACEMENTS),
    tools: new Registry<Tool>("tools"),
  };
}

function registryOf<T>(axis: string, kinds: { readonly [kind: string]: () => Promise<T> }): Registry<T> {
  const registry = new Registry<T>(axis);
  for (const [kind, load] of Object.entries(kinds)) registry.register({ kind, source: "maestro", load });
  return registry;
}
