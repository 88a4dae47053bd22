import type { Command } from "commander";
import type { Cli } from "../cli.ts";
import { withTarget } from "../target.ts";
import { findChange, withForge } from "./forge-session.ts";

interface DiffOptions {
  readonly json?: boolean;
}

const EXAMPLES = `
Examples:
  maestro change diff 3
  maestro change diff 3 > change.patch`;

/** `maestro change diff`. */
export function addChangeDiff(group: Command, cli: Cli): void {
  withTarget(group.command("diff"))
    .description("print a change as a unified diff")
    .argument("<change>", "number or branch")
    .option("--json", "print a document")
    .addHelpText("after", EXAMPLES)
    .action(async (wanted: string, _options: DiffOptions, command: Command) => {
      await withForge(cli, command, async (session) => {
        const change = await findChange(session, wanted);
        const diff = await session.forge.diff(change.id, session.call);
        if (command.optsWithGlobals<DiffOptions>().json) cli.printJson({ version: 1, id: change.id, diff });
        else if (diff !== "") cli.printExact(diff);
      });
    });
}
