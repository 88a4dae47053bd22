import { sharedAbort } from "../base/abort.ts";
import { toMaestroError } from "../base/errors.ts";
import { Wake } from "../base/wake.ts";
import { type Heartbeat, startHeartbeat } from "../engine/index.ts";
import { type Lease, WORK_KINDS, type WorkKind } from "../model/work.ts";
import { Job } from "./job.ts";
import { endProcesses } from "./leftovers.ts";
import type { WorkerParts } from "./parts.ts";
import { Meter } from "./run/meter.ts";

const DEFAULT_LEASE_MS = 15_000;
const DEFAULT_HEARTBEAT_MS = 3_000;
/** Work is looked for at least this often, in case a wake-up was missed. */
const DEFAULT_POLL_MS = 1_000;

/** Pulls leased work and carries it out. */
export interface Worker {
  /** Begins to pull. */
  start(): void;
  /** Pulls no more, interrupts all work (canceled, failure `interrupted`) and waits until it is settled. Bounded; idempotent. */
  stop(options: { readonly reason: string }): Promise<void>;
  /** Pieces of work that are under way. */
  busy(): number;
  /** Tells the session of a piece of work something; `false` when it cannot be told now. Bounded; never rejects. */
  steer(workId: string, text: string): Promise<boolean>;
  /** Ends every process that a lost lease may have left behind; returns how many there were. */
  endLeftovers(lease: Lease): Promise<number>;
}

/** A worker of this process. */
export function createWorker(parts: WorkerParts): Worker {
  const worker = new PullWorker(parts);
  return {
    start: () => worker.start(),
    stop: ({ reason }) => worker.stop(reason),
    busy: () => worker.busy(),
    steer: (workId, text) => worker.steer(workId, text),
    endLeftovers: ({ work }) => endProcesses(parts.runtime, work),
  };
}

class PullWorker {
  readonly #parts: WorkerParts;
  readonly #meter: Meter;
  readonly #leaseMs: number;
  readonly #jobs = new Map<string, Job>();
  readonly #wake = new Wake();
  readonly #stopping = sharedAbort();
  readonly #releases: (() => void)[] = [];
  #heartbeat: Heartbeat | null = null;
  #loop: Promise<void> = Promise.resolve();
  #stopped: Promise<void> | null = null;

  constructor(parts: WorkerParts) {
    this.#parts = parts;
    this.#meter = new Meter(parts.record, parts.clock);
    this.#leaseMs = parts.leaseMs ?? DEFAULT_LEASE_MS;
  }

  start(): void {
    if (this.#heartbeat !== null || this.#stopped !== null) return;
    const { engine, clock, log } = this.#parts;
    this.#heartbeat = startHeartbeat({
      engine,
      clock,
      log,
      leaseMs: this.#leaseMs,
      everyMs: this.#parts.heartbeatMs ?? DEFAULT_HEARTBEAT_MS,
      onLost: (id) => this.#jobs.get(id)?.breakOff("lease_lost", "The lease is not held any more."),
      onLag: (ms) => log.warn("heartbeats are late", { lag_ms: Math.round(ms) }),
    });
    this.#releases.push(
      engine.onWork(() => this.#wake.nudge()),
      engine.onRevoked((id) => this.#jobs.get(id)?.breakOff("work_revoked", "The work was taken back.")),
    );
    this.#loop = this.#pullOn();
  }

  busy(): number {
    return this.#jobs.size;
  }

  async steer(workId: string, text: string): Promise<boolean> {
    return (await this.#jobs.get(workId)?.steer(text)) ?? false;
  }

  stop(reason: string): Promise<void> {
    this.#stopped ??= this.#end(reason);
    return this.#stopped;
  }

  async #end(reason: string): Promise<void> {
    this.#stopping.abort(reason);
    const breakOff = (): void => {
      for (const job of this.#jobs.values()) job.breakOff("worker_stopped", `The worker stops: ${reason}`);
    };
    breakOff();
    // A pull that was under way may still bring leases; they are settled like the others.
    await this.#loop;
    breakOff();
    await Promise.all([...this.#jobs.values()].map((job) => job.done));
    for (const release of this.#releases.splice(0)) release();
    this.#heartbeat?.stop();
    await this.#meter.close();
    await this.#parts.toolServer.close();
  }

  async #pullOn(): Promise<void> {
    const { clock, log, record, pollMs } = this.#parts;
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      try {
        for (const kind of WORK_KINDS) await this.#pull(kind);
      } catch (error) {
        // Of a full disk the record tells, and not each second.
        if (record.trouble() === null) log.error("work could not be pulled", { error: toMaestroError(error) });
      }
      try {
        await this.#wake.wait(clock, pollMs ?? DEFAULT_POLL_MS, signal);
      } catch {
        // The worker stops.
        return;
      }
    }
  }

  async #pull(kind: WorkKind): Promise<void> {
    const { engine, instance, machine, record } = this.#parts;
    if (record.trouble() !== null) return;
    const running = [...this.#jobs.values()].filter((job) => job.lease.work.kind === kind).length;
    const slots = this.#parts.slots()[kind] - running;
    if (slots <= 0 || this.#stopping.signal.aborted) return;
    const leases = await engine.pull({ kinds: [kind], slots, holder: instance, machine, leaseMs: this.#leaseMs });
    for (const lease of leases) this.#begin(lease);
  }

  #begin(lease: Lease): void {
    const { id } = lease.work;
    const job = new Job(this.#parts, lease, this.#stopping.signal, this.#meter);
    this.#jobs.set(id, job);
    this.#heartbeat?.add(lease);
    void job.done.then(() => {
      this.#heartbeat?.remove(id);
      this.#jobs.delete(id);
      this.#wake.nudge();
    });
  }
}
