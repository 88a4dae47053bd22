// Usage: npm run bench -- [part …] [--profile <folder>] [--date YYYY-MM-DD]; without a part, all of them.
import { parseArgs } from "node:util";
import { measureAgents } from "./agents.ts";
import { Daemon } from "./daemon.ts";
import { measureForges } from "./forges.ts";
import { measureIdle } from "./idle.ts";
import { measureInside } from "./inside.ts";
import { commitOf, dateOf, loadOf, machineOf } from "./origin.ts";
import { keepGroup } from "./page.ts";
import { type Group, sectionOf, textOf } from "./report.ts";
import { measureSessions } from "./sessions.ts";
import { measureStart } from "./start.ts";
import { measureState } from "./state.ts";
import { measureStop } from "./stop.ts";
import { measureTrackers } from "./trackers.ts";
import { measureMerges, measureThroughput } from "./work.ts";

const PARTS: Readonly<Record<string, () => Promise<readonly Group[]>>> = {
  start: measureStart,
  idle: measureIdle,
  throughput: measureThroughput,
  merge: measureMerges,
  sessions: measureSessions,
  inside: measureInside,
  state: measureState,
  stop: measureStop,
  agents: measureAgents,
  tracker: measureTrackers,
  forge: measureForges,
};

for (const name of ["SIGINT", "SIGTERM"] as const) {
  process.once(name, () => void Daemon.endAll().then(() => process.exit(1)));
}
const options = { profile: { type: "string" }, date: { type: "string" } } as const;
const { positionals, values } = parseArgs({ options, allowPositionals: true });
const unknown = positionals.find((name) => !(name in PARTS));
if (unknown !== undefined) throw new Error(`There is no part "${unknown}": ${Object.keys(PARTS).join(", ")}`);
// Before anything is measured: the page that it is written to is a file of the commit.
const commit = commitOf();
for (const [name, measure] of Object.entries(PARTS)) {
  if (positionals.length > 0 && !positionals.includes(name)) continue;
  const before = loadOf();
  for (const group of await measure()) {
    console.log(textOf(group).join("\n"));
    const origin = `\`npm run bench -- ${name}\` on ${commit}, ${dateOf()}; ${machineOf()}; load ${before}, at the end ${loadOf()}.`;
    // A profiled program is a slower one.
    if (values.profile === undefined) keepGroup(group.title, sectionOf(group, origin));
  }
}
