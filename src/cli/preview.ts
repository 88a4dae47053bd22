import type { Command } from "commander";
import type { Cli } from "./cli.ts";
import { targetOf, withTarget } from "./target.ts";

interface PreviewOptions {
  readonly json?: boolean;
}

const EXAMPLES = `
Examples:
  maestro preview SHOP-3                   the prompt that its next run gets; nothing is started
  maestro preview SHOP-3 --json
  maestro preview SHOP-3 | less`;

/** `maestro preview`. */
export function fillPreview(preview: Command, cli: Cli): void {
  withTarget(preview)
    .option("--json", "print a document")
    .addHelpText("after", EXAMPLES)
    .action(async (wanted: string, _options: PreviewOptions, command: Command) => {
      const { printPreview } = await import("./next-run.ts");
      await printPreview(cli, targetOf(command), wanted, command.optsWithGlobals<PreviewOptions>().json === true);
    });
}
