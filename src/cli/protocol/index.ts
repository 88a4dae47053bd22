import type { Command } from "commander";
import type { Cli } from "../cli.ts";
import { targetOf, withTarget } from "../target.ts";
import { type ProtocolProbeOptions, probeAgents } from "./probe.ts";

const EXAMPLES = `
Examples:
  maestro protocol probe
  maestro protocol probe --template local/local/mock --json

Exit code 0 when every agent passed, 1 when one did not. A version that was not tested is told and passes.`;

/** `maestro protocol`: how Maestro and its agents speak with each other. */
export function fillProtocol(group: Command, cli: Cli): void {
  group.addHelpText("after", EXAMPLES);
  withTarget(group.command("probe"))
    .description("start each agent of the workflow, shake hands, let it list its tools, end it; costs nothing")
    .argument("[path]", "the workflow file (default: WORKFLOW.md)")
    .option("--json", "print a document")
    .addHelpText("after", EXAMPLES)
    .action(async (path: string | undefined, _options: object, command: Command) => {
      await probeAgents(cli, targetOf(command, path), command.optsWithGlobals<ProtocolProbeOptions>());
    });
}
