export { createWorkspaces } from "./create.ts";
export type { WorkspacesOptions } from "./options.ts";
export type { HookResult, PreparedWorkspace, WorkspaceLane, Workspaces } from "./workspaces.ts";
