import type { Command } from "commander";
import type { Cli } from "../cli.ts";
import { EXIT } from "../exit-codes.ts";
import { targetOf, withTarget } from "../target.ts";

interface VerifyOptions {
  readonly json?: boolean;
}

const EXAMPLES = `
Examples:
  maestro record verify              exit code 7 when something differs
  maestro record verify --json`;

/** `maestro record verify`. */
export function addRecordVerify(group: Command, cli: Cli): void {
  withTarget(group.command("verify"))
    .description("rebuild everything from the events and compare; also beside a running service")
    .argument("[path]", "the workflow file (default: WORKFLOW.md)")
    .option("--json", "print a document")
    .addHelpText("after", EXAMPLES)
    .action(async (path: string | undefined, _options: VerifyOptions, command: Command) => {
      const app = await cli.app();
      const report = await app.verify(await app.locate(targetOf(command, path)));
      if (!report.ok) cli.exitCode = EXIT.storage;
      if (command.optsWithGlobals<VerifyOptions>().json) return cli.printJson({ version: 1, ...report });
      if (report.ok) return cli.print(`${report.events} events, and everything that is derived from them agrees.`);
      cli.print(
        `${report.events} events; this does not agree with them:`,
        ...report.differences.map((line) => `  ${line}`),
      );
      cli.print("", "Restore a copy of record.db (with its -wal file), or move it away to begin a new record.");
    });
}
