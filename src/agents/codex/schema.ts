import { type Static, Type } from "typebox";
import type { JsonObject, JsonValue } from "../../base/json.ts";

const strict = { additionalProperties: false } as const;
const lenient = { additionalProperties: true } as const;
const maybe = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) =>
  Type.Optional(Type.Union([schema, Type.Null()]));
const anything = Type.Unsafe<JsonValue>({});

/** A value that Codex defines and checks: a text or an object, passed on as it is written (S-054). */
const codexValue = Type.Union([
  Type.String({ minLength: 1 }),
  Type.Unsafe<JsonObject>({ type: "object", minProperties: 1 }),
]);

/** `agent_provider.options` of Codex, as written. */
export type CodexOptions = Static<typeof CodexOptions>;
export const CodexOptions = Type.Object(
  {
    command: Type.Optional(
      Type.Union([Type.String({ pattern: "\\S" }), Type.Array(Type.String({ minLength: 1 }), { minItems: 1 })], {
        description:
          "What starts the app server: a shell line, run as it stands by `bash -lc`, or a program with its arguments.",
      }),
    ),
    command_argv: Type.Optional(
      Type.Array(Type.String(), { minItems: 1, description: "The same as a list in `command`; read for older files." }),
    ),
    approval_policy: Type.Optional(codexValue),
    thread_sandbox: Type.Optional(Type.String({ minLength: 1, description: "Codex's sandbox mode of the thread." })),
    turn_sandbox_policy: Type.Optional(
      Type.Unsafe<JsonObject>({ type: "object", description: "Codex's sandbox policy of each turn." }),
    ),
    model: Type.Optional(Type.String({ minLength: 1 })),
    reasoning_effort: Type.Optional(Type.String({ minLength: 1 })),
    developer_instructions: Type.Optional(
      Type.String({ minLength: 1, description: "Said to the model beside the prompt." }),
    ),
    config: Type.Optional(
      Type.Unsafe<JsonObject>({
        type: "object",
        description: "Settings of Codex by their dotted names, for the session's thread.",
      }),
    ),
    trust_repository: Type.Optional(
      Type.Boolean({
        description:
          "Lets Codex read the repository's own `.codex/config.toml`, which may start programs outside of the sandbox.",
      }),
    ),
    tools: Type.Optional(
      Type.Union([Type.Literal("mcp"), Type.Literal("dynamic")], {
        description: "How typed tools reach Codex: from the run's tool server, or over the session's own protocol.",
      }),
    ),
  },
  strict,
);

/** The answer to `initialize`. */
export type Greeting = Static<typeof Greeting>;
export const Greeting = Type.Object({ userAgent: Type.String() }, lenient);

/** The answers to `thread/start` and `thread/resume`. */
export type ThreadOpened = Static<typeof ThreadOpened>;
export const ThreadOpened = Type.Object(
  { thread: Type.Object({ id: Type.String({ minLength: 1 }) }, lenient), model: maybe(Type.String()) },
  lenient,
);

/** The answer to `turn/start`. */
export type TurnBegun = Static<typeof TurnBegun>;
export const TurnBegun = Type.Object({ turn: Type.Object({ id: Type.String({ minLength: 1 }) }, lenient) }, lenient);

const turnError = Type.Object(
  { message: Type.String(), codexErrorInfo: Type.Optional(anything), additionalDetails: maybe(Type.String()) },
  lenient,
);

/** Why a turn failed. `codexErrorInfo` is an open set: a word, or an object with the word as its one key. */
export type TurnError = Static<typeof turnError>;

/** `turn/completed`. */
export type TurnCompleted = Static<typeof TurnCompleted>;
export const TurnCompleted = Type.Object(
  {
    threadId: Type.String(),
    turn: Type.Object({ id: Type.String(), status: Type.String(), error: maybe(turnError) }, lenient),
  },
  lenient,
);

/** `error`. */
export type ErrorNotice = Static<typeof ErrorNotice>;
export const ErrorNotice = Type.Object(
  { threadId: Type.String(), turnId: maybe(Type.String()), error: turnError, willRetry: Type.Boolean() },
  lenient,
);

const id = Type.String({ minLength: 1 });
const tool = Type.String();
const status = Type.String();
const ITEMS = [
  Type.Object({ type: Type.Literal("agentMessage"), id, text: Type.String() }, lenient),
  Type.Object({ type: Type.Literal("reasoning"), id, summary: Type.Optional(Type.Array(Type.String())) }, lenient),
  Type.Object({ type: Type.Literal("plan"), id, text: Type.String() }, lenient),
  Type.Object(
    { type: Type.Literal("commandExecution"), id, command: Type.String(), exitCode: maybe(Type.Integer()) },
    lenient,
  ),
  Type.Object(
    {
      type: Type.Literal("fileChange"),
      id,
      status,
      changes: Type.Array(
        Type.Object(
          {
            path: Type.String(),
            kind: Type.Object({ type: Type.String(), move_path: maybe(Type.String()) }, lenient),
          },
          lenient,
        ),
      ),
    },
    lenient,
  ),
  Type.Object(
    { type: Type.Literal("mcpToolCall"), id, server: Type.String(), tool, status, arguments: Type.Optional(anything) },
    lenient,
  ),
  Type.Object(
    {
      type: Type.Literal("dynamicToolCall"),
      id,
      tool,
      status,
      arguments: Type.Optional(anything),
      success: maybe(Type.Boolean()),
    },
    lenient,
  ),
  Type.Object({ type: Type.Literal("webSearch"), id, query: Type.Optional(Type.String()) }, lenient),
  Type.Object({ type: Type.Literal("contextCompaction"), id }, lenient),
  Type.Object({ type: Type.Literal("userMessage"), id }, lenient),
];

/** What Codex does within a turn, as far as it is read. */
export type Item = Static<(typeof ITEMS)[number]>;

/** `item/started` and `item/completed` of an item that is read. */
export type ItemNotice = Static<typeof ItemNotice>;
export const ItemNotice = Type.Object(
  {
    threadId: Type.String(),
    turnId: Type.String(),
    item: Type.Unsafe<Item>({
      type: "object",
      required: ["type"],
      discriminator: { propertyName: "type" },
      oneOf: ITEMS,
    }),
  },
  lenient,
);

const count = Type.Integer({ minimum: 0 });
const totals = Type.Object(
  {
    inputTokens: count,
    outputTokens: count,
    totalTokens: count,
    cachedInputTokens: Type.Optional(count),
    cacheWriteInputTokens: Type.Optional(count),
    reasoningOutputTokens: Type.Optional(count),
  },
  lenient,
);

/** What a thread has used since it began; the cached input is part of the input, the reasoning part of the output. */
export type TokenTotals = Static<typeof totals>;

/** `thread/tokenUsage/updated`. */
export type TokenNotice = Static<typeof TokenNotice>;
export const TokenNotice = Type.Object(
  {
    threadId: Type.String(),
    turnId: Type.String(),
    tokenUsage: Type.Object(
      {
        total: totals,
        last: Type.Optional(Type.Object({ totalTokens: count }, lenient)),
        modelContextWindow: maybe(count),
      },
      lenient,
    ),
  },
  lenient,
);

const limitWindow = maybe(
  Type.Object(
    { usedPercent: Type.Number(), windowDurationMins: maybe(Type.Number()), resetsAt: maybe(Type.Number()) },
    lenient,
  ),
);

/** `account/rateLimits/updated`. Sparse: what is absent or null says nothing about what was known before. */
export type RateLimitNotice = Static<typeof RateLimitNotice>;
export const RateLimitNotice = Type.Object(
  { rateLimits: Type.Object({ limitId: maybe(Type.String()), primary: limitWindow, secondary: limitWindow }, lenient) },
  lenient,
);

/** `item/tool/call`. */
export type DynamicCall = Static<typeof DynamicCall>;
export const DynamicCall = Type.Object({ callId: Type.String(), tool, arguments: Type.Optional(anything) }, lenient);

/** `item/tool/requestUserInput`. */
export type UserQuestions = Static<typeof UserQuestions>;
export const UserQuestions = Type.Object(
  {
    questions: Type.Array(
      Type.Object(
        {
          id: Type.String(),
          question: Type.String(),
          options: maybe(Type.Array(Type.Object({ label: Type.String() }, lenient))),
        },
        lenient,
      ),
    ),
  },
  lenient,
);

/** `mcpServer/elicitation/request`. */
export type Elicitation = Static<typeof Elicitation>;
export const Elicitation = Type.Object(
  {
    serverName: Type.String(),
    mode: Type.Optional(Type.String()),
    message: Type.Optional(Type.String()),
    _meta: maybe(Type.Object({ codex_approval_kind: Type.Optional(Type.String()) }, lenient)),
  },
  lenient,
);

/** Requests for leave to run a command, to change files, or to have more rights. */
export type Approval = Static<typeof Approval>;
export const Approval = Type.Object(
  {
    command: Type.Optional(Type.Union([Type.String(), Type.Array(Type.String()), Type.Null()])),
    reason: maybe(Type.String()),
    cwd: maybe(Type.String()),
    grantRoot: maybe(Type.String()),
    networkApprovalContext: maybe(Type.Object({ host: Type.Optional(Type.String()) }, lenient)),
    permissions: maybe(Type.Unsafe<JsonObject>({ type: "object" })),
  },
  lenient,
);

/** The answer to `account/read`. */
export type AccountRead = Static<typeof AccountRead>;
export const AccountRead = Type.Object({ account: maybe(Type.Object({ type: Type.String() }, lenient)) }, lenient);

/** The answer to `mcpServerStatus/list`. */
export type ServerList = Static<typeof ServerList>;
export const ServerList = Type.Object(
  {
    data: Type.Array(
      Type.Object(
        { name: Type.String(), tools: Type.Unsafe<JsonObject>({ type: "object" }), toolsError: maybe(Type.String()) },
        lenient,
      ),
    ),
  },
  lenient,
);
