export { createWorkspaces } from "./create.ts";
export type { WorkspacesOptions } from "./options.ts";
export type { HookResult, WorkspaceLane, Workspaces } from "./workspaces.ts";
