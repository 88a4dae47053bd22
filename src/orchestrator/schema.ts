import { type Static, type TSchema, Type } from "typebox";

const Text = Type.String();
const Instant = Type.String();
const Count = Type.Number();
const orNull = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);

/** What a running service leaves for commands beside it: `outside.json` in the state directory. */
export type OutsideFile = Static<typeof OutsideFile>;
export const OutsideFile = Type.Object({
  version: Type.Literal(1),
  instance: Text,
  outside: Type.Object({
    polling: Type.Object({
      interval_ms: Count,
      reason: orNull(Type.Object({ code: Text, sentence: Text })),
    }),
    api_budgets: Type.Array(
      Type.Object({
        users: Type.Array(Text),
        credential: Text,
        limit: orNull(Count),
        remaining: orNull(Count),
        resets_at: orNull(Instant),
        spent: Count,
      }),
    ),
    claims: Type.Array(Type.Object({ issue_id: Text, issue_identifier: Text, owner: Text, until: Instant })),
  }),
});
