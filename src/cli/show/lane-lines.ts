import { formatDuration } from "../../base/duration.ts";
import type { LaneDocument } from "../../model/documents/lane.ts";
import { type Line, toned } from "../line.ts";
import { table } from "../table.ts";
import { facts, runLines } from "./run-lines.ts";

/** Pieces of evidence that are shown. */
const SHOWN_EVIDENCE = 10;

/** A lane: where it stands and why. */
export function laneDetails(lane: LaneDocument, now: number): Line[] {
  const { queued_retry: retry, work, tokens } = lane;
  return [
    [toned("title", `${lane.issue_identifier}  ${lane.title}`), `  ${lane.stage.replaceAll("_", " ")}`],
    ...facts([
      ["why", lane.reason.sentence],
      ["lane", lane.ordinal === 1 ? lane.lane_id : `${lane.lane_id}, the ${lane.ordinal}th of this issue`],
      ["state", lane.state],
      ["labels", lane.labels.join(", ")],
      ["profile", lane.profile],
      ["work", work === null ? null : `${work.kind} ${work.run}, ${work.state}, ${since(work.since, now)}`],
      ["retry", retry === null ? null : `${retry.kind} ${retry.attempt}, due ${retry.due_at}`],
      [
        "branch",
        lane.branch === null
          ? null
          : `${lane.branch}${lane.head_sha === null ? "" : ` at ${lane.head_sha.slice(0, 10)}`}`,
      ],
      [
        "change",
        lane.change_id === null ? null : `#${lane.change_id}${lane.change_url === null ? "" : ` ${lane.change_url}`}`,
      ],
      ["merged", lane.merged_sha],
      ["machine", lane.machine],
      ["workspace", lane.workspace_path],
      ["tokens", `${tokens.input_tokens} in, ${tokens.output_tokens} out`],
      ["opened", `${lane.opened_at}, ${since(lane.opened_at, now)} ago`],
      ["closed", lane.closed_at],
      ["writes", lane.pending_writes.map(({ kind, state }) => `${kind} (${state})`).join(", ")],
    ]),
  ];
}

/** Its runs and what is known for certain about it. */
export function laneHistory(lane: LaneDocument, now: number): Line[] {
  const evidence = lane.evidence
    .slice(0, SHOWN_EVIDENCE)
    .map(({ at, witness, kind, ok, sentence }) => [since(at, now), witness, kind, ok ? "yes" : "no", sentence]);
  return [
    ...section("Runs", runLines(lane.run_rows, now)),
    ...section("Evidence", table(["AGO", "WITNESS", "KIND", "OK", "WHAT"], evidence)),
  ];
}

function section(title: string, lines: readonly string[]): Line[] {
  return lines.length === 0 ? [] : ["", [toned("title", title)], ...lines.map((line) => `  ${line}`)];
}

function since(instant: string, now: number): string {
  return formatDuration(Math.max(0, now - Date.parse(instant)));
}
