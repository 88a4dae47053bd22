import { hostname } from "node:os";
import { join } from "node:path";
import type { Clock } from "./base/clock.ts";
import { silentLog } from "./base/log.ts";
import type { SecretRegistry } from "./base/redact.ts";
import type { AgentRig } from "./cli/app.ts";
import type { AgentChoice, Workflow } from "./model/workflow.ts";
import { agentEnvironment, openAgentPlace } from "./runs/index.ts";
import { createToolbox } from "./tools/index.ts";
import type { WorkflowKinds } from "./workflow/index.ts";

/** An agent of a workflow, by default the usual one, as a run would get it, for trials outside of every run. May throw `agent_invalid_config`. */
export async function openAgent(
  kinds: WorkflowKinds,
  workflow: Workflow,
  { clock, secrets, home }: { readonly clock: Clock; readonly secrets: SecretRegistry; readonly home: string },
  choice: AgentChoice = workflow.agentProvider,
): Promise<AgentRig> {
  const kind = await kinds.agents.load(choice.kind);
  const placement = await kinds.placements.load(workflow.agentRuntime.placement);
  const runtime = await placement.open({ clock, machine: hostname(), log: silentLog });
  const { env, pass } = workflow.agentRuntime;
  const provider = await kind.open(choice.options);
  const toolbox = createToolbox({ secrets, clock, log: silentLog, more: async () => kinds.tools });
  await toolbox.load(workflow.profile.tools);
  const isUnguarded = workflow.profile.unguarded !== undefined;
  return {
    workflow,
    provider,
    runtime,
    tools: toolbox.descriptors(workflow.profile.tools),
    place: (workspace, marker) =>
      openAgentPlace({
        ...{ workflow, provider, runtime, machine: runtime, workspace, marker },
        agentsDirectory: join(home, "agents"),
      }),
    environment: (extra) =>
      agentEnvironment({
        ...{ daemon: runtime.environment(), env, extra },
        pass: isUnguarded ? "all" : pass,
        isSecret: (text) => secrets.redact(text) !== text,
      }).env,
  };
}
