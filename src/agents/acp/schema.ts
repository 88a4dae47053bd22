import { type Static, Type } from "typebox";

const lenient = { additionalProperties: true } as const;
const text = (description: string) => Type.String({ minLength: 1, description });
const milliseconds = (description: string) => Type.Optional(Type.Integer({ minimum: 1, description }));

/** `agent_provider.options` of every agent that speaks ACP. */
export type AcpOptions = Static<typeof AcpOptions>;
export const AcpOptions = Type.Object(
  {
    command: Type.Optional(
      Type.Union([text("A shell line."), Type.Array(Type.String(), { minItems: 1 })], {
        description: "The agent's program: a list is a program with its arguments, a text a line for `bash -lc`.",
      }),
    ),
    command_argv: Type.Optional(
      Type.Array(Type.String(), { minItems: 1, description: "The same as a list in `command`; read for older files." }),
    ),
    model: Type.Optional(text("The model, as the agent names it.")),
    mode: Type.Optional(text("The session mode to set, as the agent names it.")),
    env: Type.Optional(
      Type.Record(Type.String(), Type.String(), { description: "Added to this agent's environment." }),
    ),
    config: Type.Optional(
      Type.Unsafe<object>({
        type: "object",
        description: "opencode, gemini: merged into the settings it starts with.",
      }),
    ),
    startup_timeout_ms: milliseconds("Longest start, milliseconds. Default: agent.startup_timeout_ms."),
  },
  { additionalProperties: false },
);

/** What an agent says about itself. */
export type Initialized = Static<typeof Initialized>;
export const Initialized = Type.Object(
  {
    protocolVersion: Type.Number(),
    agentInfo: Type.Optional(
      Type.Object({ name: Type.Optional(Type.String()), version: Type.Optional(Type.String()) }, lenient),
    ),
    agentCapabilities: Type.Optional(
      Type.Object(
        {
          loadSession: Type.Optional(Type.Boolean()),
          mcpCapabilities: Type.Optional(
            Type.Object({ http: Type.Optional(Type.Boolean()), sse: Type.Optional(Type.Boolean()) }, lenient),
          ),
          sessionCapabilities: Type.Optional(
            Type.Object({ resume: Type.Optional(Type.Unknown()), close: Type.Optional(Type.Unknown()) }, lenient),
          ),
        },
        lenient,
      ),
    ),
  },
  lenient,
);

/** The answer to `session/new`. */
export type NewSession = Static<typeof NewSession>;
export const NewSession = Type.Object({ sessionId: Type.String({ minLength: 1 }) }, lenient);

const Tokens = Type.Optional(Type.Number({ minimum: 0 }));

/** The end of a turn. */
export type PromptEnd = Static<typeof PromptEnd>;
export const PromptEnd = Type.Object(
  {
    stopReason: Type.String(),
    usage: Type.Optional(
      Type.Union([
        Type.Null(),
        Type.Object(
          {
            inputTokens: Tokens,
            outputTokens: Tokens,
            totalTokens: Tokens,
            cachedReadTokens: Tokens,
            cachedWriteTokens: Tokens,
            thoughtTokens: Tokens,
          },
          lenient,
        ),
      ]),
    ),
    /** Where Gemini CLI tells it. */
    _meta: Type.Optional(
      Type.Object(
        {
          quota: Type.Optional(
            Type.Object(
              { token_count: Type.Optional(Type.Object({ input_tokens: Tokens, output_tokens: Tokens }, lenient)) },
              lenient,
            ),
          ),
        },
        lenient,
      ),
    ),
  },
  lenient,
);

const ToolFields = {
  toolCallId: Type.Optional(Type.String()),
  title: Type.Optional(Type.Union([Type.String(), Type.Null()])),
  kind: Type.Optional(Type.Union([Type.String(), Type.Null()])),
  status: Type.Optional(Type.Union([Type.String(), Type.Null()])),
  rawInput: Type.Optional(Type.Unknown()),
  rawOutput: Type.Optional(Type.Unknown()),
  content: Type.Optional(Type.Unknown()),
};

/** What happens in a session, as far as it is read here. */
export type SessionUpdate = Static<typeof SessionUpdate>;
export const SessionUpdate = Type.Object(
  {
    sessionId: Type.String(),
    update: Type.Object(
      {
        ...ToolFields,
        sessionUpdate: Type.String(),
        used: Type.Optional(Type.Number()),
        size: Type.Optional(Type.Union([Type.Number(), Type.Null()])),
        cost: Type.Optional(
          Type.Union([
            Type.Null(),
            Type.Object({ amount: Type.Number(), currency: Type.Optional(Type.String()) }, lenient),
          ]),
        ),
      },
      lenient,
    ),
  },
  lenient,
);

/** What an agent asks before it acts. */
export type PermissionAsked = Static<typeof PermissionAsked>;
export const PermissionAsked = Type.Object(
  {
    toolCall: Type.Object(ToolFields, lenient),
    options: Type.Array(Type.Object({ optionId: Type.String(), kind: Type.Optional(Type.String()) }, lenient)),
  },
  lenient,
);

/** `GET /session/<id>` of opencode: what the session has used in all. */
export type OpencodeSession = Static<typeof OpencodeSession>;
export const OpencodeSession = Type.Object(
  {
    cost: Type.Optional(Type.Number()),
    tokens: Type.Object(
      {
        input: Type.Number(),
        output: Type.Number(),
        reasoning: Type.Optional(Type.Number()),
        cache: Type.Optional(
          Type.Object({ read: Type.Optional(Type.Number()), write: Type.Optional(Type.Number()) }, lenient),
        ),
      },
      lenient,
    ),
  },
  lenient,
);
