export { createEmbeddedEngine } from "./embedded-engine.ts";
export { type Heartbeat, startHeartbeat } from "./heartbeat.ts";
export { holdInstanceLock } from "./instance-lock.ts";
