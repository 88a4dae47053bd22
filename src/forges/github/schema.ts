import { type Static, Type } from "typebox";
import { ACCESS_KEYS } from "../../github/schema.ts";

/** `repo.provider` of kind `github`. */
export type GithubForgeOptions = Static<typeof GithubForgeOptions>;
export const GithubForgeOptions = Type.Object(
  {
    ...ACCESS_KEYS,
    merge_method: Type.Optional(
      Type.Union([Type.Literal("merge"), Type.Literal("squash"), Type.Literal("rebase"), Type.Null()]),
    ),
    required_checks: Type.Optional(Type.Array(Type.String({ pattern: "\\S" }))),
    options: Type.Optional(
      Type.Union([
        Type.Null(),
        Type.Object(
          { required_pr_label: Type.Optional(Type.Union([Type.String(), Type.Null()])) },
          { additionalProperties: false },
        ),
      ]),
    ),
  },
  { additionalProperties: false },
);

const Actor = Type.Union([Type.Null(), Type.Object({ __typename: Type.String(), login: Type.String() })]);
const PageInfo = Type.Object({
  hasNextPage: Type.Boolean(),
  endCursor: Type.Optional(Type.Union([Type.String(), Type.Null()])),
});
const Text = Type.Union([Type.String(), Type.Null()]);

const Remark = Type.Object({
  id: Type.String(),
  url: Type.Optional(Type.String()),
  body: Type.String(),
  createdAt: Type.String(),
  authorAssociation: Type.String(),
  author: Actor,
});

const Review = Type.Object({
  id: Type.String(),
  url: Type.Optional(Type.String()),
  state: Type.String(),
  body: Type.String(),
  submittedAt: Text,
  authorCanPushToRepository: Type.Boolean(),
  author: Actor,
  commit: Type.Union([Type.Null(), Type.Object({ oid: Type.String() })]),
});

const Thread = Type.Object({
  id: Type.String(),
  isResolved: Type.Boolean(),
  path: Type.String(),
  line: Type.Union([Type.Integer(), Type.Null()]),
  comments: Type.Object({ nodes: Type.Array(Remark) }),
});

const Context = Type.Object({
  __typename: Type.String(),
  isRequired: Type.Boolean(),
  // Of a check run.
  name: Type.Optional(Type.String()),
  status: Type.Optional(Type.String()),
  conclusion: Type.Optional(Text),
  detailsUrl: Type.Optional(Text),
  title: Type.Optional(Text),
  summary: Type.Optional(Text),
  // Of a commit status.
  context: Type.Optional(Type.String()),
  state: Type.Optional(Type.String()),
  description: Type.Optional(Text),
  targetUrl: Type.Optional(Text),
});

const Rollup = Type.Object({ contexts: Type.Object({ nodes: Type.Array(Context), pageInfo: PageInfo }) });

/** A pull request as the documents ask for it. */
export type Pull = Static<typeof Pull>;
export const Pull = Type.Object({
  id: Type.String(),
  number: Type.Integer(),
  state: Type.String(),
  isDraft: Type.Boolean(),
  title: Type.String(),
  body: Type.String(),
  url: Type.String(),
  updatedAt: Type.String(),
  headRefName: Type.String(),
  headRefOid: Type.String(),
  baseRefName: Type.String(),
  baseRefOid: Type.Optional(Text),
  mergeable: Type.String(),
  mergeStateStatus: Type.String(),
  reviewDecision: Text,
  isInMergeQueue: Type.Boolean(),
  author: Actor,
  mergeCommit: Type.Union([Type.Null(), Type.Object({ oid: Type.String() })]),
  labels: Type.Union([Type.Null(), Type.Object({ nodes: Type.Array(Type.Object({ name: Type.String() })) })]),
  reviews: Type.Union([Type.Null(), Type.Object({ nodes: Type.Array(Review) })]),
  comments: Type.Object({ nodes: Type.Array(Remark) }),
  reviewThreads: Type.Object({ nodes: Type.Array(Thread), pageInfo: PageInfo }),
  commits: Type.Object({
    nodes: Type.Array(
      Type.Object({
        commit: Type.Object({ oid: Type.String(), statusCheckRollup: Type.Union([Type.Null(), Rollup]) }),
      }),
    ),
  }),
});

/** The answer to the document that reads changes: one member for each number that was asked for. */
export type ChangesAnswer = Static<typeof ChangesAnswer>;
export const ChangesAnswer = Type.Object({
  viewer: Type.Object({ login: Type.String() }),
  repository: Type.Record(Type.String(), Type.Union([Type.Null(), Pull])),
});

/** The further pages of a pull request's threads and checks. */
export type MoreAnswer = Static<typeof MoreAnswer>;
export const MoreAnswer = Type.Object({
  node: Type.Object({
    reviewThreads: Type.Optional(Type.Object({ nodes: Type.Array(Thread), pageInfo: PageInfo })),
    commits: Type.Optional(
      Type.Object({
        nodes: Type.Array(
          Type.Object({ commit: Type.Object({ statusCheckRollup: Type.Union([Type.Null(), Rollup]) }) }),
        ),
      }),
    ),
  }),
});

/** The answer to the health question. */
export type HealthAnswer = Static<typeof HealthAnswer>;
export const HealthAnswer = Type.Object({
  repository: Type.Object({ viewerPermission: Text }),
});

/** A pull request as REST lists it. */
export type ListedPull = Static<typeof ListedPull>;
export const ListedPull = Type.Object({
  number: Type.Integer(),
  state: Type.String(),
  merged_at: Type.Optional(Text),
  head: Type.Object({
    ref: Type.String(),
    repo: Type.Optional(Type.Union([Type.Null(), Type.Object({ full_name: Type.String() })])),
  }),
});

/** A new remark. */
export type MadeRemark = Static<typeof MadeRemark>;
export const MadeRemark = Type.Object({ node_id: Type.String() });

/** The tip of a ref. */
export type RefAnswer = Static<typeof RefAnswer>;
export const RefAnswer = Type.Object({ object: Type.Object({ sha: Type.String() }) });

/** The answer to a merge. */
export type MergeAnswer = Static<typeof MergeAnswer>;
export const MergeAnswer = Type.Object({ sha: Type.String(), merged: Type.Boolean() });

/** One active rule of a branch, with the parameters that are read. */
export type BranchRule = Static<typeof BranchRule>;
export const BranchRule = Type.Object({
  type: Type.String(),
  parameters: Type.Optional(
    Type.Object({
      required_approving_review_count: Type.Optional(Type.Integer()),
      required_review_thread_resolution: Type.Optional(Type.Boolean()),
      required_status_checks: Type.Optional(Type.Array(Type.Object({ context: Type.String() }))),
    }),
  ),
});

/** A branch; its protection is told to everybody who may read it. */
export type BranchAnswer = Static<typeof BranchAnswer>;
export const BranchAnswer = Type.Object({
  protected: Type.Boolean(),
  protection: Type.Optional(
    Type.Object({
      required_status_checks: Type.Optional(
        Type.Union([Type.Null(), Type.Object({ contexts: Type.Array(Type.String()) })]),
      ),
    }),
  ),
});

/** The classic protection of a branch; only told to administrators. */
export type ProtectionAnswer = Static<typeof ProtectionAnswer>;
export const ProtectionAnswer = Type.Object({
  required_status_checks: Type.Optional(
    Type.Union([Type.Null(), Type.Object({ contexts: Type.Array(Type.String()) })]),
  ),
  required_pull_request_reviews: Type.Optional(
    Type.Union([Type.Null(), Type.Object({ required_approving_review_count: Type.Optional(Type.Integer()) })]),
  ),
  required_conversation_resolution: Type.Optional(Type.Object({ enabled: Type.Boolean() })),
});

/** A check run as REST shows it. */
export type CheckRunAnswer = Static<typeof CheckRunAnswer>;
export const CheckRunAnswer = Type.Object({
  id: Type.Integer(),
  output: Type.Object({ title: Type.Optional(Text), summary: Type.Optional(Text), text: Type.Optional(Text) }),
});
