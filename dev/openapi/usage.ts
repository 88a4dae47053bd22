import { Type } from "typebox";
import { USAGE_GROUPS } from "../../src/model/documents/usage.ts";
import { Count, oneOf, orNull, Text, Version } from "./shapes.ts";

export const UsageRow = Type.Object({
  key: Type.String({ description: "Identifier of the issue, day, account, and so on." }),
  input_tokens: Type.Integer({ description: "Input that came from no cache." }),
  cache_read_tokens: Count,
  cache_write_tokens: Count,
  output_tokens: Count,
  reasoning_tokens: Type.Integer({ description: "Part of the output." }),
  total_tokens: Count,
  cost_usd: Type.Union([Type.Number(), Type.Null()], { description: "US dollars; null: nobody knows the price." }),
  unpriced_tokens: Type.Integer({ description: "Tokens whose price nobody knows." }),
  sessions: Count,
  turns: Count,
  model_calls: Count,
  wall_ms: Type.Integer({ description: "How long sessions were open." }),
});

export const Usage = Type.Object({
  version: Version,
  by: oneOf(USAGE_GROUPS),
  since: orNull(Text),
  until: orNull(Text),
  rows: Type.Array(UsageRow),
  total: UsageRow,
});
