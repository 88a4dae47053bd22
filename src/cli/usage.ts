import { type Command, InvalidArgumentError, Option } from "commander";
import { formatDuration } from "../base/duration.ts";
import { USAGE_GROUPS, type UsageDocument, type UsageGroup, type UsageRow } from "../model/documents/usage.ts";
import type { Target } from "./app.ts";
import type { Cli } from "./cli.ts";
import { commandLine } from "./next-command.ts";
import { readerIfAny, using } from "./reading.ts";
import { table } from "./table.ts";
import { targetOf, withTarget } from "./target.ts";

interface UsageOptions {
  readonly by: UsageGroup;
  readonly since?: string;
  readonly until?: string;
  readonly json?: boolean;
  readonly csv?: boolean;
}

const EXAMPLES = `
Examples:
  maestro usage                              what each issue has used
  maestro usage --by day --since 2026-11-01
  maestro usage --by account --csv > usage.csv

Days are those of budget.time_zone. A cost with "+" leaves out tokens whose price nobody knows; budget.prices names them.`;

/** `maestro usage`. */
export function fillUsage(usage: Command, cli: Cli): void {
  withTarget(usage)
    .addOption(new Option("--by <group>", "what it is put together by").choices([...USAGE_GROUPS]).default("issue"))
    .option("--since <day>", "only from this day on, e.g. 2026-11-01", day)
    .option("--until <day>", "only up to this day", day)
    .addOption(new Option("--json", "print a document").conflicts("csv"))
    .option("--csv", "print rows with commas between them")
    .addHelpText("after", EXAMPLES)
    .action(async (path: string | undefined, _options: UsageOptions, command: Command) => {
      await printUsage(cli, targetOf(command, path), command.optsWithGlobals<UsageOptions>());
    });
}

function day(text: string): string {
  if (/^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text))) return text;
  throw new InvalidArgumentError("Give a day such as 2026-11-20.");
}

async function printUsage(cli: Cli, target: Target, options: UsageOptions): Promise<void> {
  const app = await cli.app();
  const project = await app.locate(target);
  const { usageDocument } = await import("../record/index.ts");
  const { by, since = null, until = null, json, csv } = options;
  const reader = await readerIfAny(app, project);
  // A mistake in the file is told before people wonder why nothing was used.
  if (reader === null) await app.workflow(project);
  const asked = { by, since, until };
  const document =
    reader === null
      ? await usageDocument(null, asked)
      : await using(reader, ({ views }) => usageDocument(views, asked));
  if (json) return cli.printJson(document);
  if (csv) return cli.print(...csvLines(document));
  if (document.rows.length === 0) return cli.print(`Nothing was used yet. To begin: ${commandLine(cli, target)}`);
  cli.print(...usageLines(document));
}

const COLUMNS = [
  "input_tokens",
  "cache_read_tokens",
  "cache_write_tokens",
  "output_tokens",
  "reasoning_tokens",
  "total_tokens",
  "cost_usd",
  "unpriced_tokens",
  "sessions",
  "turns",
  "model_calls",
  "wall_ms",
] as const satisfies readonly (keyof UsageRow)[];

/** Texts that a spreadsheet would take for a formula, or that end a cell. */
function cell(text: string): string {
  const plain = /^[=+\-@\t]/.test(text) ? `'${text}` : text;
  return /[",\n\r]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
}

function csvLines({ by, rows }: UsageDocument): string[] {
  const line = (row: UsageRow): string =>
    [cell(row.key), ...COLUMNS.map((column) => String(row[column] ?? ""))].join(",");
  return [[by, ...COLUMNS].join(","), ...rows.map(line)];
}

function usageLines({ by, rows, total }: UsageDocument): string[] {
  const headings = [by.toUpperCase(), "INPUT", "CACHED", "WRITTEN", "OUTPUT", "REASONING", "COST", "SESSIONS", "TURNS"];
  const cells = [...rows, total].map((row) => [
    row.key,
    ...[row.input_tokens, row.cache_read_tokens, row.cache_write_tokens, row.output_tokens, row.reasoning_tokens].map(
      grouped,
    ),
    costText(row),
    String(row.sessions),
    String(row.turns),
    String(row.model_calls),
    formatDuration(row.wall_ms),
  ]);
  return table([...headings, "CALLS", "TIME"], cells);
}

function grouped(amount: number): string {
  return String(amount).replace(/\B(?=(\d{3})+$)/g, " ");
}

function costText({ cost_usd: cost, unpriced_tokens: unpriced }: UsageRow): string {
  if (cost === null) return "unknown";
  return `$${cost.toFixed(2)}${unpriced > 0 ? "+" : ""}`;
}
