import { type Static, type TSchema, Type } from "typebox";

const Text = Type.String({ pattern: "\\S" });

/** `tracker.provider` of kind `linear`. */
export type LinearOptions = Static<typeof LinearOptions>;
export const LinearOptions = Type.Object(
  {
    endpoint: Type.Optional(Text),
    api_key: Type.Optional(Text),
    project_slug: Type.Optional(Text),
    team: Type.Optional(Text),
    all_teams: Type.Optional(Type.Boolean()),
    labels: Type.Optional(Type.Array(Text)),
    assignee: Type.Optional(Text),
    webhook_secret: Type.Optional(Text),
  },
  { additionalProperties: false },
);

const PageInfo = Type.Object({
  hasNextPage: Type.Boolean(),
  endCursor: Type.Union([Type.String(), Type.Null()]),
});

function connection<T extends TSchema>(node: T) {
  return Type.Object({ nodes: Type.Array(node), pageInfo: PageInfo });
}

function orNull<T extends TSchema>(value: T) {
  return Type.Union([value, Type.Null()]);
}

const Named = Type.Object({ id: Type.String(), name: Type.String() });
const Person = Type.Object({ id: Type.String(), isMe: Type.Boolean(), email: Type.Optional(Type.Unknown()) });
const OtherIssue = Type.Object({
  id: Type.String(),
  identifier: Type.String(),
  state: orNull(Type.Object({ name: Type.String() })),
});
const Relation = Type.Object({ type: Type.String(), issue: OtherIssue });

/** The end of a relation that leads to an issue. */
export type RelationNode = Static<typeof Relation>;
/** An issue as relations name it. */
export type OtherIssueNode = Static<typeof OtherIssue>;

/** An issue as our queries ask for it. Only what an issue cannot do without is demanded (S-010); the rest is read as far as usable (S-014). */
export type IssueNode = Static<typeof IssueNode>;
export const IssueNode = Type.Object({
  id: Text,
  identifier: Text,
  title: Text,
  description: Type.Optional(Type.Unknown()),
  priority: Type.Optional(Type.Unknown()),
  branchName: Type.Optional(Type.Unknown()),
  url: Type.Optional(Type.Unknown()),
  createdAt: Type.Optional(Type.Unknown()),
  updatedAt: Type.Optional(Type.Unknown()),
  archivedAt: Type.Optional(Type.Unknown()),
  trashed: Type.Optional(Type.Unknown()),
  state: Type.Object({ id: Type.String(), name: Text, type: Type.String() }),
  team: Type.Object({ id: Type.String(), key: Type.String() }),
  project: orNull(Type.Object({ slugId: Type.String() })),
  assignee: orNull(Person),
  delegate: orNull(Person),
  labels: connection(Named),
  inverseRelations: connection(Relation),
});

/** A page of issues; each is checked by itself, because one that is malformed must not hide the others. */
export type IssuesAnswer = Static<typeof IssuesAnswer>;
export const IssuesAnswer = Type.Object({ issues: connection(Type.Unknown()) });

export type IssueLabelsAnswer = Static<typeof IssueLabelsAnswer>;
export const IssueLabelsAnswer = Type.Object({ issue: Type.Object({ labels: connection(Named) }) });

export type IssueBlockersAnswer = Static<typeof IssueBlockersAnswer>;
export const IssueBlockersAnswer = Type.Object({ issue: Type.Object({ inverseRelations: connection(Relation) }) });

export type StatesAnswer = Static<typeof StatesAnswer>;
export const StatesAnswer = Type.Object({
  workflowStates: connection(Type.Object({ id: Type.String(), name: Type.String(), type: Type.String() })),
});

export type LabelsAnswer = Static<typeof LabelsAnswer>;
export const LabelsAnswer = Type.Object({
  issueLabels: connection(
    Type.Object({ id: Type.String(), name: Type.String(), team: orNull(Type.Object({ id: Type.String() })) }),
  ),
});

export type LabelCreateAnswer = Static<typeof LabelCreateAnswer>;
export const LabelCreateAnswer = Type.Object({
  issueLabelCreate: Type.Object({ success: Type.Literal(true), issueLabel: Named }),
});

export type UsersAnswer = Static<typeof UsersAnswer>;
export const UsersAnswer = Type.Object({
  users: connection(Type.Object({ id: Type.String(), name: Type.String(), isMe: Type.Boolean() })),
});

/** Whether key, team and project are what the options say. */
export type ScopeAnswer = Static<typeof ScopeAnswer>;
export const ScopeAnswer = Type.Object({
  viewer: Named,
  teams: connection(Type.Object({ id: Type.String(), key: Type.String() })),
  projects: connection(
    Type.Object({
      id: Type.String(),
      slugId: Type.String(),
      teams: connection(Type.Object({ id: Type.String(), key: Type.String() })),
    }),
  ),
});

const Issued = Type.Object({ success: Type.Literal(true), issue: IssueNode });

export type IssueUpdateAnswer = Static<typeof IssueUpdateAnswer>;
export const IssueUpdateAnswer = Type.Object({ issueUpdate: Issued });

export type IssueCreateAnswer = Static<typeof IssueCreateAnswer>;
export const IssueCreateAnswer = Type.Object({ issueCreate: Issued });

const Comment = Type.Object({
  id: Type.String(),
  body: Type.String(),
  createdAt: Type.String(),
  user: orNull(
    Type.Object({
      displayName: Type.String(),
      isMe: Type.Boolean(),
      active: Type.Boolean(),
      guest: Type.Boolean(),
      app: Type.Boolean(),
    }),
  ),
  botActor: orNull(Type.Object({ name: orNull(Type.String()) })),
});

/** A comment as our queries ask for it. */
export type CommentNode = Static<typeof Comment>;

export type IssueCommentsAnswer = Static<typeof IssueCommentsAnswer>;
export const IssueCommentsAnswer = Type.Object({ issue: Type.Object({ comments: connection(Comment) }) });

export type CommentsAnswer = Static<typeof CommentsAnswer>;
export const CommentsAnswer = Type.Object({
  comments: connection(Type.Object({ id: Type.String(), body: Type.String() })),
});

const Commented = Type.Object({ success: Type.Literal(true), comment: Type.Object({ id: Type.String() }) });

export type CommentCreateAnswer = Static<typeof CommentCreateAnswer>;
export const CommentCreateAnswer = Type.Object({ commentCreate: Commented });

export type CommentUpdateAnswer = Static<typeof CommentUpdateAnswer>;
export const CommentUpdateAnswer = Type.Object({ commentUpdate: Commented });

const Done = Type.Object({ success: Type.Literal(true) });

export type CommentDeleteAnswer = Static<typeof CommentDeleteAnswer>;
export const CommentDeleteAnswer = Type.Object({ commentDelete: Done });

export type RelationCreateAnswer = Static<typeof RelationCreateAnswer>;
export const RelationCreateAnswer = Type.Object({ issueRelationCreate: Done });

export type AttachmentCreateAnswer = Static<typeof AttachmentCreateAnswer>;
export const AttachmentCreateAnswer = Type.Object({ attachmentCreate: Done });

export type PullAttachAnswer = Static<typeof PullAttachAnswer>;
export const PullAttachAnswer = Type.Object({ attachmentLinkGitHubPR: Done });

export type RelationsAnswer = Static<typeof RelationsAnswer>;
export const RelationsAnswer = Type.Object({
  issue: Type.Object({
    parent: orNull(OtherIssue),
    children: connection(OtherIssue),
    relations: connection(Type.Object({ type: Type.String(), relatedIssue: OtherIssue })),
    inverseRelations: connection(Relation),
  }),
});

/** What we read of a refused answer; its text is never passed on as it is. */
export type LinearRefusal = Static<typeof LinearRefusal>;
export const LinearRefusal = Type.Object({
  status: Type.Number(),
  errors: Type.Optional(
    Type.Array(
      Type.Object({
        message: Type.String(),
        extensions: Type.Optional(
          Type.Object({
            code: Type.Optional(Type.String()),
            type: Type.Optional(Type.String()),
            userError: Type.Optional(Type.Boolean()),
            userPresentableMessage: Type.Optional(Type.String()),
          }),
        ),
      }),
    ),
  ),
});

/** What we read of a webhook. */
export type LinearDelivery = Static<typeof LinearDelivery>;
export const LinearDelivery = Type.Object({
  type: Type.String(),
  webhookTimestamp: Type.Number(),
  data: Type.Object({
    id: Type.Optional(Type.String()),
    issueId: Type.Optional(orNull(Type.String())),
    relatedIssueId: Type.Optional(orNull(Type.String())),
  }),
});
