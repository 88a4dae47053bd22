import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { describeLane } from "../../src/lanes/index.ts";
import type { WorkOutcome } from "../../src/model/run.ts";
import { HAND_OFF } from "../policy/facts.ts";
import { type Script, Walk } from "./walk.ts";

const good: Partial<WorkOutcome> = {};
const handsOff: Partial<WorkOutcome> = { signal: HAND_OFF };
const why = (code: string) => ({ reason: { code, sentence: code } });
const broken: Partial<WorkOutcome> = { status: "failed", failure: "agent", ...why("broke") };
const script = (changes: Partial<Script>): Script => ({
  endings: { run: [handsOff], validate: [good], land: [good], clean: [good] },
  checks: ["passed"],
  mergeability: "clean",
  isApproved: true,
  ...changes,
});
const endings = (changes: Partial<Script["endings"]>) => ({ endings: { ...script({}).endings, ...changes } });

describe("a lane from its claim to its end", () => {
  it("lands an approved change, closes the issue out and cleans up", () => {
    const walk = new Walk(script({}));
    expect(walk.settle(50)).toBe(true);
    expect(walk.lane).toMatchObject({ stage: "closed", parked: null });
    expect(walk.issue.state).toBe("Done");
    expect(walk.change?.state).toBe("merged");
    expect(walk.started).toEqual({ run: 1, validate: 1, land: 1, clean: 1 });
  });

  it("waits for people as long as nobody looks", () => {
    const walk = new Walk(script({ isApproved: false }));
    expect(walk.settle(50)).toBe(true);
    expect(walk.lane.stage).toBe("review_wait");
    expect(walk.issue.state).toBe("In Review");
    expect(describeLane(walk.facts()).code).toBe("waiting_for_review");
  });

  it("repairs what CI finds, then lands", () => {
    const walk = new Walk(script({ checks: ["failed", "failed", "passed"] }));
    expect(walk.settle(100)).toBe(true);
    expect(walk.lane.stage).toBe("closed");
    expect(walk.started.run).toBe(3);
  });

  it.each<[string, Partial<Script>, number, string]>([
    ["runs that only fail", endings({ run: [broken] }), 5, "retry_budget_exhausted"],
    ["runs that only end", endings({ run: [good] }), 3, "no_progress"],
    ["failures and idle ends in turn", endings({ run: [broken, good] }), 6, "no_progress"],
    [
      "checks that always fail",
      endings({ validate: [{ status: "failed", failure: "validation", ...why("check_failed") }] }),
      5,
      "retry_budget_exhausted",
    ],
    ["CI that always fails", { checks: ["failed"] }, 6, "repairs_exhausted"],
    ["a change that never merges cleanly", { mergeability: "conflict" }, 6, "repairs_exhausted"],
    [
      "a merge that is always refused",
      endings({ land: [{ status: "failed", failure: "agent", ...why("conflict") }] }),
      6,
      "repairs_exhausted",
    ],
  ])("%s come to an end (promise 1)", (_name, changes, runs, code) => {
    const walk = new Walk(script(changes));
    expect(walk.settle(500)).toBe(true);
    expect(describeLane(walk.facts()).code).toBe(code);
    expect(walk.started.run).toBe(runs);
  });
});

const failure = fc.constantFrom(
  broken,
  { status: "failed", failure: "outside", ...why("forge_status") } as const,
  { status: "failed", failure: "validation", ...why("check_failed") } as const,
  { status: "failed", failure: "agent", ...why("conflict") } as const,
  { status: "failed", failure: "interrupted", ...why("interrupted") } as const,
  { status: "failed", failure: "fatal", ...why("agent_not_found") } as const,
  { status: "lost", ...why("lease_expired") } as const,
);
const ending = (others: readonly Partial<WorkOutcome>[]) =>
  fc.array(fc.oneof(failure, fc.constantFrom(good, ...others)), { minLength: 1, maxLength: 4 });

const anyScript: fc.Arbitrary<Script> = fc.record({
  endings: fc.record({
    run: ending([handsOff, handsOff, { signal: { kind: "attention", summary: "Help.", question: null } }]),
    validate: ending([good]),
    land: ending([good]),
    clean: ending([good]),
  }),
  checks: fc.array(fc.constantFrom("passed" as const, "failed" as const), { minLength: 1, maxLength: 3 }),
  mergeability: fc.constantFrom(
    "clean" as const,
    "clean" as const,
    "conflict" as const,
    "behind" as const,
    "unknown" as const,
  ),
  isApproved: fc.boolean(),
});

describe("without a person", () => {
  it("every lane comes to rest with a reason and a bounded number of sessions, whatever happens to it", () => {
    fc.assert(
      fc.property(anyScript, (drawn) => {
        const walk = new Walk(drawn);
        expect(walk.settle(3_000)).toBe(true);
        expect(walk.started.run).toBeLessThanOrEqual(200);
        const { code, sentence } = describeLane(walk.facts());
        expect(code).not.toBe("");
        expect(sentence.trim()).not.toBe("");
        const { stage, parked } = walk.lane;
        expect(stage === "closed" || stage === "review_wait" || parked !== null).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});
