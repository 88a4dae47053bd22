import { Type } from "typebox";
import { CommandBody, Nothing, SessionBody } from "../../src/http/schema.ts";
import { LANE_STAGES } from "../../src/model/lane.ts";
import { Change, ChangeRow } from "./change.ts";
import {
  Approvals,
  Event,
  IssueState,
  Lane,
  LaneRow,
  QueuedRetry,
  Run,
  RunningRow,
  RunRow,
  RunSummary,
  Status,
  Tokens,
  TranscriptLine,
  WaitingRow,
} from "./documents.ts";
import { Count, Instant, oneOf, orNull, pageOf, Reason, Text, Version } from "./shapes.ts";
import { Usage } from "./usage.ts";

// What only the API shows, and all schemas by the names that the route table uses.

export const IssueRow = Type.Object({
  issue_id: Text,
  issue_identifier: Text,
  issue_url: orNull(Text),
  title: Text,
  state: Text,
  place: oneOf(["waiting", "open", "finished"]),
  stage: oneOf([...LANE_STAGES, "candidate", "parked"]),
  lane_id: orNull(Text),
  reason: Reason,
  branch: orNull(Text),
  change_id: orNull(Text),
  change_url: orNull(Text),
  runs: Count,
  total_tokens: Count,
  updated_at: orNull(Instant),
});
export const Issue = Type.Object({
  version: Version,
  issue: IssueRow,
  lane: orNull(Lane),
  lanes: Type.Array(LaneRow, { description: "Newest first." }),
});
export const Diff = Type.Object({
  version: Version,
  source: Type.Literal("change"),
  change_id: Text,
  head_sha: Text,
  diff: Text,
  truncated: Type.Boolean(),
});
export const Prompt = Type.Object({ version: Version, lane_id: Text, run: Count, at: Instant, prompt: Text });
export const Command = Type.Object({
  version: Version,
  id: Text,
  verb: Text,
  actor: Text,
  asked_at: Instant,
  answer: orNull(
    Type.Object({
      ...{ ok: Type.Boolean(), code: Text, sentence: Text, at: Instant },
      details: Type.Optional(
        Type.Record(Type.String(), Type.Any(), { description: "What `recover` found: `applied` and `leftovers`." }),
      ),
    }),
  ),
});
export const Session = Type.Object({
  version: Version,
  kind: oneOf(["session", "bearer"]),
  actor: Text,
  expires_at: orNull(Instant),
});
export const Link = Type.Object({ version: Version, link: Text, expires_at: Instant });
export const Hello = Type.Object({ version: Version, seq: Count, after: Count });
export const Goodbye = Type.Object({
  version: Version,
  reason: oneOf(["stopping", "slow", "signed_out", "failed"]),
});
export const Problem = Type.Object({
  error: Type.Object({
    code: Text,
    message: Text,
    at: Type.Optional(Type.String({ description: "Where in the request: `body/verb`, `query/limit`." })),
    hint: Type.Optional(Text),
  }),
});

/** Every schema by its name. */
export const SCHEMAS = {
  Reason,
  Tokens,
  QueuedRetry,
  RunningRow,
  WaitingRow,
  RunSummary,
  Health: Type.Object({ ok: Type.Literal(true) }),
  Readiness: Type.Object({ ready: Type.Boolean(), reasons: Type.Array(Reason) }),
  Status,
  Refresh: Type.Object({
    queued: Type.Literal(true),
    coalesced: Type.Boolean(),
    requested_at: Instant,
    operations: Type.Array(Text),
  }),
  IssueState,
  IssueRow,
  IssuePage: pageOf(IssueRow),
  Issue,
  LaneRow,
  LanePage: pageOf(LaneRow),
  Lane,
  Event,
  EventPage: pageOf(Event),
  Diff,
  RunRow,
  RunPage: pageOf(RunRow),
  Run,
  TranscriptLine,
  TranscriptPage: pageOf(TranscriptLine),
  Usage,
  Prompt,
  ChangeRow,
  ChangePage: pageOf(ChangeRow),
  Change,
  Approvals,
  CommandBody,
  Command,
  SessionBody,
  Session,
  Link,
  Hello,
  Goodbye,
  Hook: Type.Object({ accepted: Type.Literal(true), duplicate: Type.Boolean() }),
  Nothing,
  Problem,
};
