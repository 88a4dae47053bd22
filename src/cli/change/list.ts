import type { Command } from "commander";
import { type Change, checkSummary, reviewDecision } from "../../model/change.ts";
import type { Cli } from "../cli.ts";
import { table } from "../table.ts";
import { withTarget } from "../target.ts";
import { changeDocument } from "./documents.ts";
import { type ForgeSession, withForge } from "./forge-session.ts";

interface ListOptions {
  readonly all?: boolean;
  readonly json?: boolean;
}

const EXAMPLES = `
Examples:
  maestro change list                             those that are open
  maestro change list --all --json`;

/** `maestro change list`. */
export function addChangeList(group: Command, cli: Cli): void {
  withTarget(group.command("list"))
    .description("list the open changes")
    .option("--all", "also merged and closed ones")
    .option("--json", "print a document")
    .addHelpText("after", EXAMPLES)
    .action(async (_options: ListOptions, command: Command) => {
      await withForge(cli, command, (session) => list(cli, session, command.optsWithGlobals<ListOptions>()));
    });
}

async function list(cli: Cli, { forge, call }: ForgeSession, { all, json }: ListOptions): Promise<void> {
  const changes = await forge.list({ state: null }, call);
  const shown = all ? changes : changes.filter((change) => change.state === "open");
  if (json) return cli.printJson({ version: 1, changes: shown.map(changeDocument) });
  const rows = shown.map((change) => [
    change.id,
    change.state,
    reviewDecision(change).replaceAll("_", " "),
    checkSummary(change),
    change.branch,
    change.title,
  ]);
  cli.print(...table(["ID", "STATE", "REVIEW", "CHECKS", "BRANCH", "TITLE"], rows));
  if (!all) cli.print(...endedLine(changes, shown.length));
}

function endedLine(changes: readonly Change[], open: number): string[] {
  const merged = changes.filter((change) => change.state === "merged").length;
  const closed = changes.length - open - merged;
  const first = open === 0 ? ["No change is open."] : [];
  return merged + closed === 0 ? first : [...first, `${merged} merged, ${closed} closed; --all shows them.`];
}
