import { type Static, Type } from "typebox";

const Given = Type.String({ pattern: "\\S" });
const Url = Type.Union([Type.String({ pattern: "^\\s*https?://[^\\s@]+$" }), Type.Null()]);

/** `repo.provider` of kind `cnb`. */
export type CnbForgeOptions = Static<typeof CnbForgeOptions>;
export const CnbForgeOptions = Type.Object(
  {
    repository: Type.Optional(Type.Union([Type.String({ pattern: "^\\s*[\\w.-]+(?:/[\\w.-]+)+\\s*$" }), Type.Null()])),
    api_base_url: Type.Optional(Url),
    web_base_url: Type.Optional(Url),
    token: Type.Optional(Given),
    auth: Type.Optional(Type.Object({ from: Type.Literal("environment") }, { additionalProperties: false })),
    webhook_secret: Type.Optional(Given),
    merge_method: Type.Optional(
      Type.Union([Type.Literal("merge"), Type.Literal("squash"), Type.Literal("rebase"), Type.Null()]),
    ),
    required_checks: Type.Optional(Type.Array(Given)),
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

const Text = Type.Union([Type.String(), Type.Null()]);
const Line = Type.Union([Type.Integer(), Type.Null()]);

/** Somebody, or some program (`is_npc`). */
const Person = Type.Object({ username: Type.String(), is_npc: Type.Optional(Type.Boolean()) });
const PersonOrNone = Type.Optional(
  Type.Union([
    Type.Null(),
    Type.Object({ username: Type.Optional(Type.String()), is_npc: Type.Optional(Type.Boolean()) }),
  ]),
);
const Side = Type.Object({
  ref: Type.String(),
  sha: Type.String(),
  repo: Type.Optional(Type.Union([Type.Null(), Type.Object({ path: Type.String() })])),
});

const PULL = {
  number: Type.String({ pattern: "^[1-9]\\d*$" }),
  state: Type.String(),
  head: Side,
  base: Side,
  mergeable_state: Type.Optional(Text),
  blocked_on: Type.Optional(Text),
  merged_by: PersonOrNone,
};

/** A pull request among others: without its body, with the time of its last change. */
export type ListedPull = Static<typeof ListedPull>;
export const ListedPull = Type.Object({ ...PULL, updated_at: Type.Optional(Text) });

/** A pull request read by itself. */
export type Pull = Static<typeof Pull>;
export const Pull = Type.Object({
  ...PULL,
  title: Type.String(),
  body: Type.Optional(Text),
  is_wip: Type.Boolean(),
  author: PersonOrNone,
  labels: Type.Optional(Type.Union([Type.Null(), Type.Array(Type.Object({ name: Type.String() }))])),
});

/** A remark on a pull request as a whole. */
export type Remark = Static<typeof Remark>;
export const Remark = Type.Object({
  id: Type.String(),
  body: Type.String(),
  author: Person,
  created_at: Type.Optional(Text),
});

/** A review. CNB does not say which commit it is about. */
export type Review = Static<typeof Review>;
export const Review = Type.Object({
  id: Type.String(),
  state: Type.String(),
  body: Type.Optional(Text),
  author: Person,
  created_at: Type.Optional(Text),
});

/** A remark in a review, or an answer to one. */
export type ReviewRemark = Static<typeof ReviewRemark>;
export const ReviewRemark = Type.Object({
  id: Type.String(),
  body: Type.String(),
  author: Person,
  path: Type.Optional(Text),
  end_line: Type.Optional(Line),
  commit_hash: Type.Optional(Text),
  reply_to_comment_id: Type.Optional(Text),
  created_at: Type.Optional(Text),
});

/** What CI said about the head of a pull request. */
export type CommitStatuses = Static<typeof CommitStatuses>;
export const CommitStatuses = Type.Object({
  sha: Type.String(),
  state: Type.Optional(Text),
  statuses: Type.Union([
    Type.Null(),
    Type.Array(
      Type.Object({
        context: Type.String(),
        state: Type.String(),
        description: Type.Optional(Text),
        target_url: Type.Optional(Text),
        created_at: Type.Optional(Text),
      }),
    ),
  ]),
});

/** A changed file; without a patch where it is no text. */
export type ChangedFile = Static<typeof ChangedFile>;
export const ChangedFile = Type.Object({
  filename: Type.String(),
  status: Type.String(),
  patch: Type.Optional(Text),
});

/** A label of the repository. */
export type Label = Static<typeof Label>;
export const Label = Type.Object({ name: Type.String() });

/** Somebody with rights in the repository, inherited ones too. */
export type Member = Static<typeof Member>;
export const Member = Type.Object({ username: Type.String(), access_level: Type.Optional(Type.Unknown()) });

/** What branches of a name, or a pattern of names, ask for. */
export type Protection = Static<typeof Protection>;
export const Protection = Type.Object({
  rule: Type.String(),
  required_pull_request_reviews: Type.Optional(Type.Boolean()),
  required_approved_review_count: Type.Optional(Line),
  required_status_checks: Type.Optional(Type.Boolean()),
});

/** Which ways of merging a repository allows. */
export type MergeSettings = Static<typeof MergeSettings>;
export const MergeSettings = Type.Object({
  allow_merge_commit_merge: Type.Boolean(),
  allow_squash_merge: Type.Boolean(),
  allow_rebase_merge: Type.Boolean(),
});

/** The answer to a merge: done (`merged`), or begun. */
export type MergeAnswer = Static<typeof MergeAnswer>;
export const MergeAnswer = Type.Object({ merged: Type.Boolean(), sha: Type.Optional(Text) });

/** A commit. */
export type Commit = Static<typeof Commit>;
export const Commit = Type.Object({
  sha: Type.String(),
  commit: Type.Object({
    message: Type.String(),
    author: Type.Object({ date: Type.String() }),
    committer: Type.Object({ date: Type.String() }),
  }),
  parents: Type.Optional(Type.Union([Type.Null(), Type.Array(Type.Object({ sha: Type.String() }))])),
});

/** The builds of a commit. */
export type Builds = Static<typeof Builds>;
export const Builds = Type.Object({
  data: Type.Union([
    Type.Null(),
    Type.Array(Type.Object({ sn: Type.String(), title: Type.Optional(Text), status: Type.Optional(Text) })),
  ]),
});

const Stage = Type.Object({ id: Type.String(), name: Type.Optional(Text), status: Type.String() });

/** A build's pipelines with their stages. */
export type BuildStatus = Static<typeof BuildStatus>;
export const BuildStatus = Type.Object({
  pipelinesStatus: Type.Optional(
    Type.Union([
      Type.Null(),
      Type.Record(Type.String(), Type.Object({ stages: Type.Optional(Type.Union([Type.Null(), Type.Array(Stage)])) })),
    ]),
  ),
});

/** What one stage printed, line by line. */
export type StageLog = Static<typeof StageLog>;
export const StageLog = Type.Object({
  content: Type.Optional(Type.Union([Type.Null(), Type.Array(Type.String())])),
  error: Type.Optional(Text),
});

/** Whose token it is. */
export type Self = Static<typeof Self>;
export const Self = Type.Object({ username: Type.String({ minLength: 1 }) });

/** Why something was refused. */
export type Refusal = Static<typeof Refusal>;
export const Refusal = Type.Object({
  errcode: Type.Optional(Type.Union([Type.Integer(), Type.String()])),
  errmsg: Type.Optional(Text),
});

/** What a pipeline of the repository tells: its own name for the call, and when (epoch seconds). */
export type CnbDelivery = Static<typeof CnbDelivery>;
export const CnbDelivery = Type.Object({
  id: Given,
  at: Type.Integer(),
  pull: Type.Optional(Type.Union([Type.String(), Type.Integer(), Type.Null()])),
});
