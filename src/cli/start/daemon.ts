import type { Command } from "commander";
import type { Cli } from "../cli.ts";
import { targetOf } from "../target.ts";
import { type StartOptions, withPollInterval, withStartOptions } from "./options.ts";

const EXAMPLES = `
Examples:
  maestro daemon                              run until SIGINT, SIGTERM, \`maestro drain\` or \`maestro stop\`
  maestro daemon --poll-interval-s 30         look at the tracker every 30 seconds
  maestro daemon --port 4000 ops/WORKFLOW.md  with page and API`;

/** `maestro daemon`: a service in the foreground. */
export function fillDaemon(daemon: Command, cli: Cli): void {
  withPollInterval(withStartOptions(daemon))
    .addHelpText("after", EXAMPLES)
    .action(async (path: string | undefined, _options: StartOptions, command: Command) => {
      await (await import("./start.ts")).start(cli, targetOf(command, path), command.optsWithGlobals<StartOptions>());
    });
}
