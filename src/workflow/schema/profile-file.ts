import { type Static, Type } from "typebox";
import type { JsonObject } from "../../base/json-value.ts";

const NAME = "^[a-z][a-z0-9_]*$";
const routeName = (description: string) => Type.String({ pattern: NAME, description });

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
  },
  { additionalProperties: false },
);

const CompletionEntry = Type.Object(
  {
    routes: Type.Array(routeName("A route."), {
      minItems: 1,
      description: "Routes that a hand-off may name; the first when it names none.",
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
    tools: Type.Array(Type.String({ pattern: "^[a-zA-Z0-9_-]+$" }), { description: "The tools that its runs get." }),
    options: Type.Record(Type.String({ pattern: NAME }), Type.Unsafe<JsonObject>({ type: "object" }), {
      additionalProperties: false,
      default: {},
      description: "JSON Schema of each option of `workflow.profile.options`, with its default.",
    }),
  },
  { additionalProperties: false },
);
