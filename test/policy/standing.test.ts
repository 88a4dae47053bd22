import { describe, expect, it } from "vitest";
import { judgeStanding } from "../../src/policy/standing.ts";
import { issueOf } from "./facts.ts";
import { workflowOf } from "./workflow-facts.ts";

describe("the standing of an issue", () => {
  it.each([
    ["In Progress", true, true],
    ["In Review", false, true],
    ["Merging", false, true],
    ["Done", false, false],
  ])("in %s: may be worked on %s, its change may be repaired and checked %s", (state, work, review) => {
    const judge = (ground: "work" | "review") => judgeStanding(workflowOf(), issueOf({ state }), ground).ok;
    expect([judge("work"), judge("review")]).toEqual([work, review]);
  });
});
