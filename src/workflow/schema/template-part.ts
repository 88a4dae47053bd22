import { type Static, Type } from "typebox";
import type { JsonObject } from "../../base/json-value.ts";

export type TemplatePart = Static<typeof TemplatePart>;
/** The front matter of a part that workflow files are composed from. A profile's part has the prompt as its body. */
export const TemplatePart = Type.Object(
  {
    about: Type.String({ minLength: 1, description: "What the part is, in a few words." }),
    workflow: Type.Unsafe<JsonObject>({ type: "object", description: "What it adds to the front matter." }),
    profile: Type.Optional(Type.String({ description: "With a forge: the profile when none is asked for." })),
    next: Type.Optional(
      Type.Array(Type.String(), { description: "With a tracker: the words of the command that comes next." }),
    ),
    environment: Type.Record(Type.String({ pattern: "^[A-Za-z_][A-Za-z0-9_]*$" }), Type.String(), {
      additionalProperties: false,
      default: {},
      description: "The variables that it refers to, each with what it is for.",
    }),
    optional: Type.Record(Type.String({ pattern: "^[A-Za-z_][A-Za-z0-9_]*$" }), Type.String(), {
      additionalProperties: false,
      default: {},
      description: "Those of them that may be unset: what refers to one is then left out.",
    }),
  },
  { additionalProperties: false },
);
