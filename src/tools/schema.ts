import { type Static, Type } from "typebox";

/** Arguments of `run_handoff`. */
export type HandoffArguments = Static<typeof HandoffArguments>;
export const HandoffArguments = Type.Object(
  {
    summary: Type.String({ minLength: 1, maxLength: 20_000 }),
    route: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
    no_change_reason: Type.Optional(Type.String({ minLength: 1, maxLength: 4_000 })),
  },
  { additionalProperties: false },
);

/** Arguments of `run_attention`. */
export type AttentionArguments = Static<typeof AttentionArguments>;
export const AttentionArguments = Type.Object(
  {
    summary: Type.String({ minLength: 1, maxLength: 20_000 }),
    question: Type.Optional(Type.String({ minLength: 1, maxLength: 4_000 })),
  },
  { additionalProperties: false },
);

/** Arguments of `run_ask`. */
export type AskArguments = Static<typeof AskArguments>;
export const AskArguments = Type.Object(
  {
    question: Type.String({ minLength: 1, maxLength: 4_000 }),
    options: Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 500 }), { maxItems: 10 })),
  },
  { additionalProperties: false },
);

/** Arguments of `run_finalize`. */
export type FinalizeArguments = Static<typeof FinalizeArguments>;
export const FinalizeArguments = Type.Object(
  { path: Type.Union([Type.Literal("hand_off"), Type.Literal("attention")]) },
  { additionalProperties: false },
);
