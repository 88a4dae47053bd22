import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Breach } from "./source.ts";

interface Exception {
  rule: string;
  file: string;
  reason: string;
}

/** The list belongs to the checked tree, not to the check. */
const LIST = "dev/house/exceptions.json";
const MOST = 15;
const NEVER = ["file-limit", "cycles"];

/** Drops the excused breaches, and adds one for every exception that is unreasoned, impossible, no longer needed or too many. */
export function applyExceptions(root: string, breaches: Breach[]): Breach[] {
  const list = readExceptions(root);
  const excuses = ({ rule, file }: Exception, breach: Breach) => rule === breach.rule && file === breach.file;
  const left = breaches.filter((breach) => NEVER.includes(breach.rule) || !list.some((one) => excuses(one, breach)));
  const wrong = list.flatMap((one, index) => {
    const problem = findProblem(
      one,
      index,
      breaches.some((breach) => excuses(one, breach)),
    );
    return problem === undefined ? [] : [{ file: LIST, line: 1, rule: "exceptions", message: problem }];
  });
  return [...left, ...wrong];
}

function findProblem({ rule, file, reason }: Exception, index: number, isNeeded: boolean): string | undefined {
  if (index >= MOST) return `${rule} for ${file} is exception ${index + 1} of at most ${MOST}`;
  if (NEVER.includes(rule)) return `${rule} has no exceptions (${file})`;
  if (!reason) return `${rule} for ${file} has no reason`;
  return isNeeded ? undefined : `${rule} for ${file} is no longer needed`;
}

function readExceptions(root: string): Exception[] {
  const path = join(root, LIST);
  return existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as Exception[]) : [];
}
