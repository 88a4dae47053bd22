import type { Command } from "commander";
import type { Cli } from "../cli.ts";
import { targetOf, withTarget } from "../target.ts";

interface ExplainOptions {
  readonly json?: boolean;
}

const EXAMPLES = `
Examples:
  maestro explain SHOP-3                   why it runs, waits or is parked
  maestro explain SHOP-3 --json
  maestro explain SHOP-3 --template local/local/mock`;

/** `maestro explain`. */
export function fillExplain(explain: Command, cli: Cli): void {
  withTarget(explain)
    .option("--json", "print a document")
    .addHelpText("after", EXAMPLES)
    .action(async (wanted: string, _options: ExplainOptions, command: Command) => {
      const { explainIssue } = await import("./explanation.ts");
      await explainIssue(cli, targetOf(command), wanted, command.optsWithGlobals<ExplainOptions>().json === true);
    });
}
