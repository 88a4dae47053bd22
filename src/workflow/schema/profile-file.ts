import { type Static, Type } from "typebox";
import type { JsonObject } from "../../base/json-value.ts";
import { APPROVAL_KEYS } from "./guard-sections.ts";

const NAME = "^[a-z][a-z0-9_]*$";
const routeName = (description: string) => Type.String({ pattern: NAME, description });

const toolNames = (description: string) => Type.Array(Type.String({ pattern: "^[a-zA-Z0-9_-]+$" }), { description });
const limit = (description: string) => Type.Optional(Type.Integer({ minimum: 1, description }));
const capabilities = (description: string) =>
  Type.Array(Type.String({ pattern: "^[a-zA-Z]+$" }), { default: [], description });

const EvidenceEntries = Type.Array(
  Type.Object(
    {
      kind: Type.String({ pattern: NAME, description: "What has to be on record, e.g. `validation`." }),
      witness: Type.Enum(["host", "ci", "forge", "tracker", "agent"], {
        description: "Who must have seen it, or somebody stronger; `host` is the strongest, `agent` a mere claim.",
      }),
    },
    { additionalProperties: false },
  ),
  { description: "Facts that have to be on record. Default: none beside those that the host always asks for." },
);

const gate = (description: string) =>
  Type.Optional(
    Type.Object(
      {
        evidence: Type.Optional(EvidenceEntries),
        human: Type.Boolean({ default: false, description: "Whether a person has to say yes as well." }),
      },
      { additionalProperties: false, description },
    ),
  );

const RouteEntry = Type.Object(
  {
    category: Type.Enum(["backlog", "todo", "in_progress", "review", "merging", "rework", "done", "canceled"], {
      description: "What a tracker state on this route means for the work.",
    }),
    action: Type.Enum(["dispatch", "wait", "stop", "transition", "transition_then_dispatch", "disabled"], {
      description: "What Maestro does with an issue on this route.",
    }),
    target: Type.Optional(routeName("Where the two transition actions lead.")),
    default_state: Type.Optional(
      Type.String({ pattern: "\\S", description: "The tracker's usual state for it. Default: the route's name." }),
    ),
    tools: Type.Optional(toolNames("The tools of runs on this route. Default: the profile's.")),
    next: Type.Optional(
      Type.Array(routeName("A route."), {
        description: "Where the agent of an issue on this route may send it. Default: `completion.routes`.",
      }),
    ),
  },
  { additionalProperties: false },
);

const CompletionEntry = Type.Object(
  {
    routes: Type.Array(routeName("A route."), {
      description:
        "Routes that a hand-off or a result may name; the first when it names none. Empty only when `decided_by` is `tracker`.",
    }),
    delivers_change: Type.Boolean({ description: "Whether a hand-off delivers a change of code, or only words." }),
    landing: Type.String({
      pattern: "^(after_approval|when_green|options(\\.[a-z_]+)+)$",
      default: "after_approval",
      description: "When the host lands a change; `options.…` takes the value of that option.",
    }),
    auto_land_label: Type.Optional(
      Type.String({
        minLength: 1,
        description: "Label whose issues land when green; `options.…` takes the value of that option.",
      }),
    ),
    landed_route: Type.Optional(routeName("Where an issue moves when its change has landed.")),
    result: Type.Optional(
      Type.Enum(["requirement_analysis", "requirement_refinement", "review_routing", "triage"], {
        description: "The kind of result that `run_result` takes. Default: none.",
      }),
    ),
    evidence: Type.Optional(EvidenceEntries),
  },
  { additionalProperties: false },
);

export type ProfileFile = Static<typeof ProfileFile>;
/** The front matter of a profile. Its body is the prompt for workflow files that have none. */
export const ProfileFile = Type.Object(
  {
    kind: Type.String({ pattern: NAME, description: "Its name; the file's name." }),
    version: Type.Integer({ minimum: 1, description: "Raised when a workflow file has to be changed with it." }),
    routes: Type.Record(Type.String({ pattern: NAME }), RouteEntry, {
      additionalProperties: false,
      minProperties: 1,
      description: "Its names for tracker states, with the policy that holds in them.",
    }),
    completion: CompletionEntry,
    tools: toolNames("The tools that its runs get."),
    skills: Type.Optional(
      Type.Array(Type.String({ pattern: "^[a-z0-9][a-z0-9.:-]*$" }), {
        uniqueItems: true,
        description: "Skills that agents find in their workspace, by name or `plugin:name`. Default none.",
      }),
    ),
    decided_by: Type.Optional(
      Type.Enum(["host", "tracker"], {
        description:
          "Who decides that work is done. `tracker`: its state alone, without signals and gates; the service then has to be started with the long guardrails flag. Default host.",
      }),
    ),
    requires: Type.Optional(
      Type.Object(
        {
          tracker: capabilities("What the tracker must be able to do, e.g. `comment`."),
          forge: capabilities("What the forge must be able to do, e.g. `merge`."),
          agent: capabilities("What the agent must be able to do, e.g. `tools`."),
          runtime: capabilities("What the placement must be able to do, e.g. `isolation`."),
        },
        { additionalProperties: false, description: "Capabilities without which the workflow file is refused." },
      ),
    ),
    input: Type.Optional(
      Type.Array(Type.Enum(["repo", "lane", "feedback", "attempt", "retry_kind", "run", "tools", "workflow"]), {
        uniqueItems: true,
        description: "The variables that its prompts have beside `issue`. Default: all.",
      }),
    ),
    gates: Type.Optional(
      Type.Object(
        {
          review: gate("Before a change is shown to reviewers."),
          landing: gate("Before a change is landed."),
        },
        { additionalProperties: false, description: "What the host asks for beside what it always asks for." },
      ),
    ),
    approvals: Type.Optional(
      Type.Object(APPROVAL_KEYS, {
        additionalProperties: false,
        description: "What people are asked first, where the workflow file says nothing.",
      }),
    ),
    budget: Type.Optional(
      Type.Object(
        {
          model_calls: limit("Calls of the model in one run."),
          tokens: limit("Tokens of one run."),
          cost_usd: Type.Optional(Type.Number({ exclusiveMinimum: 0, description: "US dollars of one run." })),
          repeated_calls: limit("The same call in a row."),
          turns: limit("Turns of one run."),
        },
        { additionalProperties: false, description: "Limits where the workflow file sets none." },
      ),
    ),
    stop: Type.Optional(
      Type.Object(
        {
          failures: limit("Failed runs in a row, after which a person is asked."),
          idle_sessions: limit("Sessions in a row without a deliverable, after which a person is asked."),
        },
        {
          additionalProperties: false,
          description: "When Maestro stops by itself, where the workflow file says nothing.",
        },
      ),
    ),
    options: Type.Record(Type.String({ pattern: NAME }), Type.Unsafe<JsonObject>({ type: "object" }), {
      additionalProperties: false,
      default: {},
      description: "JSON Schema of each option of `workflow.profile.options`, with its default.",
    }),
  },
  { additionalProperties: false },
);
