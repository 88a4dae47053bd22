import type { Command } from "commander";
import type { Cli } from "../cli.ts";
import { targetOf, withTarget } from "../target.ts";

interface ShowOptions {
  readonly json?: boolean;
}

const EXAMPLES = `
Examples:
  maestro show SHOP-3                    where it stands, its newest run, what is known for certain
  maestro show SHOP-3/2                  its second run
  maestro show SHOP-3/2 --json`;

/** `maestro show`. */
export function fillShow(show: Command, cli: Cli): void {
  withTarget(show)
    .option("--json", "print a document")
    .addHelpText("after", EXAMPLES)
    .action(async (wanted: string, _options: ShowOptions, command: Command) => {
      const { showNamed } = await import("./showing.ts");
      await showNamed(cli, targetOf(command), wanted, command.optsWithGlobals<ShowOptions>().json === true);
    });
}
