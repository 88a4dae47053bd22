import { describe, it, vi } from "vitest";
import { trackerCases } from "../../../src/contracts/conformance/tracker.ts";
import { githubHarness } from "./harness.ts";

// Real HTTP and schemas on a busy machine: slow is no failure here.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const GAPS = { watch: "GitHub tells by webhooks and polls; there is nothing to watch" };

describe.each(["labels", "project"] as const)("tracker github with states from %s", (states) => {
  it.each(trackerCases(GAPS))("$name", async ({ run }) => {
    const harness = await githubHarness(states);
    try {
      await run(harness);
    } finally {
      await harness.dispose();
    }
  });
});
