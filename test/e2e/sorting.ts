/** A workflow file: issues in memory, agents that sort them by a script. Front matter may be JSON, because YAML is a superset of it. */
export function sortingWorkflow(options: {
  readonly issues: readonly string[];
  readonly runs: readonly (readonly object[])[];
  readonly log: string;
}): string {
  const front = {
    workflow: { profile: { kind: "triage", version: 1 } },
    tracker: {
      kind: "memory",
      provider: {
        persist_state_updates: true,
        issues: options.issues.map((id) => ({ id, identifier: id, title: `Sort ${id}`, state: "classifying" })),
      },
      lifecycle: {
        active_states: ["intake", "classifying"],
        terminal_states: ["routed", "duplicate", "rejected"],
        state_phase_map: {
          intake: "todo",
          classifying: "in_progress",
          needs_info: "human_review",
          routed: "done",
          duplicate: "canceled",
          rejected: "canceled",
        },
      },
    },
    agent_provider: { kind: "mock", options: { log: options.log, scripts: { default: { runs: options.runs } } } },
    // The agent writes what it saw beside the project, where a sandbox would not let it.
    agent_runtime: { sandbox: "none" },
    polling: { interval_ms: 500 },
    workspace: { min_free_bytes: 1 },
  };
  return `---\n${JSON.stringify(front)}\n---\nSort it.\n`;
}

/** The steps of an agent that has sorted its issue. */
export const SORTED = [
  {
    do: "call",
    tool: "run_result",
    arguments: {
      summary: "Sorted.",
      route: "routed",
      result: { type: "task", priority: null, risk: "low", owner: null, rationale: "It needs no code." },
    },
  },
  { do: "call", tool: "run_finalize", arguments: { path: "result" } },
];
