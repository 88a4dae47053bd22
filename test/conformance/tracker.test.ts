import { describe, expect, it } from "vitest";
import { type TrackerGaps, type TrackerHarness, trackerCases } from "../../src/contracts/conformance/tracker.ts";
import { linearHarness } from "../trackers/linear/harness.ts";
import { localHarness } from "../trackers/local/harness.ts";
import { tapdHarness } from "../trackers/tapd/harness.ts";
import { memoryHarness } from "../trackers/memory/harness.ts";

interface Subject {
  readonly name: string;
  readonly gaps: TrackerGaps;
  readonly make: () => TrackerHarness & { dispose(): Promise<void> };
}

const MEMORY_GAPS = {
  malformed: "a malformed issue is refused together with the workflow file that declares it",
  external_edit: "people change it through the same verbs",
};

const SUBJECTS: readonly Subject[] = [
  { name: "memory, kept", gaps: MEMORY_GAPS, make: () => memoryHarness(true) },
  {
    name: "memory, process only",
    gaps: { ...MEMORY_GAPS, persistence: "persist_state_updates: false asks for exactly this" },
    make: () => memoryHarness(false),
  },
  {
    name: "local",
    gaps: {
      faults: "a file is replaced or it is not; there is no answer on the way",
      undispatchable: "every issue file may be worked on",
    },
    make: localHarness,
  },
  { name: "linear", gaps: { watch: "Linear tells through webhooks, or when it is asked" }, make: linearHarness },
  { name: "tapd", gaps: { watch: "TAPD tells through webhooks, or when it is asked" }, make: tapdHarness },
];

describe.each(SUBJECTS)("tracker $name", ({ gaps, make }) => {
  it.each(trackerCases(gaps))("$name", async ({ run }) => {
    const harness = make();
    try {
      await run(harness);
    } finally {
      await harness.dispose();
    }
  });
});

describe("the suite", () => {
  it("refuses a gap without a reason", () => {
    expect(() => trackerCases({ watch: " " })).toThrow(/watch/);
  });

  it("leaves out what a declared gap needs, and nothing else", () => {
    const left = trackerCases({ watch: "no stream" }).map(({ name }) => name);
    expect(trackerCases().length - left.length).toBe(1);
    expect(left.join()).not.toMatch(/hints/);
  });
});
