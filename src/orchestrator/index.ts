export { HookDesk } from "./hooks.ts";
export { OutsideFile, readOutsideFile } from "./outside-file.ts";
export { Orchestrator } from "./orchestrator.ts";
export type { WaitingIssue } from "./waiting.ts";
export type { PollFacts } from "./poll-watch.ts";
export type { OrchestratorParts } from "./ports.ts";
export { recover as buryLost } from "./recovery.ts";
export { preview } from "./preview.ts";
