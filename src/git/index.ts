export { createHostGit } from "./create.ts";
export type { GitLeftovers, HostGit, LaneTree, PreparedTree, TakenOver, TreeState, WorkingDiff } from "./host-git.ts";
export type { HostGitOptions } from "./options.ts";
export { readRef } from "./refs.ts";
export { sshCommand } from "./ssh.ts";
