import { check } from "./case.ts";
import { TRACKER_CLAIM_CASES } from "./tracker-claims.ts";
import { TRACKER_FAULT_CASES } from "./tracker-faults.ts";
import type { TrackerCase, TrackerGaps } from "./tracker-harness.ts";
import { TRACKER_LINK_CASES } from "./tracker-links.ts";
import { TRACKER_READ_CASES } from "./tracker-reads.ts";
import { TRACKER_WRITE_CASES } from "./tracker-writes.ts";

export type { SeedIssue, TrackerCase, TrackerGaps, TrackerHarness } from "./tracker-harness.ts";

/** What every tracker must do, without the cases that need something the adapter declares as a gap. A gap needs a reason. */
export function trackerCases(gaps: TrackerGaps = {}): readonly TrackerCase[] {
  for (const [feature, why] of Object.entries(gaps)) check(why.trim() !== "", `the gap "${feature}" has a reason`);
  const written = [...TRACKER_WRITE_CASES, ...TRACKER_LINK_CASES, ...TRACKER_CLAIM_CASES];
  const all = [...TRACKER_READ_CASES, ...written, ...TRACKER_FAULT_CASES];
  return all.filter(({ needs = [] }) => needs.every((feature) => gaps[feature] === undefined));
}
