import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LANE_VERBS, type LaneVerb } from "../../src/model/command.ts";
import type { Lane } from "../../src/model/lane.ts";
import type { Step } from "../../src/model/plan.ts";
import {
  headToReview,
  judgeVerb,
  planAfterWork,
  planPark,
  planReviewChange,
  planStopWork,
  possibleVerbs,
  type VerbFacts,
} from "../../src/policy/index.ts";
import { anyFacts, anyOutcome } from "./arbitrary.ts";
import {
  branchOf,
  brief,
  changeOf,
  endedLane,
  factsOf,
  HAND_OFF,
  HEAD,
  laneOf,
  parkedOf,
  retryOf,
  reviewLane,
  stepOf,
  workOf,
} from "./facts.ts";

const BY_COMMAND = parkedOf({ until: "command" });

describe("judgeVerb", () => {
  it.each<[string, VerbFacts, readonly string[]]>([
    ["a lane at rest", { lane: laneOf() }, ["retry", "park"]],
    ["a lane at work", { lane: laneOf({ work: workOf() }) }, ["park", "stop_work"]],
    ["a lane whose work ended", { lane: endedLane({}, {}) }, ["park"]],
    ["a lane that is being stopped", { lane: laneOf({ work: workOf({ canceled: BY_COMMAND }) }) }, ["park"]],
    ["a lane that is being cleaned", { lane: laneOf({ stage: "cleanup", work: workOf({ kind: "clean" }) }) }, []],
    ["a lane that is closed out", { lane: laneOf({ stage: "closeout" }) }, ["retry"]],
    ["a lane that waits for input", { lane: laneOf({ parked: parkedOf() }) }, ["retry", "park", "unpark"]],
    ["a lane that somebody parked", { lane: laneOf({ parked: BY_COMMAND }) }, ["retry", "unpark"]],
    ["a lane in review", { lane: reviewLane() }, ["retry", "park", "approve", "request_changes"]],
    [
      "a parked lane in review",
      { lane: reviewLane({ parked: BY_COMMAND }) },
      ["retry", "unpark", "approve", "request_changes"],
    ],
    ["a change that is closed", { lane: reviewLane(), change: changeOf({ state: "closed" }) }, ["retry", "park"]],
    ["a change that is gone", { lane: reviewLane(), change: null }, ["retry", "park"]],
    ["a forge without reviews", { lane: reviewLane(), canReview: false }, ["retry", "park"]],
    ["a merged change", { lane: reviewLane({ branch: branchOf({ mergedSha: "m" }) }) }, ["retry", "park"]],
    [
      "a change that lands",
      { lane: reviewLane({ stage: "landing", work: workOf({ kind: "land" }) }) },
      ["park", "stop_work"],
    ],
    ["a closed lane", { lane: laneOf({ stage: "closed" }) }, []],
  ])("%s", (_what, facts, verbs) => {
    const others = LANE_VERBS.filter((verb) => !ORDERS.includes(verb));
    expect(possibleVerbs(facts).filter((verb) => !ORDERS.includes(verb))).toEqual(verbs);
    for (const verb of others) expect(judgeVerb(verb, facts)).toMatchObject({ ok: verbs.includes(verb) });
  });
});

/** Judged in `orders.test.ts`. */
const ORDERS: readonly LaneVerb[] = ["pause_lane", "resume_lane", "steer", "land", "abandon"];

describe("plans of what people ask", () => {
  it("parks until a command, and drops what is due", () => {
    const worded = planPark(factsOf(laneOf()), "cli:ann", "Bob has to answer first.");
    expect(worded[0]).toMatchObject({ reason: { sentence: "cli:ann parked it: Bob has to answer first." } });
    const plan = planPark(factsOf(laneOf({ retry: retryOf() })), "cli:ann");
    expect(brief(plan)).toEqual(["park parked_by_person", "clear_retry"]);
    expect(stepOf(plan, "park")).toMatchObject({ until: "command", reason: { sentence: "cli:ann parked it." } });
  });

  it("breaks work off and parks", () => {
    const plan = planStopWork(factsOf(laneOf({ work: workOf() })), "cli:ann");
    expect(brief(plan)).toEqual(["cancel_work", "park work_stopped"]);
  });

  it("reviews exactly the head that was looked at", () => {
    const lane = reviewLane();
    expect(headToReview({ lane, change: changeOf() }, null)).toBe(HEAD);
    expect(headToReview({ lane, change: undefined }, HEAD)).toBe(HEAD);
    expect(headToReview({ lane, change: changeOf({ headSha: "newer" }) }, HEAD)).toMatchObject({
      code: "head_changed",
    });
    expect(headToReview({ lane: laneOf(), change: undefined }, null)).toMatchObject({ code: "no_change_open" });
    const review = { decision: "approved", author: "ann", body: "", changeId: "7", headSha: HEAD } as const;
    const [step] = planReviewChange(review, "cmd-1");
    expect(step).toEqual({
      do: "write",
      write: { intent: { kind: "review_change", ...review }, topic: "7", revision: "cmd-1" },
    });
  });
});

describe("the end of work on a parked lane", () => {
  const STARTS: readonly Step["do"][] = ["start_run", "start_validate", "start_land"];
  const parked = (lane: Partial<Lane>): Partial<Lane> => ({ parked: BY_COMMAND, ...lane });

  it("keeps a hand-off, and starts no validation", () => {
    const lane = endedLane({}, { signal: HAND_OFF }, parked({}));
    expect(brief(planAfterWork(factsOf(lane)))).toEqual(["close nothing", "accept_hand_off", "stage validating"]);
  });

  it("ends what was handed off in words", () => {
    const signal = { ...HAND_OFF, noChange: "It was there already." };
    const lane = endedLane({}, { signal, changed: false }, parked({}));
    expect(brief(planAfterWork(factsOf(lane))).slice(0, 4)).toEqual([
      "close success",
      "accept_hand_off",
      "stage closeout",
      "unpark",
    ]);
  });

  it("puts a validated change up", () => {
    const lane = endedLane({ kind: "validate" }, {}, parked({ stage: "validating" }));
    expect(brief(planAfterWork(factsOf(lane)))).toEqual(["close success", "stage handing_off", "write ensure_change"]);
  });

  it.each([
    ["run", "working"],
    ["run", "review_repair"],
    ["validate", "validating"],
  ] as const)("leaves a %s that was broken off in %s where it stands", (kind, stage) => {
    const canceled = { code: "work_stopped", sentence: "ann broke it off." };
    const lane = endedLane({ kind, canceled }, { status: "canceled" }, parked({ stage }));
    expect(brief(planAfterWork(factsOf(lane)))).toEqual(["close nothing"]);
  });

  it("never starts anything but the end, and never makes a person's parking end by itself", () => {
    fc.assert(
      fc.property(
        anyFacts,
        anyOutcome,
        fc.constantFrom(...(["run", "validate", "land"] as const)),
        (facts, outcome, kind) => {
          const work = workOf({ kind, state: "settled", outcome });
          const plan = planAfterWork({ ...facts, lane: { ...facts.lane, work, parked: BY_COMMAND } });
          expect(plan.some((step) => step.do === "close_work")).toBe(true);
          expect(plan.filter((step) => STARTS.includes(step.do))).toEqual([]);
          if (plan.some((step) => step.do === "start_clean")) expect(brief(plan)).toContain("unpark");
          for (const step of plan) if (step.do === "park") expect(step.until).toBe("command");
        },
      ),
      { numRuns: 1_000 },
    );
  });
});
