export { type Ending, Orchestrator, type WaitingIssue } from "./orchestrator.ts";
export type { OrchestratorParts, OutsidePort, WorkflowPort } from "./ports.ts";
export { preview, type PreviewParts, type PreviewRow } from "./preview.ts";
