import { access } from "node:fs/promises";
import { resolve } from "node:path";
import type { Command } from "commander";
import { nearestOf } from "../../base/nearest.ts";
import type { Cli } from "../cli.ts";
import { usageError } from "../problem.ts";
import { targetOf } from "../target.ts";
import { type StartOptions, withOnce, withPollInterval, withStartOptions } from "./options.ts";

const EXAMPLES = `
Examples:
  maestro                                              run the WORKFLOW.md of this folder
  maestro --template local/local/mock --port 4000      run the demo, with a page on port 4000
  maestro path/to/WORKFLOW.md --once                   one poll, then end
  maestro --dry-run                                    what would be started, and why
  maestro status                                       what runs, what waits and why`;

/** What the program itself does: run a service in the foreground. */
export function addMaestro(program: Command, cli: Cli): void {
  withPollInterval(withOnce(withStartOptions(program)))
    .argument("[path]", "the workflow file (default: WORKFLOW.md)")
    .addHelpText("after", EXAMPLES)
    .action(async (path: string | undefined, options: StartOptions, command: Command) => {
      if (path !== undefined) await refuseUnknownCommand(path, program, cli);
      await (await import("./start.ts")).start(cli, targetOf(command, path), options);
    });
}

/** A bare word that is no file was meant as a command. */
async function refuseUnknownCommand(word: string, program: Command, cli: Cli): Promise<void> {
  if (!/^[a-z][a-z-]*$/i.test(word)) return;
  const isThere = await access(resolve(cli.terminal.cwd, word)).then(
    () => true,
    () => false,
  );
  if (isThere) return;
  const nearest = nearestOf(
    word,
    program.commands.map((command) => command.name()),
  );
  throw usageError(
    `There is no command and no file "${word}".`,
    nearest === undefined ? "`maestro --help` lists the commands." : `Did you mean \`maestro ${nearest}\`?`,
  );
}
