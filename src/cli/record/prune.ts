import type { Command } from "commander";
import type { PruneReport } from "../../record/index.ts";
import type { Cli } from "../cli.ts";
import { instant } from "../option-values.ts";
import { table } from "../table.ts";
import { targetOf, withTarget } from "../target.ts";

interface PruneOptions {
  readonly closedBefore: number;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

const EXAMPLES = `
Examples:
  maestro record prune --closed-before 2026-01-01 --dry-run
  maestro record prune --closed-before 2026-01-01T00:00:00Z`;

/** `maestro record prune`. */
export function addRecordPrune(group: Command, cli: Cli): void {
  withTarget(group.command("prune"))
    .description("replace the events of lanes that were closed long ago by one each; not beside a running service")
    .argument("[path]", "the workflow file (default: WORKFLOW.md)")
    .requiredOption("--closed-before <instant>", "lanes that were closed before this, e.g. 2026-01-01", instant)
    .option("--dry-run", "only tell what would go")
    .option("--json", "print a document")
    .addHelpText("after", EXAMPLES)
    .action(async (path: string | undefined, options: PruneOptions, command: Command) => {
      const app = await cli.app();
      const project = await app.locate(targetOf(command, path));
      const { dryRun, json } = command.optsWithGlobals<PruneOptions>();
      const isDry = dryRun === true;
      const report = await app.prune(project, { closedBefore: options.closedBefore, dryRun: isDry });
      if (json) cli.printJson(document(report, isDry));
      else cli.print(...describe(report, isDry));
    });
}

function document({ lanes, events, kept }: PruneReport, dryRun: boolean) {
  return {
    version: 1,
    dry_run: dryRun,
    events,
    lanes: lanes.map(({ laneId, identifier, events: count }) => ({ lane_id: laneId, identifier, events: count })),
    kept: kept.map(({ laneId, reason }) => ({ lane_id: laneId, reason })),
  };
}

function describe({ lanes, events, kept }: PruneReport, dryRun: boolean): string[] {
  const went = dryRun ? "would go" : "went";
  return [
    `${lanes.length} lanes, ${events} events ${went}.`,
    ...table(
      ["ISSUE", "LANE", "EVENTS"],
      lanes.map(({ identifier, laneId, events: count }) => [identifier, laneId, String(count)]),
    ),
    ...table(
      ["KEPT", "WHY"],
      kept.map(({ laneId, reason }) => [laneId, reason]),
    ),
  ];
}
