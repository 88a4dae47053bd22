import type { Forge } from "../../contracts/forge.ts";

/** The verbs of the forge, wherever they are carried out: in this process or in the host's. */
export type ForgeStore = Pick<
  Forge,
  | "branchHead"
  | "ensureChange"
  | "findChange"
  | "changesByIds"
  | "list"
  | "diff"
  | "review"
  | "comment"
  | "publishCheck"
  | "merge"
  | "close"
  | "deleteBranch"
  | "health"
>;
