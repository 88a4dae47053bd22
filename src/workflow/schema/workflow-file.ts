import { type Static, type TProperties, Type } from "typebox";
import type { JsonObject, JsonValue } from "../../base/json-value.ts";

/** Keys that begin with `x-` are the user's own: kept out of everything, never an error. */
const FREE_KEYS = { "^x-": {} };

function section<T extends TProperties>(description: string, properties: T) {
  return Type.Object(properties, {
    additionalProperties: false,
    patternProperties: FREE_KEYS,
    default: {},
    description,
  });
}

const text = (description: string) => Type.String({ minLength: 1, description });
const optionalText = (description: string) => Type.Optional(text(description));
const textOr = (fallback: string, description: string) =>
  Type.String({ minLength: 1, default: fallback, description: `${description} Default ${fallback}.` });
const count = (fallback: number, description: string) =>
  Type.Integer({ minimum: 1, default: fallback, description: `${description} Default ${fallback}.` });
const names = (description: string, options: { default?: string[] } = {}) =>
  Type.Array(Type.String({ pattern: "\\S" }), { ...options, description });
const texts = (description: string) =>
  Type.Record(Type.String(), Type.String(), { default: {}, description: `${description} Default none.` });
const block = (description: string) => Type.Unsafe<JsonObject>({ type: "object", default: {}, description });

const over = (description: string) => Type.Optional(Type.Unsafe<JsonObject>({ type: "object", description }));

const script = (when: string) => optionalText(`Shell script, run with \`sh -lc\` in the workspace ${when}.`);
const stateLimits = "Greatest number of agents per tracker state. Entries that are no positive integer are ignored.";

const outcome = (what: string) => optionalText(`Route to which a card is moved whose change ${what}.`);
const yesGate = (what: string) => Type.Boolean({ default: true, description: `Whether ${what}. Default true.` });

const ChangeProposal = section("Moves cards by what their changes show, without a turn of an agent.", {
  enabled: Type.Boolean({ default: false, description: "Whether cards are moved so. Default false." }),
  candidates: section("Which cards.", {
    source_routes: names("Routes from which cards are moved.", { default: ["review"] }),
    max_processed_issues_per_cycle: Type.Integer({
      minimum: 1,
      maximum: 100,
      default: 25,
      description: "Cards that one poll moves at most. Default 25.",
    }),
  }),
  gates: section("What has to hold before a card is moved to the route for `ready`.", {
    approval_required: yesGate("the change has to be approved"),
    passing_checks_required: yesGate("its required checks have to have passed"),
    mergeable_required: yesGate("the forge has to say that it merges cleanly"),
  }),
  outcome_routes: section("Where cards are moved. What is left out moves none.", {
    ready: outcome("may land"),
    changes_requested: outcome("a reviewer asks to change"),
    failed_checks: outcome("fails required checks or conflicts with its base"),
    already_merged: outcome("is merged"),
  }),
  thresholds: section("What counts.", {
    failed_checks_confirmation_count: count(2, "Looks in a row that have to show failed checks before they count."),
  }),
});

const Workflow = section("What kind of work this is.", {
  reconciliation: section("How cards are kept in step with their changes.", { change_proposal: ChangeProposal }),
  profile: section("The policy that the work follows.", {
    kind: textOr("coding_pr_delivery", "A packaged profile, or one of the project's `.maestro/profiles/`."),
    version: Type.Optional(
      Type.Integer({
        minimum: 1,
        description: "The profile's version that this file was written for. Default: the newest.",
      }),
    ),
    options: block("The profile's own options."),
    routes: over(
      "What this file says otherwise about the profile's routes, by their names, e.g. `rework: { action: disabled }`.",
    ),
    completion: over("What this file says otherwise about the profile's `completion`."),
    tools: Type.Optional(names("The tools that runs get. Default: the profile's.")),
    gates: over("What this file says otherwise about the profile's `gates`."),
    budget: over("What this file says otherwise about the profile's `budget`."),
    stop: over("What this file says otherwise about the profile's `stop`."),
  }),
});

const Lifecycle = section("What the tracker's states mean.", {
  active_states: Type.Optional(names("States in which an agent may work. They are then the only ones.")),
  terminal_states: Type.Optional(names("States that end an issue. They are then the only ones.")),
  state_phase_map: Type.Record(
    Type.String(),
    Type.Enum(
      ["backlog", "todo", "in_progress", "human_review", "review", "merging", "rework", "done", "canceled", "unknown"],
      { description: "`human_review` is `review`; `unknown` says nothing about the state." },
    ),
    { default: {}, description: "What a state means. Default: what the lists and the profile say." },
  ),
  raw_state_by_route_key: Type.Record(Type.String(), text("The tracker's state."), {
    default: {},
    description: "The tracker's state for a route of the profile. Default: the state of that name.",
  }),
});

const Tracker = section("Where the issues are.", {
  kind: text("The tracker's kind."),
  provider: block("The tracker's own options."),
  lifecycle: Lifecycle,
  required_labels: Type.Array(Type.String(), {
    default: [],
    description: "Labels that an issue must carry, all of them. A blank one matches no issue.",
  }),
  opt_out_label: textOr("maestro:manual-only", "An issue with this label is left to people."),
  needs_attention_label: textOr("maestro:needs-attention", "Set on issues that wait for a person."),
  claim: Type.Enum(["auto", "on", "off"], {
    default: "auto",
    description:
      "Whether an issue is claimed on the tracker before work on it begins, so that a Maestro on another machine stays away. `auto`: on trackers that others share (linear, github, tapd). Default auto.",
  }),
  claim_ttl_ms: Type.Integer({
    minimum: 5_000,
    default: 1_800_000,
    description:
      "How long a claim lasts, milliseconds; it is renewed at half of that. After a crash another Maestro waits so long. Default 1800000.",
  }),
});

const RepoProvider = Type.Unsafe<JsonObject & { readonly kind: string }>({
  type: "object",
  properties: { kind: { type: "string", minLength: 1, description: "The forge's kind." } },
  required: ["kind"],
  default: {},
  description: "The forge; all other keys are its own options.",
});

const Commit = section("Commits of the host's own.", {
  name: textOr("Maestro", "Name of their author and committer."),
  email: textOr("maestro@localhost", "Address of their author and committer."),
  sign: Type.Enum(["none", "ssh", "gpg"], {
    default: "none",
    description: "How they are signed: `ssh` with a key file, `gpg` with a key of the user's key ring. Default none.",
  }),
  key: optionalText(
    "`ssh`: path of the private key, without a passphrase. `gpg`: id of the key. Default: for `gpg` the key of the address.",
  ),
});

const Ssh = Type.Optional(
  Type.Object(
    {
      auth: Type.Enum(["key", "agent"], {
        description: "`key`: with the file `key` and nothing else. `agent`: with the keys of the user's SSH agent.",
      }),
      key: optionalText("Path of the private key, without a passphrase."),
      known_hosts: optionalText("File of the host keys that are believed. Default `~/.ssh/known_hosts`."),
    },
    {
      additionalProperties: false,
      description:
        "How Git logs in to an SSH remote. Left out: not at all, because the keys of a user are used only on request.",
    },
  ),
);

const Repo = Type.Optional(
  Type.Object(
    {
      path: optionalText("The user's checkout or a bare repository; read, never worked in. Relative to this file."),
      base_branch: textOr("main", "The branch that changes are made against."),
      remote: optionalText("Where base and branches live: a URL or a path. Default: the forge's own, else `path`."),
      branch: section("How lane branches are named.", {
        work_prefix: textOr("maestro/", "What their names begin with."),
      }),
      commit: Commit,
      ssh: Ssh,
      provider: RepoProvider,
    },
    {
      additionalProperties: false,
      patternProperties: FREE_KEYS,
      description: "The repository that changes are made in. Left out: the work changes no code.",
    },
  ),
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
    options: Type.Optional(Type.Unsafe<JsonObject>({ type: "object", description: "The agent's own options." })),
  },
  { additionalProperties: false },
);

const AgentProvider = section("The agent that does the work.", {
  kind: text("The agent's kind."),
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
  isolation: Type.Enum(["auto", "none", "bwrap"], {
    default: "auto",
    description:
      "`auto`: processes of its own, where bubblewrap works. `bwrap`: that is demanded, and only the workspace, the account and the run's temporary folder can be written to. Default auto.",
  }),
  env: texts("Set in the agent's environment."),
  pass: Type.Array(Type.String({ pattern: "^[A-Za-z_][A-Za-z0-9_]*$" }), {
    default: [],
    description: "Names of the daemon's variables that the agent gets, beside the small built-in list.",
  }),
});

const Agent = section("Limits and cadence of agents.", {
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
  run_timeout_ms: count(7_200_000, "Longest run, milliseconds."),
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

const limit = (description: string) => Type.Optional(Type.Integer({ minimum: 1, description }));
const money = (description: string) => Type.Optional(Type.Number({ exclusiveMinimum: 0, description }));
const countOr = (fallback: number, description: string) =>
  Type.Integer({ minimum: 0, default: fallback, description: `${description}; 0: no limit. Default ${fallback}.` });
/** Limits that have no default in any scope but where it is said. */
const SHARED_LIMITS = {
  cost_usd: money("US dollars. Default: no limit."),
  turns: limit("Turns. Default: no limit."),
  model_calls: limit("Calls of the model. Default: no limit."),
  wall_ms: limit("How long sessions may be open in all, milliseconds. Default: no limit."),
};
const PriceEntry = Type.Object(
  {
    input: Type.Number({ minimum: 0, description: "Input that comes from no cache." }),
    cache_read: Type.Optional(Type.Number({ minimum: 0, description: "Input from the cache. Default: as `input`." })),
    cache_write: Type.Optional(Type.Number({ minimum: 0, description: "Input into the cache. Default: as `input`." })),
    output: Type.Number({ minimum: 0, description: "Output, with the reasoning." }),
  },
  { additionalProperties: false, description: "US dollars per million tokens." },
);

const Budget = section(
  "What work may use up. A run is stopped at a limit, and nothing is started that could not be paid for.",
  {
    run: section("Of one run. What is reached ends it and parks its issue.", {
      model_calls: count(300, "Calls of the model."),
      tokens: count(10_000_000, "Tokens, in and out."),
      cost_usd: money("US dollars, as far as prices are known. Default: no limit."),
      repeated_calls: count(25, "The same call of the same tool, with the same arguments, in a row."),
      turns: limit("Turns, beside `agent.max_turns`. Default: no limit."),
      wall_ms: limit(
        "How long its session may be open, milliseconds, beside `agent.run_timeout_ms`. Default: no limit.",
      ),
    }),
    issue: section("Of one issue, in all its lanes and runs. What is reached parks it.", {
      sessions: countOr(12, "Sessions since a person last acted on it"),
      tokens: countOr(30_000_000, "Tokens, in and out"),
      ...SHARED_LIMITS,
    }),
    day: section("Of all work of this workflow in one day. What is reached stops work until the next one.", {
      sessions: countOr(200, "Sessions"),
      tokens: limit("Tokens, in and out. Default: no limit."),
      ...SHARED_LIMITS,
    }),
    workflow: section(
      "Of all work of this workflow that is on record. What is reached stops work until it is raised.",
      {
        sessions: limit("Sessions. Default: no limit."),
        tokens: limit("Tokens, in and out. Default: no limit."),
        ...SHARED_LIMITS,
      },
    ),
    warn_at: Type.Number({
      exclusiveMinimum: 0,
      maximum: 1,
      default: 0.8,
      description: "The share of a limit that is told of when it is used up. Default 0.8.",
    }),
    time_zone: optionalText("The time zone whose midnight begins a day, e.g. `Europe/Berlin`. Default: the machine's."),
    prices: Type.Record(Type.String(), PriceEntry, {
      default: {},
      description: "What models cost, by name; outweighs what agents and the built-in lists say. Default none.",
    }),
  },
);

const Workspace = section("Where the work is done.", {
  root: optionalText("Folder of all workspaces. Default: `workspaces` in the project's state folder."),
  strategy: Type.Enum(["worktree", "clone"], {
    default: "worktree",
    description: "`worktree`: the host commits. `clone`: the agent has a repository of its own. Default worktree.",
  }),
  min_free_bytes: Type.Integer({
    minimum: 0,
    default: 524_288_000,
    description: "Nothing is started with less free space, bytes. Default 500 MiB.",
  }),
});

const Hooks = section("The operator's scripts around a workspace's life.", {
  after_create: script("after it was made"),
  before_run: script("before every run"),
  after_run: script("after every run"),
  before_remove: script("before it is removed"),
  timeout_ms: count(60_000, "Longest time of one script, milliseconds."),
  env: texts("Added to the scripts' environment."),
});

const Observability = section("What the service says about itself, read when it starts.", {
  level: Type.Enum(["debug", "info", "warn", "error"], {
    default: "info",
    description: "The least important lines that are logged. Default info.",
  }),
  log_format: Type.Optional(
    Type.Enum(["text", "json"], {
      description: "How lines are written. Default: `json`, and `text` where a terminal shows them.",
    }),
  ),
  file_enabled: Type.Boolean({
    default: true,
    description: "Whether the log is written to `logs/maestro.log` in the project's state folder. Default true.",
  }),
  file_max_bytes: Type.Integer({
    minimum: 65_536,
    default: 10_485_760,
    description: "Longest log file, bytes; the next line begins a new one. Default 10 MiB.",
  }),
  file_keep: Type.Integer({
    minimum: 0,
    maximum: 1_000,
    default: 9,
    description: "How many full log files are kept beside the one that is written. Default 9.",
  }),
  console_enabled: Type.Optional(
    Type.Boolean({
      description: "Whether the log also goes to stderr. Default: only warnings and errors, and only on a terminal.",
    }),
  ),
});

export type WorkflowFile = Static<typeof WorkflowFile>;
/** The front matter of a WORKFLOW.md. Descriptions are the reference documentation of the keys. */
export const WorkflowFile = Type.Object(
  {
    workflow: Workflow,
    tracker: Tracker,
    repo: Repo,
    agent_provider: AgentProvider,
    agent_runtime: AgentRuntime,
    agent: Agent,
    budget: Budget,
    validation: section("How the host checks a change.", {
      commands: names("Shell commands that must succeed on a clean checkout, in order.", { default: [] }),
      timeout_ms: count(600_000, "Longest time of one command, milliseconds."),
      in: Type.Enum(["checkout", "workspace"], {
        default: "checkout",
        description:
          "`checkout`: a clean checkout of the exact commit, prepared by `hooks.after_create`. `workspace`: the agent's own workspace; what they say there is worth no more than its word. Default checkout.",
      }),
    }),
    tools: section("What agents get beside the tools of the profile.", {
      enable: Type.Array(
        Type.Enum(["change_merge", "linear_graphql"], {
          description:
            "`change_merge` asks the host to land; `linear_graphql` sends raw requests with the tracker's key.",
        }),
        { default: [], uniqueItems: true, description: "Tools that are off unless they are named here. Default none." },
      ),
    }),
    skills: names(
      "Skills that agents find in their workspace beside the profile's, by name or `plugin:name`; `maestro skills list` shows them. Default none.",
      { default: [] },
    ),
    polling: section("How often the tracker is asked.", {
      interval_ms: count(30_000, "Milliseconds between two polls."),
    }),
    workspace: Workspace,
    hooks: Hooks,
    server: section("The HTTP server.", {
      port: Type.Optional(Type.Integer({ minimum: 0, maximum: 65_535, description: "Its port. Default: no server." })),
      host: textOr("127.0.0.1", "The address it listens on."),
    }),
    observability: Observability,
    optional_environment: names(
      "Variables that may be unset or empty: a value that refers to one of them then counts as left out. Default none.",
      { default: [] },
    ),
  },
  { additionalProperties: false, patternProperties: FREE_KEYS },
);
