import type { Command } from "commander";
import { messageOf } from "../base/errors.ts";
import type { StatusDocument } from "../model/documents/status.ts";
import type { App, Project, Target } from "./app.ts";
import type { Cli } from "./cli.ts";
import { wholeNumber } from "./option-values.ts";
import { readerIfAny, using } from "./reading.ts";
import { commandLine, targetOf, withTarget } from "./target.ts";

interface StatusOptions {
  readonly json?: boolean;
  readonly limit: number;
}

/** Ended runs that are shown. */
const RECENT_ROWS = 10;

const EXAMPLES = `
Examples:
  maestro status                     what runs, what waits and why
  maestro status --json              the same as a document, as GET /api/v1/state gives it
  maestro status --limit 50          with the last 50 ended runs
  maestro status --template local/local/mock`;

/** `maestro status`. */
export function addStatus(program: Command, cli: Cli): void {
  withTarget(program.command("status"))
    .description("show what runs, what waits and why; with and without a running service")
    .argument("[path]", "the workflow file (default: WORKFLOW.md)")
    .option("--json", "print a document")
    .option("--limit <n>", "how many ended runs are shown; what is open is always shown", wholeNumber(1), RECENT_ROWS)
    .addHelpText("after", EXAMPLES)
    .action(async (path: string | undefined, options: StatusOptions, command: Command) => {
      await showStatus(cli, targetOf(command, path), options);
    });
}

async function showStatus(cli: Cli, target: Target, { json, limit }: StatusOptions): Promise<void> {
  const app = await cli.app();
  const project = await app.locate(target);
  const reader = await readerIfAny(app, project);
  const status =
    reader === null
      ? await firstStatus(app, project, limit)
      : await using(reader, ({ views }) => statusOf(app, project, { views, limit }));
  if (json) return cli.printJson(status);
  const { statusText } = await import("./status-text.ts");
  cli.print(...statusText(status, app.clock.now()));
  if (reader === null) cli.print("", `Nothing ever ran here. To begin: ${commandLine(cli, target)}`);
}

/** Without a record the file is all there is, so a mistake in it is an error. */
async function firstStatus(app: App, project: Project, limit: number): Promise<StatusDocument> {
  await app.workflow(project);
  return statusOf(app, project, { views: null, limit });
}

type Views = Parameters<typeof import("../record/index.ts").statusDocument>[0]["views"];

async function statusOf(
  app: App,
  project: Project,
  { views, limit }: { readonly views: Views; readonly limit: number },
): Promise<StatusDocument> {
  const { statusDocument } = await import("../record/index.ts");
  const running = await app.nudge(project);
  return statusDocument({
    views,
    clock: app.clock,
    workflow: { id: project.id, path: project.workflowPath, ...(await stateOfFile(app, project)) },
    service: { running, pid: running ? await pidOf(views) : null },
    // What candidates wait for is known to the service alone; `--dry-run` decides it anew.
    waiting: [],
    recentLimit: limit,
  });
}

async function stateOfFile(
  app: App,
  project: Project,
): Promise<Pick<StatusDocument["workflow"], "problem" | "warnings">> {
  try {
    const { warnings = [] } = await app.workflow(project);
    return { problem: null, warnings: warnings.map(({ sentence }) => sentence) };
  } catch (error) {
    return { problem: messageOf(error) };
  }
}

/** Whoever answers is the one that started last. */
async function pidOf(views: Views): Promise<number | null> {
  const [last] = (await views?.events({ types: ["service_started"], limit: 1, newestFirst: true })) ?? [];
  return last?.event.type === "service_started" ? last.event.data.pid : null;
}
