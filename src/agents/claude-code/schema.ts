import { type Static, Type } from "typebox";

const lenient = { additionalProperties: true } as const;
const text = (description: string) => Type.String({ minLength: 1, description });

/** `agent_provider.options` of Claude Code. */
export type ClaudeOptions = Static<typeof ClaudeOptions>;
export const ClaudeOptions = Type.Object(
  {
    command: Type.Optional(
      Type.Union([text("A shell line."), Type.Array(Type.String(), { minItems: 1 })], {
        description:
          "The program: a list is a program with its arguments, a text a line for `bash -lc`. Default [claude].",
      }),
    ),
    command_argv: Type.Optional(
      Type.Array(Type.String(), { minItems: 1, description: "The same as a list in `command`; read for older files." }),
    ),
    model: Type.Optional(text("The model. Default: Claude Code's own.")),
    permission_mode: Type.Optional(
      Type.Enum(["default", "acceptEdits", "dontAsk", "plan", "bypassPermissions"], {
        description: "Claude Code's own permission mode. Default `default`: everything is put to the host's policy.",
      }),
    ),
    tools: Type.Optional(
      Type.Array(Type.String(), {
        description:
          "Claude Code's own tools that the agent gets. Default Bash, Read, Edit, Write, Glob, Grep, TodoWrite.",
      }),
    ),
    allowed_tools: Type.Optional(
      Type.Array(Type.String(), { description: "Tools that are allowed without asking, in Claude Code's words." }),
    ),
    append_system_prompt: Type.Optional(text("Added to Claude Code's system prompt.")),
    max_budget_usd: Type.Optional(
      Type.Number({ exclusiveMinimum: 0, description: "Money that Claude Code itself allows one process." }),
    ),
    settings: Type.Optional(
      Type.Unsafe<object>({ type: "object", description: "Settings of Claude Code, e.g. its sandbox." }),
    ),
    env: Type.Optional(
      Type.Record(Type.String(), Type.String(), { description: "Added to this agent's environment." }),
    ),
  },
  { additionalProperties: false },
);

const Block = Type.Object(
  {
    type: Type.String(),
    text: Type.Optional(Type.String()),
    thinking: Type.Optional(Type.String()),
    id: Type.Optional(Type.String()),
    name: Type.Optional(Type.String()),
    input: Type.Optional(Type.Unknown()),
    tool_use_id: Type.Optional(Type.String()),
    is_error: Type.Optional(Type.Boolean()),
  },
  lenient,
);

const Tokens = Type.Optional(Type.Union([Type.Number(), Type.Null()]));

/** Words of the model, and results of tools that go back to it. */
export type ChatMessage = Static<typeof ChatMessage>;
export const ChatMessage = Type.Object(
  {
    type: Type.Union([Type.Literal("assistant"), Type.Literal("user")]),
    message: Type.Object(
      {
        id: Type.Optional(Type.String()),
        model: Type.Optional(Type.String()),
        content: Type.Union([Type.String(), Type.Array(Block)]),
        usage: Type.Optional(
          Type.Object(
            {
              input_tokens: Tokens,
              output_tokens: Tokens,
              cache_read_input_tokens: Tokens,
              cache_creation_input_tokens: Tokens,
            },
            lenient,
          ),
        ),
      },
      lenient,
    ),
    error: Type.Optional(Type.Union([Type.String(), Type.Null()])),
  },
  lenient,
);

/** The end of a turn. An error of the model's provider comes as a success, with `is_error`. */
export type TurnEnded = Static<typeof TurnEnded>;
export const TurnEnded = Type.Object(
  {
    type: Type.Literal("result"),
    subtype: Type.String(),
    is_error: Type.Optional(Type.Boolean()),
    result: Type.Optional(Type.Union([Type.String(), Type.Null()])),
    errors: Type.Optional(Type.Array(Type.Unknown())),
    terminal_reason: Type.Optional(Type.Union([Type.String(), Type.Null()])),
    api_error_status: Type.Optional(Type.Union([Type.Number(), Type.Null()])),
    model_usage_since_last_result: Type.Optional(
      Type.Record(
        Type.String(),
        Type.Object(
          {
            inputTokens: Tokens,
            outputTokens: Tokens,
            cacheReadInputTokens: Tokens,
            cacheCreationInputTokens: Tokens,
            costUSD: Tokens,
            contextWindow: Tokens,
          },
          lenient,
        ),
      ),
    ),
  },
  lenient,
);

/** What it says about itself: at the start of each turn, and when it tries again. */
export type SystemNote = Static<typeof SystemNote>;
export const SystemNote = Type.Object(
  {
    type: Type.Literal("system"),
    subtype: Type.String(),
    claude_code_version: Type.Optional(Type.String()),
    mcp_servers: Type.Optional(Type.Array(Type.Object({ name: Type.String(), status: Type.String() }, lenient))),
  },
  lenient,
);

/** How much of the account's capacity is used; only with a subscription. */
export type RateLimitNote = Static<typeof RateLimitNote>;
export const RateLimitNote = Type.Object(
  {
    type: Type.Literal("rate_limit_event"),
    rate_limit_info: Type.Object(
      {
        status: Type.Optional(Type.String()),
        resetsAt: Type.Optional(Type.Union([Type.Number(), Type.Null()])),
        rateLimitType: Type.Optional(Type.Union([Type.String(), Type.Null()])),
        utilization: Type.Optional(Type.Union([Type.Number(), Type.Null()])),
      },
      lenient,
    ),
  },
  lenient,
);

/** What it asks of its host. */
export type HostAsked = Static<typeof HostAsked>;
export const HostAsked = Type.Object(
  {
    type: Type.Literal("control_request"),
    request_id: Type.String(),
    request: Type.Object(
      {
        subtype: Type.String(),
        tool_name: Type.Optional(Type.String()),
        input: Type.Optional(Type.Unknown()),
        requires_user_interaction: Type.Optional(Type.Boolean()),
        /** Of an elicitation: the question of a tool server. */
        mcp_server_name: Type.Optional(Type.String()),
        message: Type.Optional(Type.String()),
      },
      lenient,
    ),
  },
  lenient,
);

/** The input of its tool for asking people. */
export type UserQuestions = Static<typeof UserQuestions>;
export const UserQuestions = Type.Object(
  {
    questions: Type.Array(
      Type.Object(
        { question: Type.String(), options: Type.Optional(Type.Array(Type.Object({ label: Type.String() }, lenient))) },
        lenient,
      ),
    ),
  },
  lenient,
);

/** Its answer to what the host asked. */
export type HostAnswered = Static<typeof HostAnswered>;
export const HostAnswered = Type.Object(
  {
    type: Type.Literal("control_response"),
    response: Type.Object(
      {
        subtype: Type.String(),
        request_id: Type.String(),
        error: Type.Optional(Type.String()),
        response: Type.Optional(Type.Unknown()),
      },
      lenient,
    ),
  },
  lenient,
);
