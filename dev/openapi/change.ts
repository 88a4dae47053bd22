import { Type } from "typebox";
import { Instant, oneOf, orNull, Text, Version } from "./shapes.ts";

const changeFields = {
  id: Text,
  url: orNull(Text),
  title: Text,
  body: Text,
  branch: Text,
  base: Text,
  head_sha: Text,
  base_sha: orNull(Text),
  state: oneOf(["open", "merged", "closed"]),
  draft: Type.Boolean(),
  mergeability: oneOf(["clean", "conflict", "behind", "unknown"]),
  merged_sha: orNull(Text),
  review: oneOf(["approved", "changes_requested", "none"]),
  check: oneOf(["passed", "failed", "pending", "none"]),
  reviews: Type.Array(
    Type.Object({
      id: Text,
      author: Text,
      decision: oneOf(["approved", "changes_requested", "commented"]),
      body: Text,
      head_sha: Text,
      at: Instant,
    }),
  ),
  comments: Type.Array(Type.Object({ id: Text, author: Text, body: Text, at: Instant, topic: orNull(Text) })),
  checks: Type.Array(
    Type.Object({
      name: Text,
      head_sha: Text,
      status: oneOf(["pending", "passed", "failed"]),
      required: Type.Boolean(),
      summary: Text,
    }),
  ),
  updated_at: Instant,
};
export const ChangeRow = Type.Object(changeFields);
export const Change = Type.Object({ version: Version, ...changeFields });
