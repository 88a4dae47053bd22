import { hostname } from "node:os";
import { join } from "node:path";
import { silentLog } from "./base/log.ts";
import { type AccountSurroundings, openAccountsPlace } from "./app-accounts.ts";
import type { AgentRig } from "./cli/app.ts";
import { standingOf } from "./governance/index.ts";
import { DEFAULT_ACCOUNT } from "./model/account.ts";
import type { AgentChoice, Workflow } from "./model/workflow.ts";
import { accountFor } from "./policy/index.ts";
import { agentEnvironment, openAgentPlace, sandboxWords } from "./runs/index.ts";
import { createToolbox } from "./tools/index.ts";
import type { WorkflowKinds } from "./workflow/index.ts";

/** An agent of a workflow, by default the usual one, as a run would get it, for trials outside of every run. May throw `agent_invalid_config`. */
export async function openAgent(
  kinds: WorkflowKinds,
  workflow: Workflow,
  around: AccountSurroundings,
  choice: AgentChoice = workflow.agentProvider,
): Promise<AgentRig> {
  const { clock, secrets, home } = around;
  const kind = await kinds.agents.load(choice.kind);
  const placement = await kinds.placements.load(workflow.agentRuntime.placement);
  const runtime = await placement.open({ clock, machine: hostname(), log: silentLog });
  const { env, pass } = workflow.agentRuntime;
  const provider = await kind.open(choice.options);
  const toolbox = createToolbox({ secrets, clock, log: silentLog, more: async () => kinds.tools });
  await toolbox.load(workflow.profile.tools);
  const { account, keys } = await accountOfTrial(around, workflow, choice);
  const isUnguarded = workflow.profile.unguarded !== undefined;
  return {
    workflow,
    provider,
    runtime,
    sandbox: await sandboxWords(runtime, workflow.agentRuntime.sandbox ?? "none"),
    tools: toolbox.descriptors(workflow.profile.tools),
    place: (workspace, marker) =>
      openAgentPlace({
        ...{ workflow, provider, runtime, machine: runtime, workspace, marker, account },
        agentsDirectory: join(home, "agents"),
      }),
    account,
    environment: (extra) => ({
      ...agentEnvironment({
        ...{ daemon: runtime.environment(), env, extra },
        pass: isUnguarded ? "all" : pass,
        isSecret: (text) => secrets.holds(text),
      }).env,
      ...keys,
    }),
  };
}

/** The account that a run of this agent would get now, or the one that it would wait for; with what that gives it. */
async function accountOfTrial(around: AccountSurroundings, workflow: Workflow, choice: AgentChoice) {
  const { value, close } = await openAccountsPlace(around);
  try {
    const now = around.clock.now();
    const accounts = standingOf(value.book, now, workflow.accounts?.cooldownMs ?? 0);
    const found = accountFor({ ...workflow, agentProvider: choice }, { accounts, pauses: value.book.pauses(), now });
    const [first] = accounts.filter(({ kind }) => kind === choice.kind);
    const waited = choice.account ?? first?.id ?? DEFAULT_ACCOUNT;
    const account = "code" in found ? waited : (found.account?.id ?? DEFAULT_ACCOUNT);
    return { account, keys: await value.keys(choice.kind, account) };
  } finally {
    await close();
  }
}
