export { agentEnvironment } from "./environment.ts";
export type { WorkerParts } from "./parts.ts";
export { createWorker, type Worker } from "./worker.ts";
