import type { TokenUsage } from "./usage.ts";

/** What a run came to, written by its worker when it ends: who did it, with what, how often, and what the host saw of it. */
export interface RunSummary {
  readonly profile: string;
  /** Kind of the agent provider. */
  readonly agent: string;
  /** As the agent named it; `null` when it did not. */
  readonly model: string | null;
  /** Placement of the runtime. */
  readonly runtime: string;
  readonly machine: string;
  /** Holder of the lease. */
  readonly worker: string;
  readonly turns: number;
  /** Per tool, in the order of first use. */
  readonly tools: readonly { readonly name: string; readonly calls: number; readonly failed: number }[];
  readonly usage: TokenUsage;
  /** What the agent's process wrote. The lines themselves are in the transcript. */
  readonly stdout: OutputSize;
  readonly stderr: OutputSize & { readonly tail: readonly string[] };
  /** At most 100, against the base that the run began on; `null` when nothing was looked at. */
  readonly files: readonly ChangedFile[] | null;
  readonly headSha: string | null;
}

/** How much was written. */
export interface OutputSize {
  readonly lines: number;
  readonly bytes: number;
}

/** A file that differs; `null` lines for a binary one. */
export interface ChangedFile {
  readonly path: string;
  readonly added: number | null;
  readonly removed: number | null;
}
