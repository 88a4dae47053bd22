export { createEmbeddedEngine, type EmbeddedEngineParts } from "./embedded-engine.ts";
export { type Heartbeat, type HeartbeatParts, startHeartbeat } from "./heartbeat.ts";
export { holdInstanceLock, type InstanceLock, type InstanceLockOptions } from "./instance-lock.ts";
