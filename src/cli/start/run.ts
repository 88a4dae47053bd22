import type { Command } from "commander";
import type { Cli } from "../cli.ts";
import { usageError } from "../problem.ts";
import { targetOf } from "../target.ts";
import { type StartOptions, withOnce, withStartOptions } from "./options.ts";

const EXAMPLES = `
Examples:
  maestro run --once                       one poll; exit code 0 when nothing failed
  maestro run --once --issue SHOP-3        only this issue
  maestro run --dry-run --json             the decisions of the next poll as a document`;

/** `maestro run`: one poll and its end. */
export function fillRun(run: Command, cli: Cli): void {
  withOnce(withStartOptions(run))
    .addHelpText("after", EXAMPLES)
    .action(async (path: string | undefined, _options: StartOptions, command: Command) => {
      const options = command.optsWithGlobals<StartOptions>();
      if (!options.once && !options.dryRun) {
        throw usageError("`maestro run` needs --once or --dry-run.", "`maestro daemon` runs until it is stopped.");
      }
      await (await import("./start.ts")).start(cli, targetOf(command, path), options);
    });
}
