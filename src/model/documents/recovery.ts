/** What can be left behind: by a kill, by a lost record, by people who removed things by hand. */
export const LEFTOVER_KINDS = [
  "lost_lease",
  "ghost_workspace",
  "orphaned_local_branch",
  "orphaned_remote_branch",
  "merged_open_issue",
] as const;
export type LeftoverKind = (typeof LEFTOVER_KINDS)[number];

/** Something that is left behind and what becomes of it. */
export interface Leftover {
  readonly kind: LeftoverKind;
  /** What it is called: a workspace's key, a branch, an issue. */
  readonly name: string;
  /** Why it is one. */
  readonly sentence: string;
  /** What mends it. */
  readonly mend: string;
  /** `left`: it could not be mended, `result` says why. */
  readonly state: "found" | "mended" | "left";
  /** Where what existed nowhere else was kept, or why it was left; `null`: nothing had to be kept. */
  readonly result: string | null;
}

/** What `maestro recover` and the command `recover` say. */
export interface RecoveryDocument {
  readonly version: 1;
  /** Whether it was mended, or only looked at. */
  readonly applied: boolean;
  readonly leftovers: readonly Leftover[];
}
