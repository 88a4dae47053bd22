import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { LaneVerb } from "../../src/model/command.ts";
import type { Lane } from "../../src/model/lane.ts";
import { holdStill, isGivenUp, judgeVerb, planAbandon, type VerbFacts, wordsToTell } from "../../src/policy/index.ts";
import { anyFacts } from "./arbitrary.ts";
import { branchOf, brief, changeOf, factsOf, HEAD, laneOf, parkedOf, reviewLane, workOf } from "./facts.ts";

const ORDERS: readonly LaneVerb[] = ["pause_lane", "resume_lane", "steer", "land", "abandon"];
const PAUSED = { paused: { actor: "cli:ann", at: 1, words: null } };
const GIVEN_UP = { abandoned: { actor: "cli:ann", to: "canceled", state: "Canceled", words: null, at: 1 } } as const;

describe("what people may order", () => {
  it.each<[string, VerbFacts, readonly string[]]>([
    ["a lane at rest", { lane: laneOf() }, ["pause_lane", "steer", "abandon"]],
    ["a lane at work", { lane: laneOf({ work: workOf() }) }, ["pause_lane", "steer", "abandon"]],
    ["a paused lane", { lane: laneOf(PAUSED) }, ["resume_lane", "steer", "abandon"]],
    ["a lane in review", { lane: reviewLane() }, ["pause_lane", "steer", "land", "abandon"]],
    ["a parked lane in review", { lane: reviewLane({ parked: parkedOf() }) }, ["pause_lane", "steer", "abandon"]],
    ["a paused lane in review", { lane: reviewLane(PAUSED) }, ["resume_lane", "steer", "abandon"]],
    ["a merged change", { lane: reviewLane({ branch: branchOf({ mergedSha: "m" }) }) }, ["pause_lane", "steer"]],
    [
      "a closed change",
      { lane: reviewLane(), change: changeOf({ state: "closed" }) },
      ["pause_lane", "steer", "abandon"],
    ],
    ["a lane that was given up", { lane: laneOf(GIVEN_UP) }, []],
    ["a lane that is put away", { lane: laneOf({ stage: "cleanup" }) }, []],
    ["a closed lane", { lane: laneOf({ stage: "closed" }) }, []],
  ])("%s", (_what, facts, verbs) => {
    for (const verb of ORDERS) expect([verb, judgeVerb(verb, facts).ok]).toEqual([verb, verbs.includes(verb)]);
  });

  it("never begins work on a paused lane, and changes no plan of another", () => {
    fc.assert(
      fc.property(anyFacts, (facts) => {
        const start = [{ do: "start_validate", reason: { code: "x", sentence: "x" } }] as const;
        const wait = [{ do: "wait", reason: { code: "x", sentence: "x" } }] as const;
        const paused = { ...facts, lane: { ...facts.lane, ...PAUSED } };
        expect(holdStill(paused, start)).toMatchObject([{ do: "wait", reason: { code: "lane_paused" } }]);
        expect(holdStill(paused, wait)).toBe(wait);
        const { paused: _, ...free } = facts.lane;
        expect(holdStill({ ...facts, lane: free }, start)).toBe(start);
      }),
    );
  });
});

describe("giving a lane up", () => {
  const facts = (changes: Partial<Lane>) => factsOf(reviewLane({ ...GIVEN_UP, ...changes }));

  it("first takes back what runs, and waits for its end", () => {
    expect(brief(planAbandon(facts({ work: workOf() })))).toEqual(["cancel_work"]);
    const canceled = { code: "abandoned", sentence: "So." };
    expect(brief(planAbandon(facts({ work: workOf({ canceled }) })))).toEqual(["wait abandoned"]);
  });

  it("closes the change, moves the issue and goes to cleanup", () => {
    expect(brief(planAbandon(facts({})))).toEqual(["stage cleanup", "write close_change", "write issue_move"]);
    const plan = planAbandon(facts({ parked: parkedOf() }));
    expect(brief(plan)).toContain("unpark");
  });

  it("leaves a merge to its closeout, whatever was ordered", () => {
    expect(isGivenUp(facts({ branch: branchOf({ mergedSha: HEAD }) }))).toBe(false);
    expect(isGivenUp(facts({ stage: "cleanup" }))).toBe(false);
    expect(isGivenUp(facts({}))).toBe(true);
  });
});

it("tells the next run what people said, by name, oldest first", () => {
  expect(wordsToTell(laneOf())).toBeNull();
  const said = (author: string, text: string) => ({ author, text, at: 1, run: null });
  expect(wordsToTell(laneOf({ words: [said("ann", "Use the table."), said("bob", "And the index.")] }))).toBe(
    "ann: Use the table.\n\nbob: And the index.",
  );
});
