import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Where results are kept. */
const PAGE = join(import.meta.dirname, "../../docs/benchmarks.md");
const MEASURED = "## Last measurement";
const LONG = "## Long runs";
const INTRODUCTION = `# Benchmarks

Measurements and long runs are written by commands, on whatever machine they run on. Numbers of two machines, or of one machine on two days, are
compared by their ratio to a bare \`node -e 0\` of the same minute. Nothing here is asserted by a test.
`;
const LONG_HEAD = `${LONG}

\`npm run test:long\` adds a line: the whole-service simulation over many seeds, and the real program killed again and again.

| date | commit | what | result |
|---|---|---|---|
`;

/** Puts a new measurement in the place of the last one of this title, or behind the others. */
export function keepGroup(title: string, section: string): void {
  const { before, long } = partsOf();
  const sections = before.split(/^(?=##)/m);
  const isOld = (text: string): boolean => text.startsWith(`### ${title}\n`);
  const fresh = `${section.trim()}\n\n`;
  const at = sections.findIndex(isOld);
  const last = sections.findLastIndex(
    (text) => /^##/.test(text) && (text.startsWith("### ") || text.startsWith(MEASURED)),
  );
  if (at >= 0) sections[at] = fresh;
  else if (last >= 0) sections.splice(last + 1, 0, fresh);
  else sections.push(`${MEASURED}\n\n`, fresh);
  writeFileSync(PAGE, `${sections.join("")}${long}`);
}

/** Adds a line to the long runs. */
export function keepLongRun(cells: readonly string[]): void {
  const { before, long } = partsOf();
  writeFileSync(PAGE, `${before}${long.trimEnd()}\n| ${cells.join(" | ")} |\n`);
}

function partsOf(): { readonly before: string; readonly long: string } {
  const text = existsSync(PAGE) ? readFileSync(PAGE, "utf8") : INTRODUCTION;
  const at = text.indexOf(LONG);
  return at < 0
    ? { before: `${text.trimEnd()}\n\n`, long: LONG_HEAD }
    : { before: text.slice(0, at), long: text.slice(at) };
}
