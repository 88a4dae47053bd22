import { type Static, Type } from "typebox";
import { ACCESS_KEYS } from "../../github/schema.ts";

const Name = Type.String({ pattern: "\\S" });
const OptionalText = Type.Optional(Type.Union([Type.String(), Type.Null()]));

/** `tracker.provider` of kind `github`. */
export type GithubTrackerOptions = Static<typeof GithubTrackerOptions>;
export const GithubTrackerOptions = Type.Object(
  {
    ...ACCESS_KEYS,
    states_from: Type.Optional(Type.Union([Type.Literal("labels"), Type.Literal("open_closed")])),
    state_prefix: Type.Optional(Name),
    state_labels: Type.Optional(Type.Record(Type.String(), Name)),
    closed_states: Type.Optional(Type.Array(Name)),
    priority_prefix: Type.Optional(Name),
    labels: Type.Optional(Type.Array(Name)),
    assignee: Type.Optional(Name),
  },
  { additionalProperties: false },
);

const User = Type.Union([Type.Null(), Type.Object({ login: Type.String(), type: Type.String() })]);

/** An issue as REST shows it. */
export type RestIssue = Static<typeof RestIssue>;
export const RestIssue = Type.Object({
  id: Type.Integer(),
  node_id: Type.String(),
  number: Type.Integer(),
  title: Name,
  body: OptionalText,
  state: Type.Union([Type.Literal("open"), Type.Literal("closed")]),
  labels: Type.Array(Type.Union([Type.String(), Type.Object({ name: Type.String() })])),
  assignees: Type.Optional(Type.Union([Type.Null(), Type.Array(Type.Object({ login: Type.String() }))])),
  html_url: Type.String(),
  repository_url: Type.String(),
  created_at: Type.String(),
  updated_at: Type.String(),
  issue_dependencies_summary: Type.Optional(
    Type.Object({ blocked_by: Type.Integer(), total_blocked_by: Type.Integer() }),
  ),
});

/** What tells a pull request from an issue: GitHub lists both. */
export type PullMark = Static<typeof PullMark>;
export const PullMark = Type.Object({ pull_request: Type.Object({}) });

/** A comment as REST shows it. */
export type RestComment = Static<typeof RestComment>;
export const RestComment = Type.Object({
  id: Type.Integer(),
  body: OptionalText,
  user: User,
  author_association: Type.String(),
  created_at: Type.String(),
});

/** A label of the repository. */
export type RestLabel = Static<typeof RestLabel>;
export const RestLabel = Type.Object({ name: Type.String() });

/** The answer to the health question. */
export type HealthAnswer = Static<typeof HealthAnswer>;
export const HealthAnswer = Type.Object({
  repository: Type.Object({ viewerPermission: Type.Union([Type.String(), Type.Null()]) }),
});
