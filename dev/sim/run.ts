import { mutants } from "./mutants/index.ts";
import { runSeed } from "./seed.ts";

/** `npx tsx dev/sim/run.ts 1-200 [mutant]`: lives through these seeds and prints what broke. One seed replays one world. */
const [range = "1-20", mutant] = process.argv.slice(2);
const [first = 1, last = first] = range.split("-").map(Number);
const mutation = mutant === undefined ? null : mutants[mutant];
if (mutation === undefined) {
  console.error(`No mutant is called "${mutant}". Known: ${Object.keys(mutants).join(", ")}.`);
  process.exit(2);
}
let failed = 0;
for (let seed = first; seed <= last; seed += 1) {
  const result = await runSeed(seed, mutation);
  if (result.broken.length > 0) failed += 1;
  const facts = `${result.agentRuns} runs, ${result.deaths} deaths, ${result.calls} calls`;
  console.log(`seed ${seed}: ${result.broken.length === 0 ? "holds" : "BROKEN"} (${facts})`);
  const lines = result.broken.length === 0 ? [] : [...result.broken, ...result.waiting.map((line) => `waits: ${line}`)];
  for (const line of lines) console.log(`  ${line}`);
}
console.log(`${last - first + 1 - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
