// Usage: npm run test:long -- [--seeds 1-1000] [--date YYYY-MM-DD]
import { spawn } from "node:child_process";
import { once } from "node:events";
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { commitOf, dateOf } from "./origin.ts";
import { keepLongRun } from "./page.ts";

/** Longest time of one part, milliseconds. */
const LIMIT_MS = 3 * 60 * 60_000;
const TSX = "node_modules/tsx/dist/cli.mjs";
const VITEST = "node_modules/vitest/vitest.mjs";

interface Part {
  readonly what: string;
  readonly ok: boolean;
  readonly result: string;
}

const { values } = parseArgs({ options: { seeds: { type: "string", default: "1-1000" }, date: { type: "string" } } });
const commit = commitOf();
const parts = [await simulate(values.seeds), await killOften()];
for (const { what, result } of parts) keepLongRun([dateOf(), commit, what, result]);
for (const { what, result } of parts) console.log(`${what}: ${result}`);
process.exitCode = parts.every((part) => part.ok) ? 0 : 1;

/** The whole service in the simulation, over a range of seeds, on every core. */
async function simulate(seeds: string): Promise<Part> {
  const runs = await Promise.all(shardsOf(seeds).map((shard) => run([TSX, "dev/sim/run.ts", shard])));
  const said = runs.map((end) => end.said).join("\n");
  const held = said.match(/^seed \d+: holds/gm)?.length ?? 0;
  const broken = [...said.matchAll(/^seed (\d+): BROKEN/gm)].map(([, seed]) => seed);
  const [first = 1, last = first] = seeds.split("-").map(Number);
  const missing = last - first + 1 - held - broken.length;
  const ok = missing === 0 && broken.length === 0 && runs.every((end) => end.code === 0);
  const parts = [`${held} hold`, `${broken.length} broken${broken.length === 0 ? "" : ` (${broken.join(", ")})`}`];
  return {
    what: `simulation, seeds ${seeds}`,
    ok,
    result: [...parts, ...(missing === 0 ? [] : [`${missing} did not end`])].join(", "),
  };
}

function shardsOf(seeds: string): string[] {
  const [first = 1, last = first] = seeds.split("-").map(Number);
  const size = Math.ceil((last - first + 1) / availableParallelism());
  const shards: string[] = [];
  for (let at = first; at <= last; at += size) shards.push(`${at}-${Math.min(at + size - 1, last)}`);
  return shards;
}

/** The real program, killed at 50 moments that a seed tells. */
async function killOften(): Promise<Part> {
  const seed = process.env.MAESTRO_KILL_SEED ?? String(Number.parseInt(commit.slice(0, 6), 16) % 1_000_000);
  const env = { MAESTRO_LONG: "1", MAESTRO_KILL_SEED: seed };
  const { code, said } = await run([VITEST, "run", "--project", "e2e", "test/e2e/kill.test.ts"], env);
  const counted = said.match(/^\d+ passed, \d+ failed$/m)?.[0] ?? `ended with ${String(code)}`;
  const redispatch = said.match(/re-dispatch after \d+ kills: [^\n]*/)?.[0];
  return {
    what: `50 kills, seed ${seed}`,
    ok: code === 0,
    result: redispatch === undefined ? counted : `${counted}; ${medianIn(redispatch)}`,
  };
}

function medianIn(line: string): string {
  const times = [...(line.split(":")[1] ?? "").matchAll(/\d+|Infinity/g)].map(Number).sort((a, b) => a - b);
  const median = times[Math.floor(times.length / 2)] ?? Number.POSITIVE_INFINITY;
  const told = Number.isFinite(median) ? `in ${median} ms` : "not before the next kill";
  return `re-dispatch ${told} (median of ${times.length})`;
}

/** Runs a Node program; what it says is shown as well. */
async function run(words: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const child = spawn(process.execPath, [...words], {
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "inherit"],
    timeout: LIMIT_MS,
  });
  let said = "";
  child.stdout.on("data", (text) => {
    said += String(text);
    process.stdout.write(text);
  });
  const [code] = await once(child, "close");
  return { code, said };
}
