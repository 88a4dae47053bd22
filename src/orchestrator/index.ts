export { Orchestrator, type WaitingIssue } from "./orchestrator.ts";
export type { PollFacts } from "./poll-watch.ts";
export type { OrchestratorParts } from "./ports.ts";
export { preview } from "./preview.ts";
