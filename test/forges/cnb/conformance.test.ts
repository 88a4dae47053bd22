import { describe, it, vi } from "vitest";
import { forgeCases } from "../../../src/contracts/conformance/forge.ts";
import { cnbHarness } from "./harness.ts";

// Real processes on a busy machine: slow is no failure here.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const GAPS = {
  watch: "CNB has no webhooks; polls tell of changes, and there is nothing to watch",
  old_checks: "CNB shows the statuses of the present head only, and nothing else decides",
  blank_comments: "CNB wants words in a comment",
};

describe("forge cnb", () => {
  it.each(forgeCases(GAPS))("$name", async ({ run }) => {
    const harness = await cnbHarness();
    try {
      await run(harness);
    } finally {
      await harness.dispose();
    }
  });
});
