import { type Static, Type } from "typebox";
import { ACCESS_KEYS } from "../../github/schema.ts";

const Name = Type.String({ pattern: "\\S" });
const OptionalText = Type.Optional(Type.Union([Type.String(), Type.Null()]));

/** `tracker.provider` of kind `github`. */
export type GithubTrackerOptions = Static<typeof GithubTrackerOptions>;
export const GithubTrackerOptions = Type.Object(
  {
    ...ACCESS_KEYS,
    states_from: Type.Optional(
      Type.Union([Type.Literal("labels"), Type.Literal("open_closed"), Type.Literal("project")]),
    ),
    state_prefix: Type.Optional(Name),
    state_labels: Type.Optional(Type.Record(Type.String(), Name)),
    closed_states: Type.Optional(Type.Array(Name)),
    project: Type.Optional(
      Type.Object(
        { owner: Type.Optional(Name), number: Type.Integer({ minimum: 1 }), field: Type.Optional(Name) },
        { additionalProperties: false },
      ),
    ),
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
  user: Type.Optional(User),
  author_association: Type.Optional(Type.String()),
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

/** A board with a page of its cards. */
export type ProjectAnswer = Static<typeof ProjectAnswer>;
export const ProjectAnswer = Type.Object({
  id: Type.String(),
  field: Type.Union([
    Type.Null(),
    Type.Object({
      id: Type.Optional(Type.String()),
      options: Type.Optional(Type.Array(Type.Object({ id: Type.String(), name: Type.String() }))),
    }),
  ]),
  items: Type.Object({
    nodes: Type.Array(
      Type.Object({
        id: Type.String(),
        isArchived: Type.Boolean(),
        fieldValueByName: Type.Union([Type.Null(), Type.Object({ name: OptionalText })]),
        content: Type.Union([
          Type.Null(),
          Type.Object({
            number: Type.Optional(Type.Integer()),
            repository: Type.Optional(Type.Object({ nameWithOwner: Type.String() })),
          }),
        ]),
      }),
    ),
    pageInfo: Type.Object({ hasNextPage: Type.Boolean(), endCursor: OptionalText }),
  }),
});

const Owner = Type.Optional(
  Type.Union([Type.Null(), Type.Object({ projectV2: Type.Optional(Type.Union([Type.Null(), ProjectAnswer])) })]),
);

/** The answer to the question for a board: by the kind of its owner. */
export type BoardAnswer = Static<typeof BoardAnswer>;
export const BoardAnswer = Type.Object({ organization: Owner, user: Owner });

/** A new card. */
export type AddedItem = Static<typeof AddedItem>;
export const AddedItem = Type.Object({
  addProjectV2ItemById: Type.Object({ item: Type.Object({ id: Type.String() }) }),
});
