import type { Command } from "commander";
import type { RecordViews } from "../contracts/record.ts";
import type { RunDocument } from "../model/documents/lane.ts";
import type { App, Project, Target } from "./app.ts";
import type { Cli } from "./cli.ts";
import { commandLine } from "./next-command.ts";
import { wholeNumber } from "./option-values.ts";
import { readerIfAny, using } from "./reading.ts";
import { targetOf, withTarget } from "./target.ts";

interface RunsOptions {
  readonly limit: number;
  readonly issue?: string;
  readonly json?: boolean;
}

/** Runs that are shown. */
const ROWS = 20;

const EXAMPLES = `
Examples:
  maestro runs                          the last 20 runs of all issues
  maestro runs --issue SHOP-3           those of one issue
  maestro runs --limit 100 --json`;

/** `maestro runs`. */
export function fillRuns(runs: Command, cli: Cli): void {
  withTarget(runs)
    .option("--limit <n>", "how many are shown, newest first", wholeNumber(1), ROWS)
    .option("--issue <id>", "only runs of this issue, identifier or id")
    .option("--json", "print a document")
    .addHelpText("after", EXAMPLES)
    .action(async (path: string | undefined, _options: RunsOptions, command: Command) => {
      await listRuns(cli, targetOf(command, path), command.optsWithGlobals<RunsOptions>());
    });
}

async function listRuns(cli: Cli, target: Target, { limit, issue, json }: RunsOptions): Promise<void> {
  const app = await cli.app();
  const project = await app.locate(target);
  const runs = await readRuns(app, project, limit, issue ?? null);
  if (json) return cli.printJson({ version: 1, runs });
  if (runs.length === 0) return cli.print(`No run yet. To begin: ${commandLine(cli, target)}`);
  const { runLines } = await import("./show/run-lines.ts");
  cli.print(...runLines(runs, app.clock.now()));
}

async function readRuns(
  app: App,
  project: Project,
  limit: number,
  issue: string | null,
): Promise<readonly RunDocument[]> {
  const reader = await readerIfAny(app, project);
  if (reader === null) {
    // A mistake in the file is told before people wonder why nothing ran.
    await app.workflow(project);
    return [];
  }
  return using(reader, ({ views }) => (issue === null ? newest(views, limit) : ofIssue(views, limit, issue)));
}

async function newest(views: RecordViews, limit: number): Promise<readonly RunDocument[]> {
  const { runPage } = await import("../record/index.ts");
  return (await runPage(views, { limit })).rows;
}

/** Of all lanes that the issue ever had. */
async function ofIssue(views: RecordViews, limit: number, wanted: string): Promise<readonly RunDocument[]> {
  const { runDocument } = await import("../record/index.ts");
  const { requireLane } = await import("./find-run.ts");
  const { issue } = await requireLane(views, wanted);
  const lanes = await views.lanesOfIssue(issue.id);
  const runs = await Promise.all(lanes.map(async ({ id }) => (await views.runsOfLane(id, limit)).toReversed()));
  return runs
    .flat()
    .slice(0, limit)
    .map((run) => runDocument(run, issue));
}
