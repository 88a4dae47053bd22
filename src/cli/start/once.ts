import { MaestroError } from "../../base/errors.ts";
import type { Lane } from "../../model/lane.ts";
import type { Cli } from "../cli.ts";
import { EXIT } from "../exit-codes.ts";
import { table } from "../table.ts";

/** How one poll went. */
export interface OnceReport {
  readonly json: boolean;
  readonly wasInterrupted: boolean;
}

/** Prints what became of each lane that one poll started; the exit code tells whether one failed. Throws `aborted`. */
export function reportOnce(cli: Cli, lanes: readonly Lane[], { json, wasInterrupted }: OnceReport): void {
  if (json) cli.printJson({ version: 1, interrupted: wasInterrupted, lanes: lanes.map(laneDocument) });
  else cli.print(...summary(lanes));
  if (wasInterrupted) throw new MaestroError({ code: "aborted", message: "Stopped before everything had ended." });
  if (lanes.some(hasFailed)) cli.exitCode = EXIT.failure;
}

function summary(lanes: readonly Lane[]): string[] {
  if (lanes.length === 0) return ["Nothing was started."];
  const rows = lanes.map((lane) => [lane.issue.identifier, resultOf(lane), lane.reason.sentence]);
  return ["", ...table(["ISSUE", "RESULT", "WHY"], rows)];
}

function laneDocument(lane: Lane) {
  return {
    issue_id: lane.issue.id,
    issue_identifier: lane.issue.identifier,
    lane_id: lane.id,
    stage: lane.stage,
    parked: lane.parked !== null,
    failed: hasFailed(lane),
    change_url: lane.branch?.changeUrl ?? null,
    reason: { code: lane.reason.code, sentence: lane.reason.sentence },
  };
}

function resultOf(lane: Lane): string {
  const result = lane.parked === null ? lane.stage.replaceAll("_", " ") : "parked";
  return hasFailed(lane) ? `failed, ${result}` : result;
}

/** Its last piece of work failed, or was lost. */
function hasFailed(lane: Lane): boolean {
  const status = lane.work?.outcome?.status;
  return lane.failures > 0 || status === "failed" || status === "lost";
}
