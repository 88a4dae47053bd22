import { type Static, Type } from "typebox";
import { AGENT_SECTIONS } from "./agent-sections.ts";
import { BUDGET_SECTION } from "./budget-section.ts";
import { LOG_SECTION, PLACE_SECTIONS } from "./place-sections.ts";
import { GUARD_SECTIONS } from "./guard-sections.ts";
import { REPO_SECTION } from "./repo-section.ts";
import { TRACKER_SECTION } from "./tracker-section.ts";
import { WORK_SECTION } from "./work-section.ts";
import { FREE_KEYS, section, textOr, count, names } from "./words.ts";

export type WorkflowFile = Static<typeof WorkflowFile>;
/** The front matter of a WORKFLOW.md. Descriptions are the reference documentation of the keys. */
export const WorkflowFile = Type.Object(
  {
    ...WORK_SECTION,
    ...TRACKER_SECTION,
    ...REPO_SECTION,
    ...AGENT_SECTIONS,
    ...BUDGET_SECTION,
    ...GUARD_SECTIONS,
    validation: section("How the host checks a change.", {
      commands: names("Shell commands that must succeed on a clean checkout, in order.", { default: [] }),
      timeout_ms: count(600_000, "Longest time of one command, milliseconds."),
      network: Type.Boolean({
        default: true,
        description:
          "`false`: checks have no network; demands bubblewrap, whatever agent_runtime.sandbox says. Default true.",
      }),
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
    ...PLACE_SECTIONS,
    server: section("The HTTP server.", {
      port: Type.Optional(Type.Integer({ minimum: 0, maximum: 65_535, description: "Its port. Default: no server." })),
      host: textOr("127.0.0.1", "The address it listens on."),
    }),
    ...LOG_SECTION,
    optional_environment: names(
      "Variables that may be unset or empty: a value that refers to one of them then counts as left out. Default none.",
      { default: [] },
    ),
  },
  { additionalProperties: false, patternProperties: FREE_KEYS },
);
