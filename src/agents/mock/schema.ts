import { type Static, Type } from "typebox";

const strict = { additionalProperties: false } as const;
const lenient = { additionalProperties: true } as const;
const count = Type.Integer({ minimum: 0 });

const WriteStep = Type.Object({ do: Type.Literal("write"), path: Type.String(), text: Type.String() }, strict);
const EditStep = Type.Object(
  {
    do: Type.Literal("edit"),
    path: Type.String(),
    find: Type.String({ minLength: 1 }),
    replace: Type.String(),
  },
  strict,
);
const DeleteStep = Type.Object({ do: Type.Literal("delete"), path: Type.String() }, strict);
const RunStep = Type.Object({ do: Type.Literal("run"), command: Type.String() }, strict);
const SpawnStep = Type.Object({ do: Type.Literal("spawn"), command: Type.String() }, strict);
const SayStep = Type.Object({ do: Type.Literal("say"), text: Type.String() }, strict);
const CallStep = Type.Object(
  {
    do: Type.Literal("call"),
    tool: Type.String(),
    arguments: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
  },
  strict,
);
const AskStep = Type.Object({ do: Type.Literal("ask"), question: Type.String() }, strict);
const FailStep = Type.Object(
  { do: Type.Literal("fail"), message: Type.String(), kind: Type.Optional(Type.String()) },
  strict,
);
const SleepStep = Type.Object({ do: Type.Literal("sleep"), ms: count }, strict);
const QuotaStep = Type.Object({ do: Type.Literal("quota"), reset_in_ms: Type.Optional(count) }, strict);
const UsageStep = Type.Object(
  {
    do: Type.Literal("usage"),
    input_tokens: count,
    output_tokens: count,
    model: Type.Optional(Type.String()),
    /** The numbers are what the session has used in all, over all its runs. */
    total: Type.Optional(Type.Boolean()),
  },
  strict,
);
const ExitStep = Type.Object({ do: Type.Literal("exit"), code: count }, strict);
const FloodStep = Type.Object(
  { do: Type.Literal("flood"), events: count, per_second: Type.Optional(Type.Integer({ minimum: 1 })) },
  strict,
);
const PrintStep = Type.Object(
  { do: Type.Literal("print"), text: Type.String(), to: Type.Union([Type.Literal("stdout"), Type.Literal("stderr")]) },
  strict,
);
const PlainStep = <T extends string>(name: T) => Type.Object({ do: Type.Literal(name) }, strict);
const HangStep = PlainStep("hang");
const CrashStep = PlainStep("crash");
const IgnoreStep = PlainStep("ignore_signals");
const EndTurnStep = PlainStep("end_turn");

const STEPS = [
  WriteStep,
  EditStep,
  DeleteStep,
  RunStep,
  SpawnStep,
  SayStep,
  CallStep,
  AskStep,
  FailStep,
  SleepStep,
  QuotaStep,
  UsageStep,
  ExitStep,
  FloodStep,
  PrintStep,
  HangStep,
  CrashStep,
  IgnoreStep,
  EndTurnStep,
];

/** One thing that the built-in program does. */
export type Step = Static<(typeof STEPS)[number]>;
export const Step = Type.Unsafe<Step>({
  type: "object",
  required: ["do"],
  discriminator: { propertyName: "do" },
  oneOf: STEPS,
});

/** What the agent does in each run of an issue; runs beyond the list repeat its last entry. */
export type Script = Static<typeof Script>;
export const Script = Type.Object({ runs: Type.Array(Type.Array(Step), { minItems: 1 }) }, strict);

/** `agent_provider.options` of the mock, as written. */
export type MockOptions = Static<typeof MockOptions>;
export const MockOptions = Type.Object(
  {
    command: Type.Optional(
      Type.Union([Type.String({ minLength: 1 }), Type.Array(Type.String(), { minItems: 1 })], {
        description: "Replaces the built-in program: a shell line, run by `bash -lc`, or a program with its arguments.",
      }),
    ),
    message: Type.Optional(Type.String({ description: "What the agent says when no script is given." })),
    complete_issue_state: Type.Optional(
      Type.String({ minLength: 1, description: "Route that the agent hands off to when no script is given." }),
    ),
    scripts: Type.Optional(
      Type.Record(Type.String(), Script, { description: "What to do, by issue identifier; `default` for the others." }),
    ),
    litter: Type.Optional(
      Type.Array(Type.String({ minLength: 1 }), {
        description: "Names in the workspace that the agent leaves for itself and that belong to no change.",
      }),
    ),
    log: Type.Optional(
      Type.String({ pattern: "^/", description: "Absolute path; each agent appends a line when it starts and stops." }),
    ),
  },
  strict,
);

const ReadyMessage = Type.Object(
  { type: Type.Literal("ready"), session: Type.Optional(Type.String({ minLength: 1 })) },
  lenient,
);
const TextMessage = Type.Object({ type: Type.Literal("message"), text: Type.String() }, lenient);
const ActivityMessage = Type.Object({ type: Type.Literal("activity"), summary: Type.String() }, lenient);
const UsageMessage = Type.Object(
  {
    type: Type.Literal("usage"),
    input_tokens: count,
    output_tokens: count,
    total_tokens: Type.Optional(count),
    model: Type.Optional(Type.Union([Type.String(), Type.Null()])),
    total: Type.Optional(Type.Boolean()),
  },
  lenient,
);
const ToolCallMessage = Type.Object(
  {
    type: Type.Literal("tool_call"),
    id: Type.String({ minLength: 1 }),
    name: Type.String({ minLength: 1 }),
    arguments: Type.Optional(Type.Unknown()),
  },
  lenient,
);
const AskMessage = Type.Object({ type: Type.Literal("ask"), question: Type.String() }, lenient);
const QuotaMessage = Type.Object(
  { type: Type.Literal("quota"), reset_at: Type.Optional(Type.Union([Type.Number(), Type.Null()])) },
  lenient,
);
const TurnEndMessage = Type.Object(
  {
    type: Type.Literal("turn_end"),
    status: Type.Union([Type.Literal("completed"), Type.Literal("failed")]),
    message: Type.Optional(Type.Union([Type.String(), Type.Null()])),
    kind: Type.Optional(Type.String()),
    turn: Type.Optional(Type.Integer()),
  },
  lenient,
);

const MESSAGES = [
  ReadyMessage,
  TextMessage,
  ActivityMessage,
  UsageMessage,
  ToolCallMessage,
  AskMessage,
  QuotaMessage,
  TurnEndMessage,
];

/** What an agent sends, one JSON object on a line. */
export type AgentMessage = Static<(typeof MESSAGES)[number]>;
export const AgentMessage = Type.Unsafe<AgentMessage>({
  type: "object",
  required: ["type"],
  discriminator: { propertyName: "type" },
  oneOf: MESSAGES,
});

const StartMessage = Type.Object(
  {
    type: Type.Literal("start"),
    version: Type.Literal(1),
    session: Type.String(),
    title: Type.String(),
    workspace: Type.String(),
    tools: Type.Array(Type.Unknown()),
    resume: Type.Union([Type.String(), Type.Null()]),
    steps: Type.Array(Step),
    log: Type.Union([Type.String(), Type.Null()]),
  },
  lenient,
);
const TurnMessage = Type.Object(
  { type: Type.Literal("turn"), turn: Type.Integer({ minimum: 1 }), prompt: Type.String() },
  lenient,
);
const ToolResultMessage = Type.Object(
  {
    type: Type.Literal("tool_result"),
    id: Type.String(),
    ok: Type.Boolean(),
    code: Type.String(),
    text: Type.String(),
  },
  lenient,
);
const InterruptMessage = Type.Object({ type: Type.Literal("interrupt") }, lenient);
const StopMessage = Type.Object({ type: Type.Literal("stop") }, lenient);

const HOST_MESSAGES = [StartMessage, TurnMessage, ToolResultMessage, InterruptMessage, StopMessage];

/** What the host sends, one JSON object on a line. */
export type HostMessage = Static<(typeof HOST_MESSAGES)[number]>;
export const HostMessage = Type.Unsafe<HostMessage>({
  type: "object",
  required: ["type"],
  discriminator: { propertyName: "type" },
  oneOf: HOST_MESSAGES,
});
