import type { Change } from "../model/change.ts";
import { LANE_VERBS, type LaneVerb } from "../model/command.ts";
import type { Lane, LaneStage } from "../model/lane.ts";
import type { Verdict } from "../model/verdict.ts";
import { judgeOrder } from "./orders.ts";
import { no, yes } from "./codes.ts";
import { describeWork } from "./eligibility.ts";

/** What is known when a person asks something of a lane. What is left out is unknown, and then refuses nothing. */
export interface VerbFacts {
  readonly lane: Lane;
  /** The lane's change as the forge showed it last; `null` when it shows none. */
  readonly change?: Change | null | undefined;
  /** Whether the forge takes reviews. */
  readonly canReview?: boolean;
}

/** Stages in which a review of the lane's change still decides something. */
const REVIEWED: readonly LaneStage[] = ["handing_off", "review_wait", "review_repair", "ready_to_land"];

/** Stages in which nothing is left but to put things away. */
const ENDING: readonly LaneStage[] = ["closeout", "cleanup"];

/** What a person may ask of a lane now. */
export function possibleVerbs(facts: VerbFacts): readonly LaneVerb[] {
  return LANE_VERBS.filter((verb) => judgeVerb(verb, facts).ok);
}

/** Whether a person may ask this of a lane now, with the reason when not. */
export function judgeVerb(verb: LaneVerb, facts: VerbFacts): Verdict {
  const { lane } = facts;
  const { identifier } = lane.issue;
  if (lane.stage === "closed") return no("lane_closed", `The work on ${identifier} has ended.`);
  switch (verb) {
    case "retry":
      return lane.work === null ? possible(identifier) : no("has_work", `${identifier} has work that has not ended.`);
    case "park":
      return judgePark(lane);
    case "unpark":
      return lane.parked === null ? no("already", `${identifier} is not parked.`) : possible(identifier);
    case "answer":
      return lane.parked?.question === undefined
        ? no("no_question", `The agent of ${identifier} has asked nothing.`)
        : possible(identifier);
    case "stop_work":
      return judgeStop(lane);
    case "pause_lane":
    case "resume_lane":
    case "steer":
    case "land":
    case "abandon":
      return judgeOrder(verb, facts);
    case "approve":
    case "request_changes":
      return judgeReview(facts);
  }
}

function possible(identifier: string): Verdict {
  return yes("possible", `It can be asked for ${identifier}.`);
}

/** What has ended is put away, whatever anybody wants to wait for: its workspace would go later, under an issue that came back. */
function judgePark({ stage, parked, issue: { identifier } }: Lane): Verdict {
  if (parked?.until === "command") return no("already", `${identifier} is parked already.`);
  if (ENDING.includes(stage)) return no("ending", `The work on ${identifier} has ended; only its cleanup is left.`);
  return possible(identifier);
}

function judgeStop(lane: Lane): Verdict {
  const { work } = lane;
  const { identifier } = lane.issue;
  if (work === null || work.state === "settled") return no("no_work", `${identifier} has no work to break off.`);
  if (work.canceled !== null) return no("already", `${describeWork(lane)} It is being stopped already.`);
  if (work.kind === "clean")
    return no("cleaning", `The workspace of ${identifier} is being removed; that is not broken off.`);
  return possible(identifier);
}

function judgeReview({ lane, change, canReview = true }: VerbFacts): Verdict {
  const { identifier } = lane.issue;
  const changeId = lane.branch?.changeId ?? null;
  if (changeId === null) return no("no_change_open", `${identifier} has no change yet.`);
  const isEnded = lane.branch?.mergedSha != null || (change != null && change.state !== "open");
  if (isEnded || change === null) return no("no_change_open", `Change ${changeId} of ${identifier} is not open.`);
  if (!REVIEWED.includes(lane.stage)) {
    return no(
      "not_in_review",
      `${identifier} is in ${lane.stage.replaceAll("_", " ")}; its change cannot be reviewed now.`,
    );
  }
  if (!canReview) return no("cannot_review", "The forge takes no reviews from here; review the change on its page.");
  return possible(identifier);
}
