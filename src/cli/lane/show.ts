import type { Command } from "commander";
import type { Cli } from "../cli.ts";
import { targetOf, withTarget } from "../target.ts";

interface ShowOptions {
  readonly json?: boolean;
}

const EXAMPLES = `
Examples:
  maestro lane show SHOP-3
  maestro lane show lane_0123456789abcdef --json`;

/** `maestro lane show`. */
export function addLaneShow(group: Command, cli: Cli): void {
  withTarget(group.command("show"))
    .description("show where it stands, its runs, and what is known for certain")
    .argument("<issue>", "identifier or id of an issue, or the id of a lane")
    .option("--json", "print a document")
    .addHelpText("after", EXAMPLES)
    .action(async (wanted: string, _options: ShowOptions, command: Command) => {
      const { showLaneOf } = await import("../show/showing.ts");
      await showLaneOf(cli, targetOf(command), wanted, command.optsWithGlobals<ShowOptions>().json === true);
    });
}
