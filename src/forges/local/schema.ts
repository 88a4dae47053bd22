import { type Static, type TProperties, Type } from "typebox";

const strict = { additionalProperties: false } as const;
const Decision = Type.Union([Type.Literal("approved"), Type.Literal("changes_requested"), Type.Literal("commented")]);
const State = Type.Union([Type.Literal("open"), Type.Literal("merged"), Type.Literal("closed")]);
const CheckStatus = Type.Union([Type.Literal("pending"), Type.Literal("passed"), Type.Literal("failed")]);
const TextOrNull = Type.Union([Type.String(), Type.Null()]);

/** `repo.provider` of kind `local`. */
export type LocalForgeOptions = Static<typeof LocalForgeOptions>;
export const LocalForgeOptions = Type.Object(
  {
    repository: Type.Optional(Type.String({ pattern: "\\S" })),
    socket: Type.Optional(Type.String({ pattern: "\\S" })),
  },
  strict,
);

/** `<number>.json`: one change. Head and base are those of the last write; of an open change the repository has the present ones. */
export type ChangeFile = Static<typeof ChangeFile>;
export const ChangeFile = Type.Object(
  {
    version: Type.Literal(1),
    number: Type.Integer({ minimum: 1 }),
    title: Type.String(),
    body: Type.String(),
    branch: Type.String(),
    base: Type.String(),
    state: State,
    head_sha: Type.String(),
    base_sha: Type.String(),
    merged_sha: TextOrNull,
    reviews: Type.Array(
      Type.Object(
        {
          id: Type.String(),
          author: Type.String(),
          decision: Decision,
          body: Type.String(),
          head_sha: Type.String(),
          at: Type.Number(),
        },
        strict,
      ),
    ),
    comments: Type.Array(
      Type.Object(
        { id: Type.String(), author: Type.String(), body: Type.String(), at: Type.Number(), topic: TextOrNull },
        strict,
      ),
    ),
    checks: Type.Array(
      Type.Object(
        {
          name: Type.String(),
          head_sha: Type.String(),
          status: CheckStatus,
          required: Type.Boolean(),
          summary: Type.String(),
        },
        strict,
      ),
    ),
    created_at: Type.Number(),
    updated_at: Type.Number(),
  },
  strict,
);

const call = <V extends string, P extends TProperties>(verb: V, args: P) =>
  Type.Object({ version: Type.Literal(1), verb: Type.Literal(verb), arguments: Type.Object(args, strict) }, strict);
const changeId = Type.String();

/** What the host is asked: one JSON line per connection, named as in the contract. */
export type HostRequest = Static<typeof HostRequest>;
export const HostRequest = Type.Union([
  call("branchHead", { branch: Type.String() }),
  call("ensureChange", {
    branch: Type.String(),
    base: Type.String(),
    headSha: Type.String(),
    title: Type.String(),
    body: Type.String(),
  }),
  call("findChange", { branch: Type.String() }),
  call("changesByIds", { ids: Type.Array(Type.String()) }),
  call("list", { state: Type.Union([State, Type.Null()]) }),
  call("diff", { changeId }),
  call("review", { changeId, author: Type.String(), decision: Decision, body: Type.String() }),
  call("comment", { changeId, author: Type.String(), body: Type.String() }),
  call("publishCheck", {
    changeId,
    name: Type.String(),
    headSha: Type.String(),
    passed: Type.Boolean(),
    summary: Type.String(),
  }),
  call("merge", { changeId, expectedHead: Type.String() }),
  call("close", { changeId }),
  call("deleteBranch", { branch: Type.String(), expectedHead: TextOrNull }),
  call("health", {}),
]);

/** What the host answers: one JSON line. */
export type HostAnswer = Static<typeof HostAnswer>;
export const HostAnswer = Type.Union([
  Type.Object({ version: Type.Literal(1), ok: Type.Literal(true), value: Type.Unknown() }, strict),
  Type.Object(
    {
      version: Type.Literal(1),
      ok: Type.Literal(false),
      error: Type.Object(
        {
          code: Type.String(),
          message: Type.String(),
          hint: Type.Optional(Type.String()),
          retryable: Type.Boolean(),
        },
        strict,
      ),
    },
    strict,
  ),
]);

/** A change on the wire, as the contract has it. */
export type WireChange = Static<typeof WireChange>;
export const WireChange = Type.Object(
  {
    id: Type.String(),
    url: TextOrNull,
    title: Type.String(),
    body: Type.String(),
    branch: Type.String(),
    base: Type.String(),
    headSha: Type.String(),
    baseSha: TextOrNull,
    state: State,
    draft: Type.Boolean(),
    mergeability: Type.Union([
      Type.Literal("clean"),
      Type.Literal("conflict"),
      Type.Literal("behind"),
      Type.Literal("unknown"),
    ]),
    mergedSha: TextOrNull,
    reviews: Type.Array(
      Type.Object(
        {
          id: Type.String(),
          author: Type.String(),
          decision: Decision,
          body: Type.String(),
          headSha: Type.String(),
          at: Type.Number(),
        },
        strict,
      ),
    ),
    comments: Type.Array(
      Type.Object(
        { id: Type.String(), author: Type.String(), body: Type.String(), at: Type.Number(), topic: TextOrNull },
        strict,
      ),
    ),
    checks: Type.Array(
      Type.Object(
        {
          name: Type.String(),
          headSha: Type.String(),
          status: CheckStatus,
          required: Type.Boolean(),
          summary: Type.String(),
        },
        strict,
      ),
    ),
    updatedAt: Type.Number(),
  },
  strict,
);

/** The answer to `findChange`; `null` is none. */
export type WireChangeOrNone = Static<typeof WireChangeOrNone>;
export const WireChangeOrNone = Type.Union([WireChange, Type.Null()]);

/** The answer to `list` and `changesByIds`. */
export type WireChanges = Static<typeof WireChanges>;
export const WireChanges = Type.Array(WireChange);

/** The answer to `diff` and `comment`. */
export type WireText = Static<typeof WireText>;
export const WireText = Type.String();

/** The answer to `branchHead`; `null` is none. */
export type WireTextOrNone = Static<typeof WireTextOrNone>;
export const WireTextOrNone = TextOrNull;

/** The answer of verbs that only happen. */
export type WireNothing = Static<typeof WireNothing>;
export const WireNothing = Type.Null();

/** The answer to `merge`. */
export type WireMerge = Static<typeof WireMerge>;
export const WireMerge = Type.Union([
  Type.Object({ kind: Type.Union([Type.Literal("merged"), Type.Literal("already")]), sha: Type.String() }, strict),
  Type.Object(
    {
      kind: Type.Literal("refused"),
      code: Type.Union([
        Type.Literal("head_moved"),
        Type.Literal("conflict"),
        Type.Literal("closed"),
        Type.Literal("not_allowed"),
      ]),
      sentence: Type.String(),
    },
    strict,
  ),
]);

/** The answer to `deleteBranch`. */
export type WireDeletion = Static<typeof WireDeletion>;
export const WireDeletion = Type.Union([Type.Literal("deleted"), Type.Literal("already"), Type.Literal("moved")]);

/** The faults file of the host: what goes wrong, in order, per verb. `none` lets a call pass. */
export type HostFaultList = Static<typeof HostFaultList>;
export const HostFaultList = Type.Array(
  Type.Object(
    {
      verb: Type.String(),
      fault: Type.Union([
        Type.Literal("none"),
        Type.Literal("fail"),
        Type.Literal("lose_request"),
        Type.Literal("lose_answer"),
        Type.Literal("late"),
        Type.Literal("stale"),
      ]),
      late_ms: Type.Optional(Type.Number({ minimum: 0 })),
    },
    strict,
  ),
);
