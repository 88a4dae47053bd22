import type { Command } from "commander";
import type { Cli } from "../cli.ts";
import { targetOf, withTarget } from "../target.ts";

interface DoctorOptions {
  readonly json?: boolean;
}

const EXAMPLES = `
Examples:
  maestro doctor
  maestro doctor --template local/local/mock
  maestro doctor --json

Exit code 0 when nothing failed; else that of the first failure: 3 configuration, 6 tracker or forge, 7 disk.`;

/** `maestro doctor`. */
export function fillDoctor(doctor: Command, cli: Cli): void {
  withTarget(doctor)
    .option("--json", "print a document")
    .addHelpText("after", EXAMPLES)
    .action(async (path: string | undefined, _options: DoctorOptions, command: Command) => {
      const { examine } = await import("./examine.ts");
      await examine(cli, targetOf(command, path), command.optsWithGlobals<DoctorOptions>().json === true);
    });
}
