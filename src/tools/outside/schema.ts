import { type Static, Type } from "typebox";

// The arguments of the tools that reach tracker, forge and repository. None names an issue, a change or a branch: those are the run's
// own. The texts are what agents read, and the reference page.

const strict = { additionalProperties: false } as const;
const body = (description: string) => Type.String({ minLength: 1, maxLength: 20_000, description });
const line = (description: string) => Type.String({ minLength: 1, maxLength: 300, pattern: "\\S", description });
const labels = (description: string) =>
  Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 100 }), { maxItems: 20, description }));

/** Arguments of tools that take none. */
export type NoArguments = Static<typeof NoArguments>;
export const NoArguments = Type.Object({}, strict);

export type SnapshotArguments = Static<typeof SnapshotArguments>;
export const SnapshotArguments = Type.Object(
  {
    comments: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 100, description: "How many of the newest comments. Default 20." }),
    ),
  },
  strict,
);

export type MoveArguments = Static<typeof MoveArguments>;
export const MoveArguments = Type.Object({ state: line("The state's name, as the tracker writes it.") }, strict);

export type WorkpadArguments = Static<typeof WorkpadArguments>;
export const WorkpadArguments = Type.Object(
  { body: body("All of it, as Markdown: it replaces what the workpad said.") },
  strict,
);

export type CommentArguments = Static<typeof CommentArguments>;
export const CommentArguments = Type.Object({ body: body("The comment, as Markdown.") }, strict);

export type AttachArguments = Static<typeof AttachArguments>;
export const AttachArguments = Type.Object(
  {
    url: Type.String({ pattern: "^https?://\\S+$", maxLength: 2_000, description: "Where it leads." }),
    title: line("What people see of it."),
  },
  strict,
);

export type FollowUpArguments = Static<typeof FollowUpArguments>;
export const FollowUpArguments = Type.Object(
  {
    title: line("One line."),
    description: Type.Optional(body("What is to be done and why, as Markdown.")),
    priority: Type.Optional(Type.Integer({ minimum: 1, maximum: 4, description: "1 is the most urgent." })),
    labels: labels("Labels of the new issue."),
    blocked_by_this: Type.Optional(
      Type.Boolean({ description: "Whether it can only begin when this issue is done. Default false." }),
    ),
  },
  strict,
);

export type UpdateArguments = Static<typeof UpdateArguments>;
export const UpdateArguments = Type.Object(
  {
    add_labels: labels("Labels to set; others stay."),
    remove_labels: labels("Labels to take off."),
    priority: Type.Optional(
      Type.Union([Type.Integer({ minimum: 1, maximum: 4 }), Type.Null()], {
        description: "1 is the most urgent; null: none.",
      }),
    ),
    owner: Type.Optional(
      Type.Union([Type.String({ minLength: 1, maxLength: 200 }), Type.Null()], {
        description: "Who has it, as the tracker names people; null: nobody.",
      }),
    ),
    type: Type.Optional(line("The kind of issue, as the tracker names kinds.")),
  },
  { ...strict, minProperties: 1 },
);

export type DiffArguments = Static<typeof DiffArguments>;
export const DiffArguments = Type.Object(
  {
    check: Type.Optional(
      Type.Boolean({ description: "Only the names of the files and what `git diff --check` says. Default false." }),
    ),
  },
  strict,
);

export type CommitArguments = Static<typeof CommitArguments>;
export const CommitArguments = Type.Object(
  { message: body("What was done and why; the issue's identifier is put before its first line.") },
  strict,
);

export type OpenChangeArguments = Static<typeof OpenChangeArguments>;
export const OpenChangeArguments = Type.Object(
  {
    title: line("One line."),
    body: body("What was changed and how it was checked, as Markdown. A link to the issue is added."),
  },
  strict,
);

export type ReplyArguments = Static<typeof ReplyArguments>;
export const ReplyArguments = Type.Object(
  {
    thread_id: Type.String({ minLength: 1, maxLength: 300, description: "The id that change_discussion shows." }),
    body: body("The answer, as Markdown."),
    resolve: Type.Optional(Type.Boolean({ description: "Whether the thread is settled with it. Default false." })),
  },
  strict,
);

export type ReviewersArguments = Static<typeof ReviewersArguments>;
export const ReviewersArguments = Type.Object(
  {
    reviewers: Type.Array(Type.String({ minLength: 1, maxLength: 200 }), {
      minItems: 1,
      maxItems: 10,
      description: "People, or teams as `organisation/team`, as the forge names them.",
    }),
  },
  strict,
);

export type ChecksArguments = Static<typeof ChecksArguments>;
export const ChecksArguments = Type.Object(
  {
    logs: Type.Optional(
      Type.Boolean({ description: "Whether the ends of the logs of failed checks are shown. Default true." }),
    ),
  },
  strict,
);

export type MergeArguments = Static<typeof MergeArguments>;
export const MergeArguments = Type.Object({ reason: line("Why it should land now.") }, strict);

export type GraphqlArguments = Static<typeof GraphqlArguments>;
export const GraphqlArguments = Type.Object(
  {
    query: Type.String({ minLength: 1, maxLength: 20_000, description: "A document with exactly one operation." }),
    variables: Type.Optional(
      Type.Union([Type.Record(Type.String(), Type.Unknown()), Type.Null()], {
        description: "The operation's variables.",
      }),
    ),
  },
  strict,
);

const several = (description: string) =>
  Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 2_000 }), { maxItems: 50, description }));

/** Arguments of `run_checkpoint`; their shape is that of the skill `execution-state`. */
export type CheckpointArguments = Static<typeof CheckpointArguments>;
export const CheckpointArguments = Type.Object(
  {
    phase: Type.Enum(
      [
        "probing",
        "implementing",
        "verifying",
        "blocked",
        "ready_for_review",
        "review_repair",
        "ready_to_land",
        "closeout",
      ],
      { type: "string" },
    ),
    focus: Type.String({ minLength: 1, maxLength: 1_000, description: "The one thing being worked on." }),
    next_action: Type.String({ minLength: 1, maxLength: 1_000, description: "The very next step, concrete." }),
    blockers: several("What stops you and who can lift it; at least one when blocked."),
    evidence: several("What was found out or ruled out, each with where it can be seen."),
    verification: several("Commands and what they said."),
    head_sha: Type.Optional(
      Type.String({ pattern: "^[0-9a-f]{40}([0-9a-f]{24})?$", description: "HEAD; filled in when left out." }),
    ),
  },
  { additionalProperties: false },
);
