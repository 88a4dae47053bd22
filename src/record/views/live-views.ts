import type {
  EventQuery,
  LedgerQuery,
  PresentState,
  RecordTotals,
  RecordViews,
  RunName,
} from "../../contracts/record.ts";
import type { Command } from "../../model/command.ts";
import type { StoredEvent } from "../../model/events/envelope.ts";
import type { ServiceMode } from "../../model/events/service.ts";
import type { Evidence } from "../../model/evidence.ts";
import type { Lane, Run } from "../../model/lane.ts";
import type { OutboxRow } from "../../model/outbox.ts";
import type { LedgerRow } from "../../model/spending.ts";
import type { Cache } from "../cache.ts";

/** The views of the writer's own process: what is open comes from memory, the rest from the database. */
export class LiveViews implements RecordViews {
  readonly #cache: Cache;
  readonly #stored: RecordViews;
  readonly #assertOpen: () => Promise<void>;

  /** `assertOpen` rejects when the record was closed. */
  constructor(cache: Cache, stored: RecordViews, assertOpen: () => Promise<void>) {
    this.#cache = cache;
    this.#stored = stored;
    this.#assertOpen = assertOpen;
  }

  async lane(laneId: string): Promise<Lane | undefined> {
    await this.#assertOpen();
    return this.#cache.lane(laneId) ?? this.#stored.lane(laneId);
  }

  async openLanes(): Promise<readonly Lane[]> {
    await this.#assertOpen();
    return this.#cache.openLanes();
  }

  async present(): Promise<PresentState> {
    await this.#assertOpen();
    const lanes = this.#cache.openLanes();
    const totals = this.#cache.totals();
    const mode = this.#cache.mode();
    const lastSeq = this.#cache.lastSeq();
    // Asked of the memory without a wait in between; only a run that is not there is read, and by then it may have gone on.
    const asked = lanes.flatMap(({ id, work }) =>
      work?.kind === "run" ? [this.#cache.run(id, work.run) ?? this.#stored.run(id, work.run)] : [],
    );
    const runs = (await Promise.all(asked)).flatMap((run) => run ?? []);
    return { lanes, runs, totals, mode, lastSeq };
  }

  async lanesOfIssue(issueId: string): Promise<readonly Lane[]> {
    await this.#assertOpen();
    return this.#stored.lanesOfIssue(issueId);
  }

  async laneNamed(identifier: string): Promise<Lane | undefined> {
    await this.#assertOpen();
    return this.#stored.laneNamed(identifier);
  }

  async closedLanes(limit: number, before?: string): Promise<readonly Lane[]> {
    await this.#assertOpen();
    return this.#stored.closedLanes(limit, before);
  }

  async run(laneId: string, number: number): Promise<Run | undefined> {
    await this.#assertOpen();
    return this.#cache.run(laneId, number) ?? this.#stored.run(laneId, number);
  }

  async runsOfLane(laneId: string, limit?: number): Promise<readonly Run[]> {
    await this.#assertOpen();
    return this.#stored.runsOfLane(laneId, limit);
  }

  async recentRuns(limit: number, before?: RunName): Promise<readonly Run[]> {
    await this.#assertOpen();
    return this.#stored.recentRuns(limit, before);
  }

  async evidence(laneId: string): Promise<readonly Evidence[]> {
    await this.#assertOpen();
    return this.#stored.evidence(laneId);
  }

  async openOutbox(): Promise<readonly OutboxRow[]> {
    await this.#assertOpen();
    return this.#cache.openOutbox();
  }

  async openCommands(): Promise<readonly Command[]> {
    await this.#assertOpen();
    return this.#stored.openCommands();
  }

  async command(id: string): Promise<Command | undefined> {
    await this.#assertOpen();
    return this.#stored.command(id);
  }

  async events(query: EventQuery): Promise<readonly StoredEvent[]> {
    await this.#assertOpen();
    return this.#stored.events(query);
  }

  async ledger(query?: LedgerQuery): Promise<readonly LedgerRow[]> {
    await this.#assertOpen();
    return (await this.#stored.ledger?.(query)) ?? [];
  }

  async totals(): Promise<RecordTotals> {
    await this.#assertOpen();
    return this.#cache.totals();
  }

  async mode(): Promise<ServiceMode> {
    await this.#assertOpen();
    return this.#cache.mode();
  }

  async lastSeq(): Promise<number> {
    await this.#assertOpen();
    return this.#cache.lastSeq();
  }
}
