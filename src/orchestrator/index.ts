export { Orchestrator, type WaitingIssue } from "./orchestrator.ts";
export type { OrchestratorParts } from "./ports.ts";
export { preview } from "./preview.ts";
