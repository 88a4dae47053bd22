export { createWorkspaces } from "./create.ts";
export type { WorkspacesOptions } from "./options.ts";
export type { HookResult, WorkspaceFolder, WorkspaceFolders, WorkspaceLane, Workspaces } from "./workspaces.ts";
