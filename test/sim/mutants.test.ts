import { describe, expect, it } from "vitest";
import { mutants } from "../../dev/sim/mutants/index.ts";
import { runSeed } from "../../dev/sim/seed.ts";

/** A deliberate bug that no judge sees in so many worlds would be seen in none. */
const SEEDS = 200;
const LONGEST_MS = 600_000;

/** The first world in which the bug shows, and how. */
async function caught(name: string): Promise<string | null> {
  for (let seed = 1; seed <= SEEDS; seed += 1) {
    const { broken } = await runSeed(seed, mutants[name]);
    if (broken.length > 0) return `seed ${seed}: ${broken[0]}`;
  }
  return null;
}

describe("the judge of the simulation", () => {
  it("has bugs to catch", () => {
    expect(Object.keys(mutants).length).toBeGreaterThanOrEqual(10);
  });

  it.each(Object.keys(mutants))("catches %s", { timeout: LONGEST_MS }, async (name) => {
    const how = await caught(name);
    console.log(`${name}: ${how ?? "not caught"}`);
    expect(how, `no judge saw it: npx tsx dev/sim/run.ts 1-${SEEDS} ${name}`).not.toBeNull();
  });
});
