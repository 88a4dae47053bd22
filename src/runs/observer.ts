import { type MaestroError, toMaestroError } from "../base/errors.ts";
import type { WorkRecord } from "../contracts/record.ts";
import type { Event } from "../model/events/index.ts";
import type { Lease, WorkSpec } from "../model/work.ts";

/** The run that work belongs to on record; `null` for the cleaning of a lane that never ran. */
export function runOf(work: WorkSpec): number | null {
  return work.run === 0 ? null : work.run;
}

/** Writes a lease's observations under its fence. Who cannot write any more may not go on either: `onRefused` stops the work. */
export class Observer {
  readonly #record: WorkRecord;
  readonly #lease: Lease;
  readonly #onRefused: (error: MaestroError) => void;
  readonly #open = new Set<Promise<void>>();

  constructor(record: WorkRecord, lease: Lease, onRefused: (error: MaestroError) => void) {
    this.#record = record;
    this.#lease = lease;
    this.#onRefused = onRefused;
  }

  /** Resolves when the event is on record; rejects with the record's error. */
  async observe(event: Event): Promise<void> {
    const { work, fence } = this.#lease;
    const { workflowId, laneId } = work;
    try {
      await this.#record.observe([{ workflowId, laneId, run: runOf(work), fence, event }]);
    } catch (error) {
      this.#onRefused(toMaestroError(error, "record_failed"));
      throw error;
    }
  }

  /** `observe` for those who cannot wait; a refusal still stops the work. */
  note(event: Event): void {
    const written = this.observe(event).catch(() => {
      // `onRefused` was told, and it ends the work.
    });
    this.#open.add(written);
    void written.finally(() => this.#open.delete(written));
  }

  /** Everything that was noted is on record, durably. */
  async flush(): Promise<void> {
    // Asked at once: whatever was noted before shares its commit instead of waiting for the next.
    await Promise.all([...this.#open, this.#record.flush()]);
  }
}
