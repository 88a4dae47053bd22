import type { AgentChoice, Workflow } from "./workflow.ts";

/**
 * The workflow as a run sees it whose agent a rule chose; `null`: the usual agent, as for a rule that is not there. `fallback`: the one that
 * stands in for it.
 */
export function withAgent(workflow: Workflow, rule: number | null, fallback: number | null = null): Workflow {
  const { kind, options, rules = [], fallback: others = [] } = workflow.agentProvider;
  if (rules.length === 0 && others.length === 0) return workflow;
  const chosen = (fallback === null ? undefined : others[fallback]) ?? (rule === null ? undefined : rules[rule]);
  return { ...workflow, agentProvider: { kind: chosen?.kind ?? kind, options: chosen?.options ?? options } };
}

/** All agents that a workflow may start, the usual one first. */
export function agentsOf({
  agentProvider: { kind, options, rules = [], fallback = [] },
}: Workflow): readonly AgentChoice[] {
  const all = [{ kind, options }, ...[...rules, ...fallback].map((one) => ({ kind: one.kind, options: one.options }))];
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
