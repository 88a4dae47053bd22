import { formatBytes, formatDuration } from "../../base/duration.ts";
import type { RunDocument } from "../../model/documents/lane.ts";
import type { RunSummary } from "../../model/run-summary.ts";
import { type Line, toned } from "../line.ts";
import { table } from "../table.ts";

/** Files of a run that are named; the rest is counted. */
const NAMED_FILES = 20;

/** Runs as a table, in the order in which they are given. */
export function runLines(runs: readonly RunDocument[], now: number): string[] {
  return table(
    ["ISSUE", "RUN", "PURPOSE", "RESULT", "AGO", "TOOK", "TURNS", "TOKENS", "WHY"],
    runs.map((run) => [
      run.issue_identifier,
      run.run_id,
      run.purpose,
      run.status,
      since(run.claimed_at, now),
      tookText(run, now),
      String(run.turns),
      String(run.tokens.total_tokens),
      run.reason?.sentence ?? run.phase.replaceAll("_", " "),
    ]),
  );
}

/** One run in full. */
export function runDetails(run: RunDocument, now: number): Line[] {
  const { summary, tokens } = run;
  const tone = run.status === "succeeded" ? "good" : run.status === "running" ? "title" : "bad";
  return [
    [toned("title", `Run ${run.run} of ${run.issue_identifier}`), "  ", toned(tone, run.status)],
    ...facts([
      ["id", run.run_id],
      ["why", run.reason?.sentence ?? null],
      ["purpose", run.purpose],
      ["phase", run.status === "running" ? run.phase.replaceAll("_", " ") : null],
      ["began", `${run.claimed_at}, ${since(run.claimed_at, now)} ago`],
      ["took", tookText(run, now)],
      ["session", run.session_id],
      ["turns", String(run.turns)],
      ["tools", toolsText(run)],
      ["tokens", `${tokens.input_tokens} in, ${tokens.output_tokens} out`],
      ["workspace", run.workspace_path],
      ["last heard", run.last_message],
      ...(summary === null ? [] : summaryFacts(summary)),
    ]),
    ...(summary === null ? missingSummary(run) : [...fileLines(summary), ...stderrLines(summary)]),
  ];
}

type Fact = readonly [name: string, value: string | null];

/** Names and values in two columns; what is not known is left out. */
export function facts(pairs: readonly Fact[]): string[] {
  return pairs.flatMap(([name, value]) => (value === null || value === "" ? [] : [`${name.padEnd(10)}  ${value}`]));
}

function summaryFacts(summary: RunSummary): Fact[] {
  const { profile, agent, model, runtime, machine, worker, stdout, headSha } = summary;
  return [
    ["profile", profile],
    ["agent", model === null ? agent : `${agent}, ${model}`],
    ["runtime", `${runtime} on ${machine}`],
    ["worker", worker],
    ["head", headSha],
    ["stdout", sizeText(stdout)],
    ["stderr", sizeText(summary.stderr)],
  ];
}

function missingSummary({ status }: RunDocument): string[] {
  if (status === "running") return [];
  return ["", status === "lost" ? "Its worker died before it could sum it up." : "No summary of it is on record."];
}

function toolsText({ tool_calls: calls, summary }: RunDocument): string {
  const each = (summary?.tools ?? []).map(({ name, calls: many, failed }) =>
    failed === 0 ? `${name} ${many}` : `${name} ${many}, ${failed} failed`,
  );
  return each.length === 0 ? String(calls) : `${calls} (${each.join("; ")})`;
}

function fileLines({ files }: RunSummary): Line[] {
  if (files === null || files.length === 0) return [];
  const rows = files
    .slice(0, NAMED_FILES)
    .map(({ path, added, removed }) => [added === null ? "binary" : `+${added} -${removed ?? 0}`, path]);
  const rest = files.length - rows.length;
  return [
    "",
    [toned("title", "Files")],
    ...table(["LINES", "PATH"], rows).map((line) => `  ${line}`),
    ...(rest > 0 ? [`  and ${rest} more`] : []),
  ];
}

function stderrLines({ stderr }: RunSummary): Line[] {
  if (stderr.tail.length === 0) return [];
  return ["", [toned("title", "Last lines of stderr")], ...stderr.tail.map((line) => `  ${line}`)];
}

function sizeText({ lines, bytes }: RunSummary["stdout"]): string {
  return `${lines} line${lines === 1 ? "" : "s"}, ${formatBytes(bytes)}`;
}

function tookText({ claimed_at, started_at, ended_at }: RunDocument, now: number): string {
  const end = ended_at === null ? now : Date.parse(ended_at);
  return formatDuration(Math.max(0, end - Date.parse(started_at ?? claimed_at)));
}

function since(instant: string, now: number): string {
  return formatDuration(Math.max(0, now - Date.parse(instant)));
}
