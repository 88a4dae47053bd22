import { Type } from "typebox";
import type { JsonObject, JsonValue } from "../../base/json-value.ts";
import { block, count, names, section, text, textOr, texts } from "./words.ts";

const stateLimits = "Greatest number of agents per tracker state. Entries that are no positive integer are ignored.";

const account = text(
  "Id of the only account that it uses, `default` for the login of this machine. Default `*`: of the accounts that `maestro accounts` knows the one that is used least; without any, the login of this machine.",
);

const AgentRule = Type.Object(
  {
    when: Type.Object(
      {
        labels: Type.Optional(names("The issue carries one of these labels.")),
        states: Type.Optional(names("The issue is in one of these states.")),
        retry_at_least: Type.Optional(
          Type.Integer({ minimum: 1, description: "So many runs have failed since the last success." }),
        ),
        priority_at_most: Type.Optional(
          Type.Integer({ description: "The issue's priority is this number or a lower, more urgent one." }),
        ),
      },
      { additionalProperties: false, description: "All that is named has to hold." },
    ),
    kind: Type.Optional(text("The agent's kind. Default: the usual one.")),
    account: Type.Optional(account),
    options: Type.Optional(
      Type.Unsafe<JsonObject>({
        type: "object",
        description: "The agent's own options; for the usual kind they are added to `agent_provider.options`.",
      }),
    ),
  },
  { additionalProperties: false },
);

const Fallback = Type.Object(
  {
    kind: text("The agent's kind."),
    account: Type.Optional(account),
    options: Type.Optional(Type.Unsafe<JsonObject>({ type: "object", description: "The agent's own options." })),
  },
  { additionalProperties: false },
);

const AgentProvider = section("The agent that does the work.", {
  kind: text("The agent's kind."),
  account: Type.Optional(account),
  options: block("The agent's own options."),
  rules: Type.Array(AgentRule, {
    default: [],
    description:
      "When another agent, or the same one with other options, does the work: the first rule that fits. Default none.",
  }),
  fallback: Type.Array(Fallback, {
    default: [],
    description:
      "Agents that do the work while the account of the chosen one is paused, in their order. Default none: the work waits.",
  }),
});

const AgentRuntime = section("Where agents run and what they see.", {
  placement: textOr("local", "Where their processes run."),
  sandbox: Type.Optional(
    Type.Enum(["auto", "none", "bwrap", "required"], {
      description:
        "Linux, for agents and checks. `auto`: a sandbox where bubblewrap works: processes of its own, the home folder, Maestro's own and other workspaces hidden, and only the workspace, the account's folder and a temporary folder can be written to. `bwrap`: that is demanded. `required`: any sandbox is demanded. `none`: an agent can read what your user can. Default auto; none for a profile without guardrails.",
    }),
  ),
  isolation: Type.Optional(
    Type.Enum(["auto", "none", "bwrap"], { description: "Older spelling of `sandbox`, with the same meaning." }),
  ),
  caches: Type.Array(Type.String({ pattern: "^(~/|/)." }), {
    default: [],
    description: "Folders that stay readable in the sandbox although they lie in the home folder, e.g. `~/.cargo`.",
  }),
  env: texts("Set in the agent's environment."),
  pass: Type.Array(Type.String({ pattern: "^[A-Za-z_][A-Za-z0-9_]*$" }), {
    default: [],
    description: "Names of the daemon's variables that the agent gets, beside the small built-in list.",
  }),
});

const Credentials = section("Limits of accounts that say nothing of their own (`maestro accounts`).", {
  max_concurrent_leases_per_account: Type.Optional(
    Type.Integer({ minimum: 1, description: "Runs at the same time on one account. Default: any number." }),
  ),
  cooldown_ms: Type.Integer({
    minimum: 0,
    default: 0,
    description: "Rest of an account after each run, milliseconds. Default 0.",
  }),
  daily_token_budget: Type.Optional(
    Type.Integer({ minimum: 1, description: "Tokens of one account in a day, in UTC. Default: any number." }),
  ),
});

const Quota = section("What is done about the capacity that providers publish.", {
  preflight: Type.Enum(["off", "advisory", "required"], {
    default: "advisory",
    description:
      "An account whose provider said that its capacity is used up is taken as if it had not (`off`), after all others (`advisory`), or not before its reset (`required`). Default advisory.",
  }),
  poll_interval_ms: Type.Integer({
    minimum: 100,
    default: 30_000,
    description:
      "How often a service looks at what others have said of the accounts, milliseconds; each start looks anyway. Default 30000.",
  }),
});

const Agent = section("Limits and cadence of agents.", {
  credentials: Credentials,
  quota: Quota,
  max_concurrent_agents: count(10, "Greatest number of agents at once."),
  max_concurrent_agents_by_state: Type.Record(Type.String(), Type.Unsafe<JsonValue>({}), {
    default: {},
    description: stateLimits,
  }),
  max_turns: count(20, "Turns of one session."),
  max_attempts: count(5, "Failed runs in a row before an issue is parked."),
  max_retry_backoff_ms: count(300_000, "Longest wait before a retry, milliseconds."),
  startup_timeout_ms: count(60_000, "Longest start of an agent, milliseconds."),
  read_timeout_ms: count(5_000, "Longest wait for the answer to one protocol request, milliseconds."),
  turn_timeout_ms: count(3_600_000, "Longest silence of an agent within a turn, milliseconds."),
  first_output_timeout_ms: count(
    240_000,
    "Longest wait for an agent's first answer to a prompt, milliseconds. Signs of life are no answer.",
  ),
  turn_total_timeout_ms: count(5_400_000, "Longest turn, whatever happens in it, milliseconds."),
  stall_timeout_ms: Type.Integer({
    default: 300_000,
    description:
      "Longest time without any event before a run is ended, milliseconds; 0 or less: never. Default 300000.",
  }),
  run_timeout_ms: count(
    7_200_000,
    "Longest run from the start of its session, milliseconds. It ends as failed and is tried again; `budget.run.wall_ms` parks the issue instead.",
  ),
  command_timeout_ms: count(
    1_800_000,
    "How long a command that an agent is known to run counts as work, milliseconds. After that, silence is silence.",
  ),
  max_sessions_without_progress: Type.Integer({
    minimum: 0,
    default: 3,
    description: "Clean sessions without a deliverable before an issue is parked; 0: never. Default 3.",
  }),
});

/** Which agents work, where, and within which limits. */
export const AGENT_SECTIONS = { agent_provider: AgentProvider, agent_runtime: AgentRuntime, agent: Agent };
