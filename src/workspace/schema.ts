import { type Static, Type } from "typebox";

/** What Maestro knows about one workspace. Kept beside the workspaces, so that no agent's work touches it. */
export type WorkspaceState = Static<typeof WorkspaceState>;
export const WorkspaceState = Type.Object(
  {
    version: Type.Literal(1),
    key: Type.String(),
    laneId: Type.String(),
    branch: Type.Union([Type.String(), Type.Null()]),
    /** `preparing` until the folder was populated and `after_create` succeeded; `removing` once its content is safe. */
    state: Type.Union([Type.Literal("preparing"), Type.Literal("ready"), Type.Literal("removing")]),
    /** Where its content was kept; set while `removing`. */
    salvage: Type.Union([Type.String(), Type.Null()]),
    /** Epoch milliseconds. */
    createdAt: Type.Number(),
  },
  { additionalProperties: false },
);
