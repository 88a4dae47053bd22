import { checkAdapters } from "./adapters.ts";
import { checkBoundaries } from "./boundaries.ts";
import { checkCycles } from "./cycles.ts";
import { applyExceptions } from "./exceptions.ts";
import { checkLanguage } from "./language.ts";
import { checkNames } from "./names.ts";
import { checkPurity } from "./purity.ts";
import { checkSize, describeSizes } from "./size.ts";
import { type Breach, readTree, type Tree } from "./source.ts";

const CHECKS: readonly ((tree: Tree) => Breach[])[] = [
  checkBoundaries,
  checkCycles,
  checkPurity,
  checkSize,
  checkLanguage,
  checkNames,
  checkAdapters,
];

export interface HouseReport {
  sizes: string;
  breaches: Breach[];
}

export function checkHouse(root: string): HouseReport {
  const tree = readTree(root);
  const breaches = applyExceptions(
    root,
    CHECKS.flatMap((check) => check(tree)),
  );
  breaches.sort((a, b) => a.file.localeCompare(b.file) || a.line - b.line);
  return { sizes: describeSizes(tree), breaches };
}
