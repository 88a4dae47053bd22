import type { Clock } from "../base/clock.ts";
import { MaestroError } from "../base/errors.ts";
import type { Log } from "../base/log.ts";
import type { Engine, PullRequest } from "../contracts/engine.ts";
import type { RecordTransaction } from "../contracts/record.ts";
import type { WorkOutcome } from "../model/run.ts";
import { reason } from "../model/verdict.ts";
import type { Lease, WorkSpec } from "../model/work.ts";
import { type OpenRecord, sqlOf, type WorkRow } from "../record/index.ts";
import { leaseOf, workOf } from "./map.ts";
import {
  deleteWork,
  insertWork,
  leaseWork,
  loseWork,
  renewLease,
  revokeWork,
  selectByState,
  selectQueued,
  selectOverdue,
  selectWork,
  selectWorkOfLane,
} from "./queries.ts";
import { canceledOutcome, canceledReason, eventOn, laneMissing } from "./work-events.ts";

/** What the engine is built on. */
export interface EmbeddedEngineParts {
  readonly record: OpenRecord;
  readonly clock: Clock;
  readonly log: Log;
  /** Name of this instance, for the log. */
  readonly instance: string;
}

/** The engine for one machine: its queue is a table of the record, and its leases live in the record's transactions. */
export function createEmbeddedEngine(parts: EmbeddedEngineParts): Engine {
  return new EmbeddedEngine(parts);
}

class EmbeddedEngine implements Engine {
  readonly #parts: EmbeddedEngineParts;
  readonly #log: Log;
  readonly #of: { readonly workflow_id: string };
  readonly #onWork = new Set<() => void>();
  readonly #onRevoked = new Set<(workId: string) => void>();
  #closed = false;

  constructor(parts: EmbeddedEngineParts) {
    this.#parts = parts;
    this.#log = parts.log.child({ instance: parts.instance });
    this.#of = { workflow_id: parts.record.source.workflowId };
  }

  async enqueue(tx: RecordTransaction, work: WorkSpec): Promise<"queued" | "already"> {
    this.#assertOpen();
    const sql = sqlOf(tx);
    await this.#forgetBuried(tx, work.laneId);
    const { id, laneId: lane_id, kind, machine } = work;
    const row = { ...this.#of, id, lane_id, kind, machine, payload: JSON.stringify(work) };
    const added = await sql.run(insertWork(sql.build, row));
    if (added.length === 0) return "already";
    sql.onCommit(() => this.#announceWork());
    return "queued";
  }

  async pull(request: PullRequest): Promise<readonly Lease[]> {
    this.#assertOpen();
    const { source, record } = this.#parts.record;
    if (request.slots < 1 || (await this.#oldest(source.read, request, 1)).length === 0) return [];
    return record.transact(async (tx) => {
      const leases: Lease[] = [];
      for (let left = request.slots; left > 0; left = request.slots - leases.length) {
        const rows = await this.#oldest(sqlOf(tx).run, request, left);
        if (rows.length === 0) break;
        // Each of them is leased or removed now, so none is found again.
        for (const row of rows) leases.push(...(await this.#lease(tx, row, request)));
      }
      return leases;
    });
  }

  async heartbeat(leases: readonly Lease[]): Promise<ReadonlySet<string>> {
    this.#assertOpen();
    if (leases.length === 0) return new Set();
    return this.#parts.record.record.transact(async (tx) => {
      const { build, run } = sqlOf(tx);
      const now = this.#parts.clock.now();
      const held = new Set<string>();
      for (const { work, holder, fence } of leases) {
        const [row] = await run(renewLease(build, { ...this.#of, id: work.id, holder, fence, now }));
        // A revoked lease lives on while its holder ends the work: nobody else may start there before it is settled.
        if (row !== undefined && row.revoked === 0) held.add(row.id);
      }
      return held;
    });
  }

  async settle(tx: RecordTransaction, lease: Lease, outcome: WorkOutcome): Promise<boolean> {
    this.#assertOpen();
    const { build, run } = sqlOf(tx);
    const { work, fence, holder } = lease;
    const [row] = await run(selectWork(build, { ...this.#of, id: work.id }));
    // One that ran out but was not taken yet is still the only one: its result is kept.
    if (row === undefined || row.state !== "leased" || row.fence !== fence || row.holder !== holder) return false;
    await run(deleteWork(build, { ...this.#of, id: work.id }));
    await tx.append([eventOn(work, fence, { type: "work_settled", data: { id: work.id, kind: work.kind, outcome } })]);
    return true;
  }

  async cancel(workId: string): Promise<"removed" | "revoked" | "gone"> {
    this.#assertOpen();
    const result = await this.#parts.record.record.transact(async (tx) => {
      const { build, run } = sqlOf(tx);
      const [row] = await run(selectWork(build, { ...this.#of, id: workId }));
      if (row === undefined || row.state === "lost") return "gone";
      if (row.state === "queued") {
        await this.#remove(tx, workOf(row));
        return "removed";
      }
      await run(revokeWork(build, { ...this.#of, id: workId }));
      return "revoked";
    });
    if (result === "revoked") this.#announceRevoked(workId);
    return result;
  }

  async takeExpired(): Promise<readonly Lease[]> {
    this.#assertOpen();
    const { source } = this.#parts.record;
    const now = this.#parts.clock.now();
    // Asked in every turn of the service's loop, where nearly always nothing is overdue.
    const overdue = await source.read(selectOverdue(source.store.build, { ...this.#of, now }));
    if (overdue.length === 0) return [];
    return this.#take((row) => (row.expires_at ?? 0) <= this.#parts.clock.now());
  }

  async takeOthers(holder: string): Promise<readonly Lease[]> {
    return this.#take((row) => row.holder !== holder);
  }

  async queued(): Promise<readonly WorkSpec[]> {
    this.#assertOpen();
    const { source } = this.#parts.record;
    const rows = await source.read(selectByState(source.store.build, { ...this.#of, state: "queued" }));
    return rows.map(workOf);
  }

  onWork(wake: () => void): () => void {
    return register(this.#onWork, () => wake());
  }

  onRevoked(revoked: (workId: string) => void): () => void {
    return register(this.#onRevoked, (workId: string) => revoked(workId));
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#onWork.clear();
    this.#onRevoked.clear();
  }

  /** What waits for this worker, at most so many. Read row by row, a long queue would cost every pull. */
  async #oldest(
    read: OpenRecord["source"]["read"],
    { kinds, machine }: PullRequest,
    most: number,
  ): Promise<readonly WorkRow[]> {
    const { build } = this.#parts.record.source.store;
    const rows: WorkRow[] = [];
    for (const kind of kinds) rows.push(...(await read(selectQueued(build, { ...this.#of, machine, kind, most }))));
    return rows.sort((a, b) => a.position - b.position).slice(0, most);
  }

  /** Nothing when the work was called off before anybody began it. */
  async #lease(tx: RecordTransaction, row: WorkRow, request: PullRequest): Promise<readonly Lease[]> {
    const work = workOf(row);
    const lane = await tx.lane(work.laneId);
    if (lane === undefined) throw laneMissing(work);
    if (canceledReason(lane, work) !== null) {
      await this.#remove(tx, work);
      return [];
    }
    const { holder, leaseMs } = request;
    const fence = lane.fence + 1;
    const expiresAt = this.#parts.clock.now() + leaseMs;
    const data = { id: work.id, kind: work.kind, fence, holder };
    await tx.append([eventOn(work, fence, { type: "lease_granted", data })]);
    const { build, run } = sqlOf(tx);
    await run(leaseWork(build, { ...this.#of, id: work.id, fence, holder, lease_ms: leaseMs, expires_at: expiresAt }));
    return [{ work, fence, holder, expiresAt }];
  }

  /** Ends work that nobody has begun; its outcome is on record like that of any other. */
  async #remove(tx: RecordTransaction, work: WorkSpec): Promise<void> {
    const { build, run } = sqlOf(tx);
    await run(deleteWork(build, { ...this.#of, id: work.id }));
    const lane = await tx.lane(work.laneId);
    if (lane === undefined) return;
    const why = canceledReason(lane, work) ?? reason("canceled", "It was taken back before it began.");
    const data = { id: work.id, kind: work.kind, outcome: canceledOutcome(why) };
    await tx.append([eventOn(work, null, { type: "work_settled", data })]);
  }

  /**
   * Takes leases from their holders: raises the fence, and keeps the row as lost until the end of the work is on record, so that a crash
   * in between forgets nothing. Lost ones are told again each time until then.
   */
  async #take(isTaken: (row: WorkRow) => boolean): Promise<readonly Lease[]> {
    this.#assertOpen();
    return this.#parts.record.record.transact(async (tx) => {
      const { build, run } = sqlOf(tx);
      const taken: Lease[] = [];
      for (const row of await run(selectByState(build, { ...this.#of, state: "lost" }))) {
        if (await this.#isBuried(tx, row)) await run(deleteWork(build, { ...this.#of, id: row.id }));
        else taken.push(leaseOf(row));
      }
      for (const row of await run(selectByState(build, { ...this.#of, state: "leased" }))) {
        if (!isTaken(row)) continue;
        await this.#lose(tx, leaseOf(row));
        taken.push(leaseOf(row));
      }
      return taken;
    });
  }

  async #lose(tx: RecordTransaction, lease: Lease): Promise<void> {
    const { work, holder } = lease;
    const { build, run } = sqlOf(tx);
    const lane = await tx.lane(work.laneId);
    if (lane === undefined) throw laneMissing(work);
    const fence = lane.fence + 1;
    const data = { id: work.id, kind: work.kind, fence, holder };
    await tx.append([eventOn(work, fence, { type: "lease_lost", data })]);
    await run(loseWork(build, { ...this.#of, id: work.id }));
    this.#log.warn("a lease was taken from its holder", {
      work_id: work.id,
      issue_id: work.payload.issue.id,
      issue_identifier: work.payload.issue.identifier,
      lane_id: work.laneId,
      run: work.run,
      holder,
    });
  }

  async #forgetBuried(tx: RecordTransaction, laneId: string): Promise<void> {
    const { build, run } = sqlOf(tx);
    const [row] = await run(selectWorkOfLane(build, { ...this.#of, lane_id: laneId }));
    if (row?.state === "lost" && (await this.#isBuried(tx, row))) {
      await run(deleteWork(build, { ...this.#of, id: row.id }));
    }
  }

  /** Whether the lane knows the end of this work, or has moved on. */
  async #isBuried(tx: RecordTransaction, row: WorkRow): Promise<boolean> {
    const lane = await tx.lane(row.lane_id);
    return lane?.work?.id !== row.id || lane.work.state === "settled";
  }

  #announceWork(): void {
    for (const wake of this.#onWork) wake();
  }

  #announceRevoked(workId: string): void {
    for (const revoked of this.#onRevoked) revoked(workId);
  }

  #assertOpen(): void {
    if (this.#closed) throw new MaestroError({ code: "engine_closed", message: "The engine was closed." });
  }
}

function register<T>(listeners: Set<T>, listener: T): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
