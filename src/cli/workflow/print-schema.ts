import { Argument, type Command } from "commander";
import { readSchema, SCHEMA_NAMES } from "../../workflow/index.ts";
import type { Cli } from "../cli.ts";

const EXAMPLES = `
Examples:
  maestro workflow schema > workflow.schema.json
  maestro workflow schema profile`;

/** `maestro workflow schema`. */
export function addWorkflowSchema(group: Command, cli: Cli): void {
  group
    .command("schema")
    .description("print the JSON Schema of a file's front matter, for editors")
    .addArgument(new Argument("[file]", "which file").choices(SCHEMA_NAMES).default("workflow"))
    .addHelpText("after", EXAMPLES)
    .action(async (file: (typeof SCHEMA_NAMES)[number]) => cli.printExact(await readSchema(file)));
}
