import { type Static, Type } from "typebox";

/** What a person or program asks of the service. */
export type CommandBody = Static<typeof CommandBody>;
export const CommandBody = Type.Object(
  {
    verb: Type.String({ pattern: "^[a-z][a-z_]{0,39}$", description: "What is asked, e.g. `retry`." }),
    arguments: Type.Optional(
      Type.Record(Type.String({ minLength: 1, maxLength: 40 }), Type.String({ maxLength: 20_000 }), {
        maxProperties: 8,
        description: "`issue` (identifier or id) for the verbs about one issue, `body` where words are needed.",
      }),
    ),
  },
  { additionalProperties: false },
);

/** What opens a session. */
export type SessionBody = Static<typeof SessionBody>;
export const SessionBody = Type.Object(
  {
    token: Type.String({ minLength: 1, maxLength: 200, description: "From the link that the service printed." }),
    name: Type.Optional(
      Type.String({
        pattern: "^[A-Za-z0-9][A-Za-z0-9 ._@-]{0,39}$",
        description: "Under `http:<name>` the session's commands stand on record.",
      }),
    ),
  },
  { additionalProperties: false },
);

/** A body that may be left out. */
export type Nothing = Static<typeof Nothing>;
export const Nothing = Type.Object({}, { description: "Nothing is read from it." });

/** A line of a transcript as it is kept. */
export type KeptLine = Static<typeof KeptLine>;
export const KeptLine = Type.Object({ at: Type.Number(), kind: Type.String(), text: Type.String() });
