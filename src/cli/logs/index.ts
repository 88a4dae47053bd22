import type { Command } from "commander";
import type { Cli } from "../cli.ts";
import { collect, wholeNumber } from "../option-values.ts";
import { targetOf, withTarget } from "../target.ts";

interface LogsOptions {
  readonly follow?: boolean;
  readonly kind?: readonly string[];
  readonly limit?: number;
  readonly json?: boolean;
}

const EXAMPLES = `
Examples:
  maestro logs SHOP-3                     the newest run
  maestro logs SHOP-3/2                   its second run
  maestro logs SHOP-3 -f                  go on while it runs, and with its next run
  maestro logs SHOP-3 --kind stderr --limit 50
  maestro logs SHOP-3 --json              each as a line of JSON

Kinds are prompt, message, activity, stderr, usage and raw (the agent's protocol); usage and raw are shown when they are asked for.`;

/** `maestro logs`. */
export function fillLogs(logs: Command, cli: Cli): void {
  withTarget(logs)
    .option("-f, --follow", "go on until it is interrupted or the lane ends")
    .option("--kind <name>", "only this kind; may be given several times", collect)
    .option("--limit <n>", "only the last ones", wholeNumber(1))
    .option("--json", "print a line of JSON for each")
    .addHelpText("after", EXAMPLES)
    .action(async (wanted: string, _options: LogsOptions, command: Command) => {
      const { follow = false, kind, limit, json = false } = command.optsWithGlobals<LogsOptions>();
      const { printLogs } = await import("./following.ts");
      const shown = { kinds: kind ?? null, limit: limit ?? null, json };
      await printLogs(cli, targetOf(command), wanted, { follow, ...shown });
    });
}
