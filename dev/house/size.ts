import { findFunctions } from "./functions.ts";
import { type Breach, lineAt, type Source, type Tree } from "./source.ts";

const FILE_GOAL = 300;
const FILE_LIMIT = 500;
const FUNCTION_LIMIT = 50;

export function checkSize({ sources }: Tree): Breach[] {
  return sources.flatMap((source) => [...checkFile(source), ...checkFunctions(source)]);
}

function checkFile({ path: file, lines }: Source): Breach[] {
  if (lines <= FILE_GOAL) return [];
  if (lines <= FILE_LIMIT) return [{ file, line: 1, rule: "file-size", message: `${lines} lines, goal ${FILE_GOAL}` }];
  return [{ file, line: 1, rule: "file-limit", message: `${lines} lines, limit ${FILE_LIMIT}` }];
}

function checkFunctions({ path: file, code }: Source): Breach[] {
  return findFunctions(code).flatMap(({ start, end, isTestCallback }) => {
    const line = lineAt(code, start);
    const length = lineAt(code, end) - line + 1;
    if (length <= FUNCTION_LIMIT || (isTestCallback && file.startsWith("test/"))) return [];
    return [{ file, line, rule: "function-size", message: `function of ${length} lines, limit ${FUNCTION_LIMIT}` }];
  });
}

/** One line about the sizes of the product's own files. */
export function describeSizes({ sources }: Tree): string {
  const product = sources.filter(({ path }) => path.startsWith("src/")).sort((a, b) => a.lines - b.lines);
  const at = (share: number) => product[Math.min(product.length - 1, Math.floor(product.length * share))];
  const largest = product.at(-1);
  if (largest === undefined) return "src: no files";
  const lines = `median ${at(0.5)?.lines}, p90 ${at(0.9)?.lines} lines`;
  return `src: ${product.length} files, ${lines}, largest ${largest.lines} (${largest.path})`;
}
