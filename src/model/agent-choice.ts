import type { AgentChoice, Workflow } from "./workflow.ts";

/**
 * The workflow as a run sees it whose agent a rule chose; `null`: the usual agent, as for a rule that is not there. `fallback`: the one that
 * stands in for it.
 */
export function withAgent(workflow: Workflow, rule: number | null, fallback: number | null = null): Workflow {
  const { kind, options, account, rules = [], fallback: others = [] } = workflow.agentProvider;
  if (rules.length === 0 && others.length === 0) return workflow;
  const chosen = (fallback === null ? undefined : others[fallback]) ?? (rule === null ? undefined : rules[rule]);
  const own = chosen ?? { kind, options, ...(account === undefined ? {} : { account }) };
  return { ...workflow, agentProvider: agentOf(own) };
}

/** All agents that a workflow may start, the usual one first. */
export function agentsOf({ agentProvider }: Workflow): readonly AgentChoice[] {
  const { rules = [], fallback = [] } = agentProvider;
  const all = [agentProvider, ...rules, ...fallback].map(agentOf);
  const seen = new Set<string>();
  return all.filter((choice) => {
    const key = JSON.stringify(choice);
    return !seen.has(key) && seen.add(key);
  });
}

/** Their kinds in words: `codex or claude_code`. */
export function agentKinds(workflow: Workflow): string {
  return [...new Set(agentsOf(workflow).map(({ kind }) => kind))].join(" or ");
}

function agentOf({ kind, options, account }: AgentChoice): AgentChoice {
  return account === undefined ? { kind, options } : { kind, options, account };
}
