export { recoverLeftovers } from "./recover.ts";
export type { RecoveryParts } from "./parts.ts";
