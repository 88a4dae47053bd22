import { formatDuration } from "../base/duration.ts";
import type { StatusDocument } from "../model/documents/status.ts";
import { table } from "./table.ts";

/** A status as lines for a person. Lists that are empty are left out. */
export function statusText(status: StatusDocument, now: number): string[] {
  const { workflow, service, counts } = status;
  const state = service.running
    ? `${service.mode}${service.pid === null ? "" : ` (process ${service.pid})`}`
    : "not running";
  return [
    `${workflow.id}: ${state}`,
    `workflow ${workflow.path ?? "unknown"}`,
    ...(workflow.problem === null ? [] : [`PROBLEM in the workflow file: ${workflow.problem}`]),
    ...(workflow.warnings ?? []).map((warning) => `warning: ${warning}`),
    `${counts.running} running, ${counts.retrying} retrying, ${counts.review} in review, ${counts.parked} parked, ${counts.closed} finished`,
    ...section("Running", runningTable(status, now)),
    ...section("Retrying", retryTable(status, now)),
    ...section("Waiting", waitingTable(status)),
    ...section("Ended", recentTable(status, now)),
    ...tokenLine(status),
  ];
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ["", title, ...lines.map((line) => `  ${line}`)];
}

function runningTable({ running }: StatusDocument, now: number): string[] {
  return table(
    ["ISSUE", "WORK", "PHASE", "FOR", "TURNS", "LAST HEARD"],
    running.map((row) => [
      row.issue_identifier,
      row.work === "run" ? `run ${row.run}` : row.work,
      row.phase.replaceAll("_", " "),
      since(row.started_at, now),
      String(row.turn_count),
      row.last_message ?? row.last_event?.replaceAll("_", " ") ?? "",
    ]),
  );
}

function retryTable({ retrying }: StatusDocument, now: number): string[] {
  return table(
    ["ISSUE", "WHY", "IN", "LAST ERROR"],
    retrying.map((row) => [
      row.issue_identifier,
      `${row.kind} ${row.attempt}`,
      formatDuration(Math.max(0, Date.parse(row.due_at) - now)),
      row.error ?? "",
    ]),
  );
}

function waitingTable({ waiting }: StatusDocument): string[] {
  return table(
    ["ISSUE", "TITLE", "STAGE", "WHY"],
    waiting.map((row) => [
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

function tokenLine({ codex_totals: totals }: StatusDocument): string[] {
  const { input_tokens: input, output_tokens: output, seconds_running: seconds } = totals;
  const parts = [
    ...(input + output === 0 ? [] : [`${input} tokens in, ${output} out`]),
    ...(seconds === 0 ? [] : [`agents ran for ${formatDuration(seconds * 1000)}`]),
  ];
  return parts.length === 0 ? [] : ["", parts.join(", ")];
}

function since(instant: string, now: number): string {
  return formatDuration(Math.max(0, now - Date.parse(instant)));
}
