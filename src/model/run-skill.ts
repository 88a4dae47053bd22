/** A skill as a run's workspace gets it. */
export interface RunSkill {
  /** Name of its folder; also its name in its front matter. */
  readonly folder: string;
  /** Relative paths with `/`. */
  readonly files: readonly { readonly path: string; readonly bytes: Uint8Array; readonly isProgram: boolean }[];
}
