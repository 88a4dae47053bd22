import { Type } from "typebox";
import { BUDGET_COUNTS, BUDGET_SCOPES } from "../../src/model/budget.ts";
import { LANE_VERBS } from "../../src/model/command.ts";
import { REQUEST_KINDS } from "../../src/model/documents/approval.ts";
import { WITNESSES } from "../../src/model/evidence.ts";
import { LANE_STAGES } from "../../src/model/lane.ts";
import { RUN_PHASES } from "../../src/model/run.ts";
import { Count, Instant, oneOf, orNull, Reason, Text, Version } from "./shapes.ts";
import { UsageRow } from "./usage.ts";

// The documents that the command line and the API share; `documents-check.ts` holds them to the types.

const issueFields = { issue_id: Text, issue_identifier: Text, issue_url: orNull(Text) };
const tokenFields = { input_tokens: Count, output_tokens: Count, total_tokens: Count };
export const Tokens = Type.Object(tokenFields);
const retryFields = { kind: Text, attempt: Count, due_at: Instant, error: orNull(Text) };
export const QueuedRetry = Type.Object(retryFields);

export const RunningRow = Type.Object({
  ...issueFields,
  run_id: Text,
  title: Text,
  state: Text,
  lane_id: Text,
  stage: oneOf(LANE_STAGES),
  work: Text,
  run: Count,
  phase: Text,
  wait_reason: orNull(Reason),
  thread_id: orNull(Text),
  session_id: orNull(Text),
  turn_count: Count,
  last_event: orNull(Text),
  last_message: orNull(Text),
  started_at: Instant,
  last_event_at: orNull(Instant),
  last_run_activity_at: orNull(Instant),
  last_protocol_activity_at: orNull(Instant),
  idle_seconds: orNull(Count),
  queued_retry: orNull(QueuedRetry),
  machine: Text,
  workspace_path: orNull(Text),
  worktree_path: orNull(Text),
  branch: orNull(Text),
  change_url: orNull(Text),
  tokens: Tokens,
});

export const WaitingRow = Type.Object({
  ...issueFields,
  lane_id: orNull(Text),
  title: Text,
  state: Text,
  stage: oneOf([...LANE_STAGES, "candidate", "parked"]),
  branch: orNull(Text),
  workspace_path: orNull(Text),
  change_id: orNull(Text),
  change_url: orNull(Text),
  needs_person: Type.Boolean(),
  reason: Reason,
});

const ApprovalRow = Type.Object({
  ...issueFields,
  id: Text,
  kind: oneOf(REQUEST_KINDS),
  lane_id: Text,
  run: Count,
  what: Text,
  options: Type.Array(Text),
  asked_at: Instant,
  expires_at: orNull(Instant),
  on_expiry: orNull(oneOf(["deny", "approve"])),
});
export const Approvals = Type.Object({ version: Version, approvals: Type.Array(ApprovalRow) });

export const Status = Type.Object({
  version: Version,
  generated_at: Instant,
  workflow: Type.Object({
    id: Text,
    path: orNull(Text),
    problem: orNull(Text),
    warnings: Type.Optional(Type.Array(Text)),
  }),
  service: Type.Object({
    running: Type.Boolean(),
    mode: oneOf(["running", "paused", "draining"]),
    pid: orNull(Count),
  }),
  counts: Type.Object({ running: Count, retrying: Count, parked: Count, review: Count, closed: Count }),
  running: Type.Array(RunningRow),
  retrying: Type.Array(Type.Object({ ...issueFields, ...retryFields, lane_id: Text })),
  waiting: Type.Array(WaitingRow),
  recent: Type.Array(
    Type.Object({
      ...issueFields,
      run_id: Text,
      title: Text,
      lane_id: Text,
      run: Count,
      status: Text,
      reason: Text,
      ended_at: Instant,
      turns: Count,
    }),
  ),
  codex_totals: Type.Object({ ...tokenFields, seconds_running: Count }),
  rate_limits: orNull(
    Type.Object({
      agent: Text,
      windows: Type.Array(Type.Object({ window: Text, used_share: orNull(Type.Number()), resets_at: orNull(Instant) })),
    }),
  ),
  account_pauses: Type.Optional(
    Type.Array(Type.Object({ account: Text, until: Instant, published: Type.Boolean(), reason: Reason })),
  ),
  accounts: Type.Optional(
    Type.Array(
      Type.Object({
        ...{ account: Text, kind: Text, id: Text, login: oneOf(["own", "machine", "key"]), email: orNull(Text) },
        ...{ enabled: Type.Boolean(), state: oneOf(["ready", "busy", "paused", "disabled"]), reason: orNull(Text) },
        ...{ paused_until: orNull(Instant), leases: Type.Number(), limit: orNull(Type.Number()) },
        ...{ daily_token_budget: orNull(Type.Number()), cooldown_ms: orNull(Type.Number()) },
        today: Type.Object({ tokens: Type.Number(), cost_usd: Type.Number(), sessions: Type.Number() }),
        windows: Type.Array(
          Type.Object({ window: Text, used_share: orNull(Type.Number()), resets_at: orNull(Instant) }),
        ),
        verified: orNull(Type.Object({ at: Instant, ok: Type.Boolean(), sentence: Text })),
      }),
    ),
  ),
  near_limits: Type.Optional(
    Type.Array(
      Type.Object({
        ...{ issue_id: orNull(Text), issue_identifier: orNull(Text) },
        ...{ scope: oneOf(BUDGET_SCOPES), count: oneOf(BUDGET_COUNTS) },
        ...{
          used: Type.Number(),
          limit: Type.Number(),
          level: oneOf(["warned", "reached"]),
          at: Instant,
          sentence: Text,
        },
      }),
    ),
  ),
  approvals: Type.Optional(Type.Array(ApprovalRow)),
  spent: Type.Optional(UsageRow),
  outside: Type.Optional(
    Type.Object({
      polling: Type.Object({ interval_ms: Count, reason: orNull(Reason) }),
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
  ),
});

const laneFields = {
  ...issueFields,
  lane_id: Text,
  title: Text,
  state: Text,
  stage: oneOf([...LANE_STAGES, "parked"]),
  profile: Text,
  reason: Reason,
  branch: orNull(Text),
  change_id: orNull(Text),
  change_url: orNull(Text),
  runs: Count,
  tokens: Tokens,
  opened_at: Instant,
  updated_at: Instant,
  closed_at: orNull(Instant),
};
export const LaneRow = Type.Object(laneFields);

const OutputSize = { lines: Count, bytes: Count };
export const RunSummary = Type.Object({
  profile: Text,
  agent: Text,
  model: orNull(Text),
  runtime: Text,
  machine: Text,
  worker: Text,
  turns: Count,
  tools: Type.Array(Type.Object({ name: Text, calls: Count, failed: Count })),
  usage: Type.Object({ inputTokens: Count, outputTokens: Count, totalTokens: Count }),
  stdout: Type.Object(OutputSize),
  stderr: Type.Object({ ...OutputSize, tail: Type.Array(Text) }),
  files: orNull(Type.Array(Type.Object({ path: Text, added: orNull(Count), removed: orNull(Count) }))),
  headSha: orNull(Text),
});

const runFields = {
  run_id: Text,
  lane_id: Text,
  issue_id: Text,
  issue_identifier: Text,
  run: Count,
  purpose: oneOf(["first", "continuation", "retry", "repair"]),
  phase: oneOf(RUN_PHASES),
  status: oneOf(["succeeded", "failed", "canceled", "lost", "running"]),
  reason: orNull(Reason),
  thread_id: orNull(Text),
  session_id: orNull(Text),
  turns: Count,
  tool_calls: Count,
  tokens: Tokens,
  workspace_path: orNull(Text),
  last_message: orNull(Text),
  claimed_at: Instant,
  started_at: orNull(Instant),
  ended_at: orNull(Instant),
  last_event_at: Instant,
  summary: orNull(RunSummary),
};
export const RunRow = Type.Object(runFields);
export const Run = Type.Object({ version: Version, ...runFields });

export const Lane = Type.Object({
  ...laneFields,
  version: Version,
  generated_at: Instant,
  ordinal: Count,
  description: orNull(Text),
  labels: Type.Array(Text),
  priority: orNull(Type.Number()),
  machine: Text,
  workspace_path: orNull(Text),
  work: orNull(Type.Object({ kind: Text, run: Count, state: Text, since: Instant })),
  queued_retry: orNull(QueuedRetry),
  counters: Type.Object({ failures: Count, interruptions: Count, idle_sessions: Count }),
  head_sha: orNull(Text),
  base_sha: orNull(Text),
  validated_sha: orNull(Text),
  merged_sha: orNull(Text),
  run_rows: Type.Array(RunRow, { description: "Newest first." }),
  evidence: Type.Array(
    Type.Object({
      at: Instant,
      kind: Text,
      witness: oneOf(WITNESSES),
      ok: Type.Boolean(),
      sentence: Text,
      headSha: orNull(Text),
      facts: Type.Record(Type.String(), Type.Any()),
    }),
    { description: "Newest first." },
  ),
  pending_writes: Type.Array(Type.Object({ key: Text, kind: Text, state: Text })),
  verbs: Type.Array(oneOf(LANE_VERBS), { description: "What may be asked for now." }),
});

export const IssueState = Type.Object({
  issue_identifier: Text,
  issue_id: Text,
  status: Text,
  workspace: Type.Object({ path: orNull(Text) }),
  attempts: Type.Object({ restart_count: Count, current_retry_attempt: orNull(Count) }),
  running: orNull(RunningRow),
  retry: orNull(QueuedRetry),
  logs: Type.Object({
    codex_session_logs: Type.Array(Type.Object({ label: Text, path: orNull(Text), url: orNull(Text) })),
  }),
  recent_events: Type.Array(Type.Object({ at: Instant, event: Text, message: Text })),
  last_error: orNull(Text),
  tracked: LaneRow,
});

export const Event = Type.Object({
  seq: Count,
  at: Instant,
  type: Text,
  lane_id: orNull(Text),
  run: orNull(Count),
  message: Text,
  weight: oneOf(["milestone", "step", "detail"]),
  data: Type.Record(Type.String(), Type.Unknown()),
});

export const TranscriptLine = Type.Object({
  at: Type.Number({ description: "Epoch milliseconds." }),
  kind: Type.String({ description: "`prompt`, `message`, `stderr`, `raw` …" }),
  text: Text,
});
