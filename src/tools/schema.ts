import { type Static, Type } from "typebox";
import type { JsonObject } from "../base/json-value.ts";

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
  { path: Type.Enum(["hand_off", "repair_done", "result", "attention"], { type: "string" }) },
  { additionalProperties: false },
);

/** Arguments of `run_repair_done`. */
export type RepairDoneArguments = Static<typeof RepairDoneArguments>;
export const RepairDoneArguments = Type.Object(
  {
    summary: Type.String({ minLength: 1, maxLength: 20_000 }),
    no_change_reason: Type.Optional(Type.String({ minLength: 1, maxLength: 4_000 })),
  },
  { additionalProperties: false },
);

/** Arguments of `run_result`; what its kind asks of the result is checked by the kind's own schema. */
export type ResultArguments = Static<typeof ResultArguments>;
export const ResultArguments = Type.Object(
  {
    route: Type.String({ minLength: 1, maxLength: 200 }),
    summary: Type.String({ minLength: 1, maxLength: 20_000 }),
    result: Type.Unsafe<JsonObject>({ type: "object" }),
  },
  { additionalProperties: false },
);
