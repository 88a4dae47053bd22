/** The variable that marks a process and everything that descends from it. */
export const MARKER_VARIABLE = "MAESTRO_PROCESS_MARKER";

/** A process that runs; zombies have ended and are no rows. */
export interface ProcessRow {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  /** `null` where the system does not say. */
  readonly session: number | null;
}

/** What the system tells about all processes. Both methods reject with `process_probe_failed` when it tells nothing. */
export interface ProcessTable {
  rows(): Promise<readonly ProcessRow[]>;
  /** Marker by process id, of the processes whose environment we may read. */
  markers(): Promise<ReadonlyMap<number, string>>;
}
