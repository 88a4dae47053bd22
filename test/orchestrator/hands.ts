import type { Engine } from "../../src/contracts/engine.ts";
import type { WorkRecord } from "../../src/contracts/record.ts";
import type { EventDraft } from "../../src/model/events/envelope.ts";
import type { WorkOutcome } from "../../src/model/run.ts";
import { type Lease, WORK_KINDS } from "../../src/model/work.ts";
import { HEAD, outcomeOf } from "../policy/facts.ts";

const FOREVER_MS = 10 ** 12;

/** A worker without machinery: it takes all work at once, holds runs until a test ends them, and succeeds at everything else. */
export class Hands {
  /** What is held, by the issue's identifier. */
  readonly held = new Map<string, Lease>();
  /** Everything that was taken, as `identifier kind`. */
  readonly taken: string[] = [];
  /** Ids of work that was taken back while it was held. */
  readonly revoked: string[] = [];
  /** Kinds that are held until a test ends them. */
  readonly holds: Set<string> = new Set(["run"]);
  readonly #engine: Engine;
  readonly #record: WorkRecord;
  readonly #holder: string;
  readonly #leaseMs: number;
  #busy: Promise<void> = Promise.resolve();

  constructor(engine: Engine, record: WorkRecord, holder: string, leaseMs = FOREVER_MS) {
    this.#engine = engine;
    this.#record = record;
    this.#holder = holder;
    this.#leaseMs = leaseMs;
    engine.onWork(() => {
      this.#busy = this.#busy.then(() => this.#pull());
    });
    engine.onRevoked((id) => void this.revoked.push(id));
  }

  /** The run of an issue that is under way; throws when there is none. */
  lease(identifier: string): Lease {
    const lease = this.held.get(identifier);
    if (lease === undefined) throw new Error(`${identifier} is not at work; at work: ${[...this.held.keys()].join()}`);
    return lease;
  }

  /** Ends what is held for an issue. Returns whether the lease still counted. */
  async finish(identifier: string, outcome: WorkOutcome): Promise<boolean> {
    const lease = this.lease(identifier);
    this.held.delete(identifier);
    return this.#record.transact((tx) => this.#engine.settle(tx, lease, outcome));
  }

  /** How many pieces of one kind were taken for an issue. */
  count(identifier: string, kind = "run"): number {
    return this.taken.filter((entry) => entry === `${identifier} ${kind}`).length;
  }

  async #pull(): Promise<void> {
    const request = { kinds: WORK_KINDS, slots: 100, holder: this.#holder, machine: "here", leaseMs: this.#leaseMs };
    for (const lease of await this.#engine.pull(request)) {
      const { identifier } = lease.work.payload.issue;
      this.held.set(identifier, lease);
      this.taken.push(`${identifier} ${lease.work.kind}`);
      if (this.holds.has(lease.work.kind)) continue;
      if (lease.work.kind === "validate") await this.#vouch(lease);
      await this.finish(identifier, outcomeOf());
    }
  }

  /** The checks passed, and the head was pushed. */
  async #vouch({ work, fence }: Lease): Promise<void> {
    const { workflowId, laneId, run } = work;
    const fact = { witness: "host", ok: true, sentence: "Seen.", headSha: HEAD, facts: {} } as const;
    const events: EventDraft[] = ["validation", "pushed"].map((kind) => ({
      ...{ workflowId, laneId, run, fence },
      event: { type: "evidence_recorded", data: { kind, ...fact } },
    }));
    await this.#record.transact((tx) => tx.append(events));
  }
}
