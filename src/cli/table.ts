import { oneLine, shortened } from "./plain-text.ts";

/** Widest cell, in characters; the last column of a table is not cut. */
const WIDEST = 48;

/** Rows under their headings, in columns that are as wide as their widest cell. Without rows: no lines. */
export function table(headings: readonly string[], rows: readonly (readonly string[])[]): string[] {
  if (rows.length === 0) return [];
  const last = headings.length - 1;
  const cells = [headings, ...rows].map((row) =>
    row.map((cell, at) => (at === last ? oneLine(cell) : shortened(cell, WIDEST))),
  );
  const widths = headings.map((_, at) => Math.max(...cells.map((row) => lengthOf(row[at] ?? ""))));
  return cells.map((row) =>
    row
      .map((cell, at) => pad(cell, widths[at] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}

function pad(cell: string, width: number): string {
  return cell + " ".repeat(Math.max(0, width - lengthOf(cell)));
}

function lengthOf(cell: string): number {
  return [...cell].length;
}
