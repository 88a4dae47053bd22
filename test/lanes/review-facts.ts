import type { Change } from "../../src/model/change.ts";
import type { LaneFacts } from "../../src/model/facts.ts";
import type { Issue } from "../../src/model/issue.ts";
import type { Lane } from "../../src/model/lane.ts";
import { changeOf, checkOf, factsOf, issueOf, reviewLane, reviewOf } from "../policy/facts.ts";

export const inState = (state: string, changes: Partial<Issue> = {}) => issueOf({ state, ...changes });
export const review = (change: Partial<Change>, lane: Partial<Lane> = {}, facts: Partial<LaneFacts> = {}) =>
  factsOf(reviewLane(lane), { change: changeOf(change), ...facts });

export const APPROVED: Partial<Change> = { reviews: [reviewOf()] };
export const ASKED: Partial<Change> = { reviews: [reviewOf({ decision: "changes_requested" })] };
export const RED: Partial<Change> = { checks: [checkOf({ status: "failed" })] };
export const LAND = ["stage ready_to_land", "write merge", "stage landing", "start_land"];
export const REPAIR = ["stage review_repair", "start_run repair"];
