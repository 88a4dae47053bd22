import type { Clock, Timer } from "../base/clock.ts";
import { toMaestroError } from "../base/errors.ts";
import type { Log } from "../base/log.ts";
import type { Engine } from "../contracts/engine.ts";
import type { Lease } from "../model/work.ts";

/** What a heartbeat works with. Milliseconds. */
export interface HeartbeatParts {
  readonly engine: Pick<Engine, "heartbeat">;
  readonly clock: Clock;
  readonly log: Log;
  readonly leaseMs: number;
  readonly everyMs: number;
  /**
   * Called once per piece of work that must stop at once: its lease is lost or revoked, or the loop itself was too late. A
   * revoked one is renewed until it is removed, so that its holder can end it in peace.
   */
  readonly onLost: (workId: string) => void;
  /** Called when the loop found itself too late, with the time since the last success. */
  readonly onLag: (lagMs: number) => void;
}

/** A loop that renews leases. */
export interface Heartbeat {
  add(lease: Lease): void;
  /** After its settle, or when it was given up. */
  remove(workId: string): void;
  stop(): void;
}

/**
 * Renews leases every `everyMs`. When more than half a lease has passed since a lease was last known to be held (the process was
 * frozen, or the record does not answer), it reports that lease as lost instead of beating late: another may hold it soon.
 */
export function startHeartbeat(parts: HeartbeatParts): Heartbeat {
  return new HeartbeatLoop(parts);
}

interface Beat {
  readonly lease: Lease;
  /** Monotonic time at which it was held for sure. */
  heldAt: number;
  reported: boolean;
}

class HeartbeatLoop implements Heartbeat {
  readonly #parts: HeartbeatParts;
  readonly #beats = new Map<string, Beat>();
  #timer: Timer | undefined;
  #asking = false;
  #stopped = false;

  constructor(parts: HeartbeatParts) {
    this.#parts = parts;
  }

  add(lease: Lease): void {
    this.#beats.set(lease.work.id, { lease, heldAt: this.#parts.clock.monotonic(), reported: false });
    this.#arm();
  }

  remove(workId: string): void {
    this.#beats.delete(workId);
    if (this.#beats.size > 0) return;
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
    this.#beats.clear();
  }

  #arm(): void {
    if (this.#stopped || this.#timer !== undefined || this.#beats.size === 0) return;
    this.#timer = this.#parts.clock.setTimer(this.#parts.everyMs, () => {
      this.#timer = undefined;
      this.#tick();
      this.#arm();
    });
  }

  #tick(): void {
    this.#fenceLate();
    if (!this.#asking && this.#beats.size > 0) void this.#ask();
  }

  /** Too late means: another may be given these leases before our answer would arrive. */
  #fenceLate(): void {
    const now = this.#parts.clock.monotonic();
    const late = [...this.#beats.values()].filter((beat) => now - beat.heldAt > this.#parts.leaseMs / 2);
    if (late.length === 0) return;
    this.#parts.onLag(Math.max(...late.map((beat) => now - beat.heldAt)));
    for (const beat of late) {
      this.#beats.delete(beat.lease.work.id);
      this.#report(beat);
    }
  }

  /** Never rejects. */
  async #ask(): Promise<void> {
    this.#asking = true;
    const asked = this.#parts.clock.monotonic();
    const beats = [...this.#beats.values()];
    try {
      const held = await this.#parts.engine.heartbeat(beats.map((beat) => beat.lease));
      for (const beat of beats) {
        if (held.has(beat.lease.work.id)) beat.heldAt = asked;
        else this.#miss(beat, asked);
      }
    } catch (error) {
      // The next tick asks again; when that does not help in time, `#fenceLate` ends it.
      this.#parts.log.warn("a heartbeat failed", {
        error: toMaestroError(error),
        issues: beats.map((beat) => beat.lease.work.payload.issue.identifier),
      });
    }
    this.#asking = false;
  }

  /** Lost or revoked: which of the two makes no difference to the holder, and it has to be told once. */
  #miss(beat: Beat, asked: number): void {
    if (this.#stopped || this.#beats.get(beat.lease.work.id) !== beat) return;
    beat.heldAt = asked;
    this.#report(beat);
  }

  #report(beat: Beat): void {
    if (beat.reported) return;
    beat.reported = true;
    this.#parts.onLost(beat.lease.work.id);
  }
}
