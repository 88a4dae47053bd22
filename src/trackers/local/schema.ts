import { type Static, Type } from "typebox";

/** `tracker.provider` of kind `local`. */
export type LocalOptions = Static<typeof LocalOptions>;
export const LocalOptions = Type.Object(
  {
    directory: Type.Optional(Type.String({ pattern: "\\S" })),
    prefix: Type.Optional(Type.String({ pattern: "^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$" })),
  },
  { additionalProperties: false },
);

const Name = Type.Union([Type.String({ pattern: "\\S" }), Type.Number()]);

/**
 * The front matter of an issue file. People write these files, so only what an issue cannot do without is demanded; everything else is
 * read as far as it is usable (S-014), and keys that are not named here are theirs.
 */
export type LocalFrontMatter = Static<typeof LocalFrontMatter>;
export const LocalFrontMatter = Type.Object(
  {
    id: Type.Optional(Type.Union([Name, Type.Null()])),
    title: Name,
    state: Name,
    labels: Type.Optional(Type.Unknown()),
    priority: Type.Optional(Type.Unknown()),
    blocked_by: Type.Optional(Type.Unknown()),
    duplicate_of: Type.Optional(Type.Unknown()),
    related: Type.Optional(Type.Unknown()),
    follow_up: Type.Optional(Type.Unknown()),
    assignee: Type.Optional(Type.Unknown()),
    branch_name: Type.Optional(Type.Unknown()),
    url: Type.Optional(Type.Unknown()),
    created_at: Type.Optional(Type.Unknown()),
    updated_at: Type.Optional(Type.Unknown()),
  },
  { additionalProperties: true },
);

/** The highest number that an issue of a prefix ever had: the content of `local-tracker-….json`. */
export type LocalNumbers = Static<typeof LocalNumbers>;
export const LocalNumbers = Type.Object(
  { version: Type.Literal(1), highest: Type.Record(Type.String(), Type.Integer()) },
  { additionalProperties: false },
);
