import { formatDuration } from "../base/duration.ts";
import type {
  AccountPauseRow,
  AccountRow,
  NearLimitRow,
  QueuedRetry,
  RunningRow,
  StatusDocument,
  WaitingRow,
} from "../model/documents/status.ts";
import { approvalTable } from "./approval-table.ts";
import { type Line, toned } from "./line.ts";
import { table } from "./table.ts";

/** A status as lines for a person. Lists that are empty are left out. */
export function statusLines(status: StatusDocument, now: number): Line[] {
  const { workflow, service, counts, waiting } = status;
  const state = service.running
    ? `${service.mode}${service.pid === null ? "" : ` (process ${service.pid})`}`
    : "not running";
  const mine = waiting.filter((row) => row.needs_person);
  const others = waiting.filter((row) => !row.needs_person);
  return [
    [`${workflow.id}: `, toned(service.running ? "good" : "warning", state)],
    `workflow ${workflow.path ?? "unknown"}`,
    ...(workflow.problem === null ? [] : [[toned("bad", `PROBLEM in the workflow file: ${workflow.problem}`)]]),
    ...(workflow.warnings ?? []).map((warning): Line => [toned("warning", "warning:"), ` ${warning}`]),
    `${counts.running} running, ${counts.retrying} retrying, ${counts.review} in review, ${counts.parked} parked, ${counts.closed} finished`,
    ...(status.account_pauses ?? []).map((pause): Line => [toned("warning", pauseLine(pause, now))]),
    ...(status.accounts ?? []).map((row): Line => [accountLine(row)]),
    ...(status.near_limits ?? []).map(
      (row): Line => [toned(row.level === "reached" ? "bad" : "warning", nearLine(row))],
    ),
    ...section("Running", runningTable(status, now)),
    ...section("Asks for a yes", approvalTable(status.approvals ?? [], now)),
    ...section("Needs a person", waitingTable(mine)),
    ...section("Retrying", retryTable(status, now)),
    ...section("Waiting", waitingTable(others)),
    ...section("Claimed by another Maestro", claimTable(status)),
    ...section("Ended", recentTable(status, now)),
    ...tokenLine(status),
    ...budgetLines(status, now),
  ];
}

function section(title: string, lines: readonly string[]): Line[] {
  return lines.length === 0 ? [] : ["", [toned("title", title)], ...lines.map((line) => `  ${line}`)];
}

function runningTable({ running }: StatusDocument, now: number): string[] {
  return table(
    ["ISSUE", "WORK", "PHASE", "FOR", "TURNS", "IDLE", "LAST HEARD"],
    running.map((row) => [
      row.issue_identifier,
      row.work === "run" ? `run ${row.run}` : row.work,
      row.phase.replaceAll("_", " "),
      since(row.started_at, now),
      String(row.turn_count),
      row.idle_seconds === null ? "" : formatDuration(row.idle_seconds * 1_000),
      lastHeard(row, now),
    ]),
  );
}

/** Why nothing is heard of it comes before what was heard last. */
function lastHeard({ wait_reason, last_message, last_event, queued_retry }: RunningRow, now: number): string {
  const heard = wait_reason?.sentence ?? last_message ?? last_event?.replaceAll("_", " ") ?? "";
  return queued_retry === null ? heard : `${heard} (${retryText(queued_retry, now)})`;
}

function retryText({ kind, attempt, due_at }: QueuedRetry, now: number): string {
  return `then ${kind} ${attempt} in ${until(due_at, now)}`;
}

function retryTable({ retrying }: StatusDocument, now: number): string[] {
  return table(
    ["ISSUE", "WHY", "IN", "LAST ERROR"],
    retrying.map((row) => [
      row.issue_identifier,
      `${row.kind} ${row.attempt}`,
      until(row.due_at, now),
      row.error ?? "",
    ]),
  );
}

function waitingTable(rows: readonly WaitingRow[]): string[] {
  return table(
    ["ISSUE", "TITLE", "STAGE", "WHY"],
    rows.map((row) => [
      row.issue_identifier,
      row.title,
      row.stage.replaceAll("_", " "),
      row.change_url === null ? row.reason.sentence : `${row.reason.sentence} (${row.change_url})`,
    ]),
  );
}

function recentTable({ recent }: StatusDocument, now: number): string[] {
  return table(
    ["ISSUE", "RUN", "RESULT", "AGO", "WHY"],
    recent.map((row) => [row.issue_identifier, String(row.run), row.status, since(row.ended_at, now), row.reason]),
  );
}

function tokenLine({ codex_totals: totals, spent }: StatusDocument): string[] {
  const { input_tokens: input, output_tokens: output, seconds_running: seconds } = totals;
  const parts = [
    ...(input + output === 0 ? [] : [`${input} tokens in, ${output} out`]),
    ...(spent === undefined || spent.cost_usd === null || spent.cost_usd === 0
      ? []
      : [`$${spent.cost_usd.toFixed(2)}${spent.unpriced_tokens > 0 ? " and what nobody knows the price of" : ""}`]),
    ...(seconds === 0 ? [] : [`agents ran for ${formatDuration(seconds * 1000)}`]),
  ];
  return parts.length === 0 ? [] : ["", parts.join(", ")];
}

function claimTable({ outside }: StatusDocument): string[] {
  const claims = outside?.claims ?? [];
  return table(
    ["ISSUE", "BY", "UNTIL"],
    claims.map((row) => [row.issue_identifier, row.owner, row.until]),
  );
}

/** What is left of each credential's allowance, and whether polls are slower for it. */
function budgetLines({ outside }: StatusDocument, now: number): Line[] {
  if (outside === undefined) return [];
  const { api_budgets: budgets, polling } = outside;
  const lines = budgets.map(({ users, remaining, limit, resets_at, spent }) => {
    if (remaining === null && limit === null)
      return `${users.join(", ")}: ${spent} requests made; it does not say how many are left`;
    const full = resets_at === null ? "" : `, full again in ${until(resets_at, now)}`;
    return `${users.join(", ")}: ${remaining ?? "?"} of ${limit ?? "?"} requests left${full}`;
  });
  const slowed: Line[] = polling.reason === null ? [] : [[toned("warning", polling.reason.sentence)]];
  return lines.length + slowed.length === 0 ? [] : ["", ...lines, ...slowed];
}

function since(instant: string, now: number): string {
  return formatDuration(Math.max(0, now - Date.parse(instant)));
}

function until(instant: string, now: number): string {
  return formatDuration(Math.max(0, Date.parse(instant) - now));
}

function nearLine({ issue_identifier, sentence }: NearLimitRow): string {
  return issue_identifier === null ? sentence : `${issue_identifier}: ${sentence}`;
}

function accountLine({ account, state, leases, limit, today, windows }: AccountRow): string {
  const fullest = Math.max(0, ...windows.map(({ used_share: share }) => share ?? 0));
  const used = fullest === 0 ? "" : `, ${Math.round(fullest * 100)} % of its capacity used`;
  const runs = limit === null ? `${leases} runs` : `${leases} of ${limit} runs`;
  return `account ${account}: ${state}, ${runs}, ${today.tokens} tokens today${used}`;
}

function pauseLine({ account, until: end, published, reason }: AccountPauseRow, now: number): string {
  const told = published ? "" : ", as a guess";
  return `account ${account} is paused for ${until(end, now)}${told}: ${reason.sentence}`;
}
