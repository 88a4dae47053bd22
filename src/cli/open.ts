import type { Command } from "commander";
import type { Cli } from "./cli.ts";
import { targetOf, withTarget } from "./target.ts";

interface OpenOptions {
  readonly json?: boolean;
}

const EXAMPLES = `
Examples:
  maestro open                          a link to the page of the running service
  maestro open --json
  xdg-open "$(maestro open)"`;

/** `maestro open`: the link opens one session; whoever has it can act, so it is printed and kept nowhere. */
export function fillOpen(open: Command, cli: Cli): void {
  withTarget(open)
    .option("--json", "print a document")
    .addHelpText("after", EXAMPLES)
    .action(async (path: string | undefined, _options: OpenOptions, command: Command) => {
      const app = await cli.app();
      const { link, expiresAt } = await app.pageLink(await app.locate(targetOf(command, path)));
      if (command.optsWithGlobals<OpenOptions>().json) cli.printJson({ version: 1, link, expires_at: expiresAt });
      else cli.printExact(link);
    });
}
