// Usage: npm run bench -- [--date YYYY-MM-DD]
import { Daemon } from "./daemon.ts";
import { measureInside } from "./inside.ts";
import { commitOf, dateOf, loadOf, machineOf } from "./origin.ts";
import { keepMeasurement } from "./page.ts";
import { type Group, sectionOf, textOf } from "./report.ts";
import { measureStart } from "./start.ts";
import { measureStop } from "./stop.ts";
import { measureMerges, measureRuns } from "./work.ts";

for (const name of ["SIGINT", "SIGTERM"] as const) {
  process.once(name, () => void Daemon.endAll().then(() => process.exit(1)));
}
// Before anything is measured: the page that it is written to is a file of the commit.
const commit = commitOf();
const before = loadOf();
const groups: Group[] = [];
for (const measure of [measureStart, measureInside, measureStop, measureMerges, measureRuns]) {
  const measured = await measure();
  for (const group of Array.isArray(measured) ? measured : [measured]) {
    groups.push(group);
    console.log(textOf(group).join("\n"));
  }
}
const facts = [
  `- commit: ${commit}`,
  `- date: ${dateOf()}`,
  `- machine: ${machineOf()}`,
  `- load of the minute before: ${before}; of the last one: ${loadOf()}`,
];
keepMeasurement(["## Last measurement", "", "`npm run bench`:", "", ...facts, "", ...groups.map(sectionOf)].join("\n"));
console.log("\nKept in docs/benchmarks.md");
