export { describeLane } from "./describe.ts";
export { LANE_RULES, planLane, ruleFor } from "./plan-lane.ts";
export { planRefusal } from "./refusal.ts";
export { LANE_CODES, type LaneCode, type Rule } from "./rule.ts";
