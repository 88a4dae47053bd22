import { MaestroError } from "../base/errors.ts";
import { nearestOf } from "../base/nearest.ts";
import type { RecordViews } from "../contracts/record.ts";
import type { RunDocument } from "../model/documents/lane.ts";
import type { Lane } from "../model/lane.ts";
import { findLane, findRun } from "../record/index.ts";

/** Closed lanes whose issues a mistyped one is compared with. */
const COMPARED = 200;

/** What a person named: one run, or a lane. */
export type Named =
  | { readonly kind: "run"; readonly run: RunDocument }
  | { readonly kind: "lane"; readonly lane: Lane };

/** The run `<lane or issue>/<n>`, or the newest lane of an issue. Throws `unknown_issue` and `run_not_found`. */
export async function findNamed(views: RecordViews, wanted: string): Promise<Named> {
  const run = await findRun(views, wanted);
  if (run !== null) return { kind: "run", run };
  const lane = await findLane(views, wanted);
  if (lane !== null) return { kind: "lane", lane };
  const of = /^(.+)\/\d+$/.exec(wanted)?.[1];
  const parent = of === undefined ? null : await findLane(views, of);
  throw parent === null ? await unknownIssue(views, of ?? wanted) : noRun(wanted, parent);
}

/** The newest lane of an issue, or the lane of this id. Throws `unknown_issue`. */
export async function requireLane(views: RecordViews, wanted: string): Promise<Lane> {
  const lane = await findLane(views, wanted);
  if (lane !== null) return lane;
  throw await unknownIssue(views, wanted);
}

/** Nothing is on record about this issue. */
export async function unknownIssue(views: RecordViews | null, wanted: string): Promise<MaestroError> {
  const lanes = views === null ? [] : [...(await views.openLanes()), ...(await views.closedLanes(COMPARED))];
  const nearest = nearestOf(
    wanted,
    lanes.map(({ issue }) => issue.identifier),
  );
  const meant = nearest === undefined ? "" : `Did you mean ${nearest}? `;
  return new MaestroError({
    code: "unknown_issue",
    message: `Nothing is on record about "${wanted}".`,
    hint: `${meant}\`maestro explain ${wordOf(wanted)}\` tells why an issue was not started, \`maestro runs\` lists what ran.`,
    facts: { issue: wanted, nearest: nearest ?? null },
  });
}

function noRun(wanted: string, { issue, lastRun }: Lane): MaestroError {
  const had = lastRun === 0 ? "none yet" : lastRun === 1 ? "one" : `${lastRun}`;
  return new MaestroError({
    code: "run_not_found",
    message: `There is no run ${wanted}: ${issue.identifier} had ${had}.`,
    hint: `\`maestro show ${wordOf(issue.identifier)}\` lists them.`,
    facts: { run: wanted },
  });
}

/** Foreign text in a command has to stay one word without quotes; another is left to the reader. */
function wordOf(text: string): string {
  return /^[\w./:#@-]+$/.test(text) ? text : "<issue>";
}
