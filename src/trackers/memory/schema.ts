import { type Static, Type } from "typebox";

const Name = Type.Union([Type.String({ pattern: "\\S" }), Type.Number()]);
const OptionalText = Type.Optional(Type.Union([Type.String(), Type.Null()]));

/** A blocker as people write it in full; an identifier alone is enough. */
export type MemoryBlocker = Static<typeof MemoryBlocker>;
export const MemoryBlocker = Type.Object(
  { id: OptionalText, identifier: OptionalText, state: OptionalText },
  { additionalProperties: false },
);

/** An issue as it stands in the workflow file. */
export type MemoryIssue = Static<typeof MemoryIssue>;
export const MemoryIssue = Type.Object(
  {
    id: Name,
    identifier: Name,
    title: Name,
    state: Name,
    description: OptionalText,
    priority: Type.Optional(Type.Union([Type.Integer(), Type.Null()])),
    labels: Type.Optional(Type.Array(Type.Union([Type.String(), Type.Number()]))),
    blocked_by: Type.Optional(Type.Array(Type.Union([Type.String(), MemoryBlocker]))),
    branch_name: OptionalText,
    url: OptionalText,
    assignee_id: OptionalText,
    dispatchable: Type.Optional(Type.Boolean()),
    native_ref: Type.Optional(Type.Union([Type.Record(Type.String(), Type.Unknown()), Type.Null()])),
    created_at: OptionalText,
    updated_at: OptionalText,
  },
  { additionalProperties: false },
);

/** `tracker.provider` of kind `memory`. */
export type MemoryOptions = Static<typeof MemoryOptions>;
export const MemoryOptions = Type.Object(
  {
    issue: Type.Optional(MemoryIssue),
    issues: Type.Optional(Type.Array(MemoryIssue)),
    persist_state_updates: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false },
);

/** Fields of an issue that its tracker was asked to change; those that are absent never were. */
export type MemoryValues = Static<typeof MemoryValues>;
export const MemoryValues = Type.Object(
  {
    title: Type.Optional(Type.String()),
    description: OptionalText,
    priority: Type.Optional(Type.Union([Type.Number(), Type.Null()])),
    assignee_id: OptionalText,
    type: OptionalText,
  },
  { additionalProperties: false },
);

/** What became of an issue. `declared_…` is what the workflow file said then: when it says something else now, the file wins. */
export type MemoryEdit = Static<typeof MemoryEdit>;
export const MemoryEdit = Type.Object(
  {
    id: Type.String(),
    declared_state: Type.String(),
    state: Type.String(),
    declared_labels: Type.Array(Type.String()),
    labels: Type.Array(Type.String()),
    updated_at: Type.Number(),
    declared_values: Type.Optional(MemoryValues),
    values: Type.Optional(MemoryValues),
  },
  { additionalProperties: false },
);

/** A comment as it is kept. */
export type MemoryComment = Static<typeof MemoryComment>;
export const MemoryComment = Type.Object(
  {
    id: Type.String(),
    issue_id: Type.String(),
    author: Type.String(),
    body: Type.String(),
    at: Type.Number(),
    topic: Type.Union([Type.String(), Type.Null()]),
  },
  { additionalProperties: false },
);

/** The right to work on an issue. */
export type MemoryClaim = Static<typeof MemoryClaim>;
export const MemoryClaim = Type.Object(
  { issue_id: Type.String(), owner: Type.String(), expires_at: Type.Number() },
  { additionalProperties: false },
);

/** Everything that happened since the workflow file was written: the content of `memory-tracker.json`. */
export type MemoryState = Static<typeof MemoryState>;
export const MemoryState = Type.Object(
  {
    version: Type.Literal(1),
    /** The highest number that a created issue ever had. */
    highest: Type.Integer(),
    created: Type.Array(MemoryIssue),
    edits: Type.Array(MemoryEdit),
    comments: Type.Array(MemoryComment),
    claims: Type.Optional(Type.Array(MemoryClaim)),
  },
  { additionalProperties: false },
);
