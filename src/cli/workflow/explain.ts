import type { Command } from "commander";
import { type Explanation, explainKey, type ValueSource } from "../../workflow/index.ts";
import type { Cli } from "../cli.ts";
import { table } from "../table.ts";
import { targetOf, withTarget } from "../target.ts";

interface ExplainOptions {
  readonly json?: boolean;
}

const EXAMPLES = `
Examples:
  maestro workflow explain agent.max_turns
  maestro workflow explain tracker              every key of a section
  maestro workflow explain --json               every key`;

/** `maestro workflow explain`. */
export function addWorkflowExplain(group: Command, cli: Cli): void {
  withTarget(group.command("explain"))
    .description("say which value a key has and where it comes from; values of variables and secrets are not shown")
    .argument("[key]", "a key or a section, with dots (default: all)", "")
    .option("--json", "print a document")
    .addHelpText("after", EXAMPLES)
    .action(async (key: string, _options: ExplainOptions, command: Command) => {
      const { json } = command.optsWithGlobals<ExplainOptions>();
      const target = targetOf(command);
      const { template } = target;
      const app = await cli.app();
      const input = await app.workflowInput(await app.locate(target));
      const found = await explainKey(input, key);
      if (json) cli.printJson({ version: 1, template: template ?? null, keys: found.map(documentOf) });
      else cli.print(...linesOf(found, template));
    });
}

function documentOf({ key, value, source, purpose }: Explanation) {
  if (source.kind !== "file") return { key, value, source, purpose };
  const { writtenAs, variable, ...rest } = source;
  const named = variable === null ? null : { name: variable.name, set: variable.isSet };
  return { key, value, source: { ...rest, written_as: writtenAs, variable: named }, purpose };
}

function linesOf(found: readonly Explanation[], template: string | undefined): string[] {
  const [only, ...others] = found;
  if (only === undefined || others.length > 0) {
    const rows = found.map(({ key, value, source }) => [key, valueText(value), sourceText(key, source, template)]);
    return table(["KEY", "VALUE", "FROM"], rows);
  }
  const { key, value, source, purpose } = only;
  return [
    `${key} = ${valueText(value)}`,
    `from ${sourceText(key, source, template)}`,
    ...(purpose === null ? [] : [purpose]),
  ];
}

function valueText(value: Explanation["value"]): string {
  if (value === null) return "none";
  return typeof value === "string" ? value : JSON.stringify(value);
}

function sourceText(key: string, source: ValueSource, template: string | undefined): string {
  if (source.kind === "default") return "the default";
  if (source.kind === "adapter") return `the ${source.name}`;
  if (source.kind === "profile") return `the profile, ${source.place}`;
  const file = template === undefined ? source.place : `the template ${template}, ${source.place}`;
  const name = source.writtenAs === key ? "" : `, written as ${source.writtenAs}`;
  const { variable } = source;
  const reference =
    variable === null ? "" : `, the environment variable ${variable.name} (${variable.isSet ? "set" : "not set"})`;
  return `${file}${name}${reference}`;
}
