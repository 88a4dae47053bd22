import type { EventQuery, RecordTotals, RecordViews } from "../../contracts/record.ts";
import type { Command } from "../../model/command.ts";
import type { StoredEvent } from "../../model/events/envelope.ts";
import type { ServiceMode } from "../../model/events/service.ts";
import type { Evidence } from "../../model/evidence.ts";
import type { Lane, Run } from "../../model/lane.ts";
import type { OutboxRow } from "../../model/outbox.ts";
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

  async lanesOfIssue(issueId: string): Promise<readonly Lane[]> {
    await this.#assertOpen();
    return this.#stored.lanesOfIssue(issueId);
  }

  async closedLanes(limit: number): Promise<readonly Lane[]> {
    await this.#assertOpen();
    return this.#stored.closedLanes(limit);
  }

  async run(laneId: string, number: number): Promise<Run | undefined> {
    await this.#assertOpen();
    return this.#cache.run(laneId, number) ?? this.#stored.run(laneId, number);
  }

  async runsOfLane(laneId: string): Promise<readonly Run[]> {
    await this.#assertOpen();
    return this.#stored.runsOfLane(laneId);
  }

  async recentRuns(limit: number): Promise<readonly Run[]> {
    await this.#assertOpen();
    return this.#stored.recentRuns(limit);
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
