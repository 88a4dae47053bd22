import { check } from "./case.ts";
import { FORGE_CHANGE_CASES } from "./forge-changes.ts";
import { FORGE_FAULT_CASES } from "./forge-faults.ts";
import type { ForgeCase, ForgeGaps } from "./forge-harness.ts";
import { FORGE_MERGE_CASES } from "./forge-merges.ts";

export type { ForgeCase, ForgeGaps, ForgeHarness } from "./forge-harness.ts";

/** What every forge must do, without the cases that need something the adapter declares as a gap. A gap needs a reason. */
export function forgeCases(gaps: ForgeGaps = {}): readonly ForgeCase[] {
  for (const [feature, why] of Object.entries(gaps)) check(why.trim() !== "", `the gap "${feature}" has a reason`);
  const all = [...FORGE_CHANGE_CASES, ...FORGE_MERGE_CASES, ...FORGE_FAULT_CASES];
  return all.filter(({ needs = [] }) => needs.every((feature) => gaps[feature] === undefined));
}
