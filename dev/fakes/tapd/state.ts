export type System = "story" | "bug";

/** A way from one status to another that a serial workflow has. */
export interface TapdTransition {
  name: string;
  from: string;
  to: string;
  /** Fields that must have a value after the move. */
  requires: string[];
}

export interface TapdWorkflow {
  workspaceId: string;
  system: System;
  /** Empty for bugs, which have one workflow in a workspace. */
  typeId: string;
  /** Key (`planning`, `status_4`) to the name that people see. */
  statuses: Record<string, string>;
  first: string;
  last: string[];
  transitions: TapdTransition[];
  /** Last steps of a parallel workflow, key to name; a serial one has none. */
  steps: Record<string, string>;
  /** What becomes of a move that no transition makes: both were measured at the service. */
  jump: "refuse" | "ignore";
}

/** Configured by people only, in the browser. */
export interface TapdHook {
  url: string;
  /** Sent as it is in every body. */
  secret: string;
  format: "form" | "json";
}

export interface TapdWorkspace {
  id: string;
  name: string;
  types: { id: string; name: string }[];
  hooks: TapdHook[];
}

/** A story or a bug. Instants are epoch milliseconds. */
export interface TapdItem {
  id: string;
  workspaceId: string;
  system: System;
  /** Empty for bugs. */
  typeId: string;
  status: string;
  /** Texts by TAPD's own names. */
  fields: Record<string, string>;
  createdAt: number;
  modifiedAt: number;
}

export interface TapdComment {
  id: string;
  workspaceId: string;
  entryType: string;
  entryId: string;
  description: string;
  author: string;
  createdAt: number;
  modifiedAt: number;
}

/** `workitemId` blocks `dstWorkitemId`. */
export interface TapdTimeRelation {
  id: string;
  workspaceId: string;
  workitemId: string;
  dstWorkitemId: string;
  srcField: string;
  dstField: string;
}

export interface TapdLink {
  id: string;
  workspaceId: string;
  srcStoryId: string;
  targetStoryId: string;
}

/** Everything the fake knows; plain data. */
export interface TapdData {
  accounts: { user: string; password: string; workspaces: string[] | null }[];
  apps: { clientId: string; secret: string }[];
  tokens: { token: string; name: string; expiresAt: number | null }[];
  workspaces: TapdWorkspace[];
  workflows: TapdWorkflow[];
  items: TapdItem[];
  comments: TapdComment[];
  timeRelations: TapdTimeRelation[];
  links: TapdLink[];
  nextNumber: number;
}
