export { type AgentPlace, openAgentPlace } from "./run/agent-place.ts";
export { sandboxWords } from "./run/containment.ts";
export { agentEnvironment } from "./environment.ts";
export { workTranscript } from "./transcript.ts";
export type { WorkerParts } from "./parts.ts";
export { createWorker, type Worker } from "./worker.ts";
