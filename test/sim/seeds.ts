import { describe, expect, it } from "vitest";
import { runSeed } from "../../dev/sim/seed.ts";

/** How many seeds are lived through: 200, or 1,000 in the long runs. */
const SEEDS = process.env.MAESTRO_LONG === "1" ? 1_000 : 200;
/** Test files among which they are divided, so that several cores work at them. */
const SHARES = 2;
const AT_ONCE = 20;
/** A seed takes about half a second; this is for machines that do something else as well. Milliseconds. */
const LONGEST_MS = 300_000;

/** Lives through one share of the seeds. */
export function holdSeeds(share: number): void {
  const seeds = Array.from({ length: SEEDS }, (_, at) => at + 1).filter((seed) => seed % SHARES === share);
  describe("the whole service in a simulated world", () => {
    for (let from = 0; from < seeds.length; from += AT_ONCE) {
      const some = seeds.slice(from, from + AT_ONCE);
      it(`lives through the seeds ${some[0]}, ${some[1]} … ${some.at(-1)}`, { timeout: LONGEST_MS }, async () => {
        for (const seed of some) {
          const { broken } = await runSeed(seed);
          expect(broken, `seed ${seed} is broken; replay it: npx tsx dev/sim/run.ts ${seed}`).toEqual([]);
        }
      });
    }
  });
}
