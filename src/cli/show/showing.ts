import type { RecordViews } from "../../contracts/record.ts";
import type { LaneDocument, RunDocument } from "../../model/documents/lane.ts";
import { laneDocument } from "../../record/index.ts";
import type { App, Project, Target } from "../app.ts";
import type { Cli } from "../cli.ts";
import { laneSteps } from "../explain/next-steps.ts";
import { stepLines } from "../explain/step-lines.ts";
import { findNamed, requireLane, unknownIssue } from "../find-run.ts";
import { readerIfAny, using } from "../reading.ts";
import { laneDetails, laneHistory } from "./lane-lines.ts";
import { runDetails } from "./run-lines.ts";

/** Prints a run, or an issue's lane with its newest run. Throws `unknown_issue`, `run_not_found`. */
export async function showNamed(cli: Cli, target: Target, wanted: string, json: boolean): Promise<void> {
  const app = await cli.app();
  const found = await onRecord(app, await app.locate(target), wanted, async (views) => {
    const named = await findNamed(views, wanted);
    const lane = named.kind === "lane" ? named.lane : await requireLane(views, named.run.lane_id);
    const document = await laneDocument(views, lane, app.clock.now());
    return { run: named.kind === "run" ? named.run : null, lane: document };
  });
  if (found.run !== null) return showRun(cli, target, found.run, found.lane, json);
  await showLane(cli, target, found.lane, json, app.clock.now());
}

/** `maestro lane show`: the lane without its newest run in full. Throws `unknown_issue`. */
export async function showLaneOf(cli: Cli, target: Target, wanted: string, json: boolean): Promise<void> {
  const app = await cli.app();
  const now = app.clock.now();
  const lane = await onRecord(app, await app.locate(target), wanted, async (views) =>
    laneDocument(views, await requireLane(views, wanted), now),
  );
  if (json) return cli.printJson({ version: 1, lane, next: laneSteps(cli, target, lane) });
  cli.print(...laneDetails(lane, now), ...laneHistory(lane, now), ...stepLines(laneSteps(cli, target, lane)));
}

async function showRun(cli: Cli, target: Target, run: RunDocument, lane: LaneDocument, json: boolean): Promise<void> {
  const { clock } = await cli.app();
  const steps = laneSteps(cli, target, lane);
  if (json) return cli.printJson({ version: 1, run, next: steps });
  cli.print(...runDetails(run, clock.now()), ...stepLines(steps));
}

async function showLane(cli: Cli, target: Target, lane: LaneDocument, json: boolean, now: number): Promise<void> {
  const steps = laneSteps(cli, target, lane);
  const [newest] = lane.run_rows;
  if (json) return cli.printJson({ version: 1, lane, run: newest ?? null, next: steps });
  cli.print(...laneDetails(lane, now));
  if (newest !== undefined) cli.print("", ...runDetails(newest, now));
  cli.print(...laneHistory(lane, now), ...stepLines(steps));
}

async function onRecord<T>(
  app: App,
  project: Project,
  wanted: string,
  read: (views: RecordViews) => Promise<T>,
): Promise<T> {
  const reader = await readerIfAny(app, project);
  if (reader === null) throw await unknownIssue(null, wanted);
  return using(reader, ({ views }) => read(views));
}
