export { stateDirectoryOf, workflowIdOf } from "./identity.ts";
export type { WorkflowChange, WorkflowInput, WorkflowKinds } from "./input.ts";
export { loadWorkflow } from "./load.ts";
export { packagedFolder } from "./packaged.ts";
export { type PromptInput, renderContinuation, renderPrompt } from "./prompt.ts";
export { type WorkflowSource, watchWorkflow } from "./reload.ts";
export { listTemplates, resolveTemplate } from "./templates.ts";
