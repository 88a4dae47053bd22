import { describe, it, vi } from "vitest";
import { forgeCases } from "../../../src/contracts/conformance/forge.ts";
import { githubHarness } from "./harness.ts";

// Real processes and schemas on a busy machine: slow is no failure here.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const GAPS = {
  watch: "GitHub tells by webhooks and polls; there is nothing to watch",
  old_checks: "only the checks of the present head are read, because nothing else decides",
  blank_comments: "GitHub refuses a comment without words",
};

describe("forge github", () => {
  it.each(forgeCases(GAPS))("$name", async ({ run }) => {
    const harness = await githubHarness();
    try {
      await run(harness);
    } finally {
      await harness.dispose();
    }
  });
});
