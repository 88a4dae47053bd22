import type { Bare } from "./bare.ts";

/** One measured number. */
export interface Measured {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  /** What it is to bare Node, where that says something. */
  readonly ratio?: number;
  /** What it should be, in words; told, never asserted. */
  readonly target?: string;
}

/** What was measured together, with bare Node at that time. */
export interface Group {
  readonly title: string;
  /** How it was measured. */
  readonly how: string;
  readonly bare: Bare;
  readonly rows: readonly Measured[];
}

const HEAD = ["", "median", "÷ bare node", "target"];

/** A group as lines for people. */
export function textOf(group: Group): string[] {
  const rows = [HEAD, ...cellsOf(group)];
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
  return ["", group.title, ...lines.map((line) => `  ${line}`)];
}

/** A group as a section of the page. `origin`: by which command, of what, where. */
export function sectionOf(group: Group, origin: string): string {
  const rows = [HEAD, HEAD.map((_, column) => (column === 1 || column === 2 ? "---:" : "---")), ...cellsOf(group)];
  return `### ${group.title}\n\n${group.how}\n\n${origin}\n\n${rows.map((row) => `| ${row.join(" | ")} |`).join("\n")}\n`;
}

function cellsOf({ bare, rows }: Group): string[][] {
  const own = [`bare \`node -e 0\``, `${rounded(bare.wallMs)} ms, ${rounded(bare.peakMb)} MB`, "1", ""];
  return [own, ...rows.map(cells)];
}

function cells({ what, value, unit, ratio, target }: Measured): string[] {
  return [what, `${rounded(value)} ${unit}`, ratio === undefined ? "" : ratio.toFixed(2), target ?? ""];
}

/** Three digits say all that a measurement on a shared machine can say. */
function rounded(value: number): string {
  return value >= 100 ? String(Math.round(value)) : String(Number(value.toPrecision(3)));
}
