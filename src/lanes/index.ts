export { describeLane } from "./describe.ts";
export { planLane } from "./plan-lane.ts";
export { planRefusal } from "./refusal.ts";
