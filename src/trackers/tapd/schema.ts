import { type Static, Type } from "typebox";

const Text = Type.String({ pattern: "\\S" });
/** What people write without quotes, and what is too long for a number only with them. */
const ShortId = Type.Union([Text, Type.Integer({ minimum: 1, maximum: 999999999999 })]);
const LongId = Type.String({ pattern: "^\\s*\\d+\\s*$" });

/** `tracker.provider` of kind `tapd`. */
export type TapdOptions = Static<typeof TapdOptions>;
export const TapdOptions = Type.Object(
  {
    endpoint: Type.Optional(Text),
    web_base_url: Type.Optional(Text),
    api_user: Type.Optional(Text),
    api_password: Type.Optional(Text),
    api_key: Type.Optional(Text),
    api_secret: Type.Optional(Text),
    workspace_id: Type.Optional(ShortId),
    items: Type.Optional(
      Type.Array(Type.Union([Type.Literal("stories"), Type.Literal("bugs")]), { minItems: 1, uniqueItems: true }),
    ),
    type_ids: Type.Optional(Type.Array(LongId, { minItems: 1 })),
    candidate_issue_ids: Type.Optional(Type.Array(Text)),
    labels: Type.Optional(Type.Array(Text)),
    owner: Type.Optional(Text),
    comment_author: Type.Optional(Text),
    time_zone: Type.Optional(Text),
    fields_on_move: Type.Optional(
      Type.Record(Type.String(), Type.Record(Type.String({ pattern: "^[a-z_0-9]+$" }), Type.String())),
    ),
    requests_per_minute: Type.Optional(Type.Integer({ minimum: 6, maximum: 6000 })),
    webhook_secret: Type.Optional(Text),
    platform: Type.Optional(
      Type.Object(
        {
          workspace_id: Type.Optional(ShortId),
          comment_author: Type.Optional(Text),
          workitem_type_id: Type.Optional(LongId),
          workitem_type_ids: Type.Optional(Type.Array(LongId, { minItems: 1 })),
        },
        { additionalProperties: false },
      ),
    ),
  },
  { additionalProperties: false },
);

/** The form of every answer. A success has status 1. */
export type Envelope = Static<typeof Envelope>;
export const Envelope = Type.Object({
  status: Type.Union([Type.Integer(), Type.String()]),
  data: Type.Optional(Type.Unknown()),
  info: Type.Optional(Type.Unknown()),
});

const Id = Type.String({ pattern: "^\\d+$" });
const Some = Type.Optional(Type.Union([Type.String(), Type.Null()]));

/** A row with an id, whatever else is in it. */
export type Row = Static<typeof Row>;
export const Row = Type.Object({ id: Id });

/** A story or a bug. Only what an issue cannot do without is demanded (S-010). */
export type Item = Static<typeof Item>;
export const Item = Type.Object({
  id: Id,
  status: Text,
  name: Some,
  title: Some,
  description: Some,
  priority: Some,
  priority_label: Some,
  label: Some,
  owner: Some,
  current_owner: Some,
  parent_id: Some,
  workitem_type_id: Some,
  created: Some,
  modified: Some,
});

/** A comment. */
export type Comment = Static<typeof Comment>;
export const Comment = Type.Object({
  id: Id,
  description: Type.Union([Type.String(), Type.Null()]),
  author: Some,
  created: Type.String(),
});

/** A dependency: `workitem_id` blocks `dst_workitem_id`. */
export type TimeRelation = Static<typeof TimeRelation>;
export const TimeRelation = Type.Object({ workitem_id: Id, dst_workitem_id: Id });

/** A plain link. */
export type StoryLink = Static<typeof StoryLink>;
export const StoryLink = Type.Object({ src_story_id: Id, target_story_id: Id });

/** A type of stories. */
export type WorkitemType = Static<typeof WorkitemType>;
export const WorkitemType = Type.Object({ id: Id, name: Type.String() });

/** Statuses by key, with the name that people see. An empty table is written as an empty list. */
export type StatusTable = Static<typeof StatusTable>;
export const StatusTable = Type.Union([
  Type.Record(Type.String(), Type.String()),
  Type.Array(Type.Unknown(), { maxItems: 0 }),
]);

/** The ways from status to status. */
export type Transitions = Static<typeof Transitions>;
export const Transitions = Type.Array(
  Type.Object({
    StepPrevious: Type.String(),
    StepNext: Type.String(),
    Appendfield: Type.Optional(
      Type.Array(Type.Object({ FieldName: Type.String(), Notnull: Type.Optional(Type.String()) })),
    ),
  }),
);

/** Last steps of a parallel workflow; a serial one has none. */
export type Steps = Static<typeof Steps>;
export const Steps = Type.Union([Type.Array(Type.Unknown()), Type.Record(Type.String(), Type.Unknown())]);

/** What we read of a webhook. */
export type TapdDelivery = Static<typeof TapdDelivery>;
export const TapdDelivery = Type.Object({
  event: Type.String({ minLength: 1 }),
  event_id: Type.String({ minLength: 1 }),
  id: Type.String(),
  secret: Type.String(),
  workspace_id: Type.Optional(Type.String()),
});
