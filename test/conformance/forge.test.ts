import { describe, expect, it } from "vitest";
import { forgeCases, type ForgeGaps, type ForgeHarness } from "../../src/contracts/conformance/forge.ts";
import { directHarness, hostHarness } from "../forges/local/harness.ts";
import { startHere, startProcess } from "../forges/local/host-process.ts";
import { memoryHarness } from "../forges/memory/harness.ts";

interface Subject {
  readonly name: string;
  readonly gaps: ForgeGaps;
  /** The cases that are run; default: all. */
  readonly only?: RegExp;
  readonly make: () => Promise<ForgeHarness & { dispose(): Promise<void> }>;
}

const SUBJECTS: readonly Subject[] = [
  {
    name: "memory",
    gaps: { content: "it keeps commits by name only", persistence: "it ends with its process" },
    make: async () => memoryHarness(),
  },
  { name: "local", gaps: { faults: "nothing is on the way that could be lost" }, make: directHarness },
  {
    name: "local behind a socket",
    gaps: {},
    // What the way there and back may change: arguments, answers, errors, faults, clients beside it.
    only: /shows the pushed head|two clients|word for word|one result|lists all|unified diff|compare-and-set|moves the base|unknown change|aborted|lost|refused|stale|out of reach|snapshots|opened again|hints|health/,
    make: () => hostHarness(startHere),
  },
  {
    name: "local in a process of its own",
    gaps: {},
    only: /two clients|opened again/,
    make: () => hostHarness(startProcess),
  },
];

describe.each(SUBJECTS)("forge $name", ({ gaps, only, make }) => {
  it.each(forgeCases(gaps).filter(({ name }) => only?.test(name) ?? true))("$name", async ({ run }) => {
    const harness = await make();
    try {
      await run(harness);
    } finally {
      await harness.dispose();
    }
  });
});

describe("the suite", () => {
  it("refuses a gap without a reason", () => {
    expect(() => forgeCases({ watch: " " })).toThrow(/watch/);
  });

  it("leaves out what a declared gap needs, and nothing else", () => {
    const left = forgeCases({ watch: "no stream" }).map(({ name }) => name);
    expect(forgeCases().length - left.length).toBe(1);
    expect(left.join()).not.toMatch(/hints/);
  });
});
