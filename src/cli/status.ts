import type { Command } from "commander";
import type { StatusDocument } from "../model/documents/status.ts";
import type { Target } from "./app.ts";
import type { Cli } from "./cli.ts";
import { commandLine } from "./next-command.ts";
import { secondsAsMs, wholeNumber } from "./option-values.ts";
import { usageError } from "./problem.ts";
import { targetOf, withTarget } from "./target.ts";

interface StatusOptions {
  readonly json?: boolean;
  readonly limit: number;
  readonly watch?: boolean;
  /** Milliseconds, although the option is in seconds. */
  readonly interval?: number;
}

/** Ended runs that are shown. */
const RECENT_ROWS = 10;
/** How often a followed status is looked at, milliseconds. */
const INTERVAL_MS = 2_000;

const EXAMPLES = `
Examples:
  maestro status                     what runs, what waits and why
  maestro status --watch             the same, drawn anew until Ctrl+C
  maestro status --json              as a document, as GET /api/v1/state gives it
  maestro status --watch --json      a line with the document for each change
  maestro status --limit 50          with the last 50 ended runs
  maestro status --template local/local/mock`;

/** `maestro status`. */
export function fillStatus(status: Command, cli: Cli): void {
  withTarget(status)
    .option("--json", "print a document")
    .option("--limit <n>", "how many ended runs are shown; what is open is always shown", wholeNumber(1), RECENT_ROWS)
    .option("--watch", "go on until it is interrupted")
    .option("--interval <s>", "with --watch: seconds between two looks (default: 2)", secondsAsMs)
    .addHelpText("after", EXAMPLES)
    .action(async (path: string | undefined, options: StatusOptions, command: Command) => {
      await showStatus(cli, targetOf(command, path), options);
    });
}

function isOpen({ running, retrying, waiting }: StatusDocument): boolean {
  return running.length + retrying.length + waiting.length > 0;
}

async function showStatus(cli: Cli, target: Target, options: StatusOptions): Promise<void> {
  const { json = false, limit, watch, interval } = options;
  if (interval !== undefined && !watch) throw usageError("--interval needs --watch.");
  const app = await cli.app();
  const project = await app.locate(target);
  if (watch) {
    const { watchStatus } = await import("./status-watch.ts");
    return watchStatus(cli, { app, project, limit, json, intervalMs: interval ?? INTERVAL_MS });
  }
  const { readStatus } = await import("./status-reading.ts");
  const { status, hasRecord } = await readStatus(app, project, limit);
  if (json) return cli.printJson(status);
  const { statusLines } = await import("./status-text.ts");
  cli.print(...statusLines(status, app.clock.now()));
  if (!hasRecord) cli.print("", `Nothing ever ran here. To begin: ${commandLine(cli, target)}`);
  else {
    cli.print("", `Issues that were not started, and why: ${commandLine(cli, target, "--dry-run")}`);
    if (!status.service.running && isOpen(status)) cli.print(`To go on: ${commandLine(cli, target)}`);
  }
}
