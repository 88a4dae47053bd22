import { Type } from "typebox";
import { section } from "./words.ts";

const yes = (description: string) => Type.Optional(Type.Boolean({ description: `${description} Default false.` }));

/** What people can be asked first: the same keys in a workflow file and in a profile. */
export const APPROVAL_KEYS = {
  before_dispatch: yes("Whether a person is asked before the first run on an issue."),
  before_push: yes("Whether a person is asked before a head is checked and pushed."),
  before_review: yes("Whether a person is asked before a checked head is put up for review."),
  before_merge: yes("Whether a person is asked here before a change is merged, beside every approval on the forge."),
  tools: Type.Optional(
    Type.Array(Type.String({ pattern: "\\S" }), {
      uniqueItems: true,
      description:
        "Tools whose calls wait for a person; `destructive` stands for all that cannot be taken back. Default none.",
    }),
  ),
  cost_step_usd: Type.Optional(
    Type.Number({
      exclusiveMinimum: 0,
      description: "US dollars of one issue after which a person is asked, again and again. Default never.",
    }),
  ),
  cost_step_tokens: Type.Optional(Type.Integer({ minimum: 1, description: "The same in tokens. Default never." })),
  expires_ms: Type.Optional(
    Type.Integer({
      minimum: 1000,
      description: "How long a request waits for its answer, milliseconds. Default 259200000.",
    }),
  ),
  on_expiry: Type.Optional(
    Type.Enum(["deny", "approve"], {
      description: "What a request counts as that nobody answered in time. Default deny.",
    }),
  ),
};

/** Who is asked, and who is believed. */
export const GUARD_SECTIONS = {
  approvals: section("What people are asked first. What is left out is the profile's.", APPROVAL_KEYS),
  trust: section("Whose words reach agents as instructions.", {
    authors: Type.Array(Type.String({ pattern: "\\S" }), {
      default: [],
      uniqueItems: true,
      description: "Names of people who are trusted like members of the project. Default none.",
    }),
    associations: Type.Array(Type.Enum(["member", "bot", "outsider"]), {
      default: ["member"],
      uniqueItems: true,
      description:
        "Who is trusted by what the tracker or forge says of them: `member` may write to the project. Default member.",
    }),
    others: Type.Enum(["fence", "leave_out"], {
      default: "fence",
      description:
        "What becomes of the words of everybody else: `fence` shows them as information between marks that they cannot forge. Default fence.",
    }),
    issues: Type.Enum(["trusted", "fence", "all"], {
      default: "trusted",
      description:
        "Which issues are started: `trusted` only those of trusted authors, or that carry `accept_label`; `fence` all, with the words of others fenced; `all` all, as they are. Default trusted.",
    }),
    accept_label: Type.String({
      minLength: 1,
      default: "maestro:accepted",
      description: "With this label a member takes over an issue of somebody else. Default maestro:accepted.",
    }),
  }),
};
