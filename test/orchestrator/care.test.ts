import { expect, it } from "vitest";
import { needsFreshIssue } from "../../src/orchestrator/care.ts";
import { laneOf, NOW, retryOf } from "../policy/facts.ts";

it("a released lane waits for the next poll, unless a start of it is due", () => {
  const released = { stage: "released", lastRun: 2 } as const;
  expect(needsFreshIssue(laneOf(released), NOW)).toBe(false);
  expect(needsFreshIssue(laneOf({ ...released, retry: retryOf({ kind: "capacity", dueAt: NOW }) }), NOW)).toBe(true);
  expect(needsFreshIssue(laneOf({ ...released, retry: retryOf({ kind: "capacity", dueAt: NOW + 1 }) }), NOW)).toBe(
    false,
  );
});
