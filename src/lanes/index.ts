export { describeLane } from "./describe.ts";
export { LANE_RULES, planLane, ruleFor } from "./plan-lane.ts";
export { planRefusal } from "./refusal.ts";
export { LANE_CODES } from "./rule.ts";
