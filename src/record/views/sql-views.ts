import type { EventQuery, RecordTotals, RecordViews } from "../../contracts/record.ts";
import type { Command } from "../../model/command.ts";
import type { StoredEvent } from "../../model/events/envelope.ts";
import type { ServiceMode } from "../../model/events/service.ts";
import type { Evidence } from "../../model/evidence.ts";
import type { Lane, Run } from "../../model/lane.ts";
import type { OutboxRow } from "../../model/outbox.ts";
import { commandOf, evidenceOf, laneOf, modeOf, outboxOf, runOf, totalsOf } from "../map.ts";
import { NO_TOTALS } from "../projections/totals.ts";
import {
  selectCommand,
  selectLane,
  selectLastSeq,
  selectOpenCommands,
  selectOpenLanes,
  selectOpenOutbox,
  selectRun,
  selectMode,
  selectTotals,
} from "../queries.ts";
import { statementOf } from "../sql/query.ts";
import type { Builder, Statement } from "../sql/store.ts";
import { liftEvent } from "../upcast.ts";
import {
  selectClosedLanes,
  selectEvents,
  selectEvidence,
  selectLanesOfIssue,
  selectRecentRuns,
  selectRunsOfLane,
} from "./lists.ts";

/** How views read. */
export interface ViewSource {
  readonly build: Builder;
  readonly workflowId: string;
  read<Row>(statement: Statement<Row>): Promise<readonly Row[]>;
}

/** Reads from the database, for processes that are not the writer. Each call sees what is committed when it runs. */
export class SqlViews implements RecordViews {
  readonly #source: ViewSource;
  readonly #of: { readonly workflow_id: string };

  constructor(source: ViewSource) {
    this.#source = source;
    this.#of = { workflow_id: source.workflowId };
  }

  async lane(laneId: string): Promise<Lane | undefined> {
    const [row] = await this.#read(selectLane(this.#source.build, { ...this.#of, id: laneId }));
    return row === undefined ? undefined : laneOf(row);
  }

  async openLanes(): Promise<readonly Lane[]> {
    return (await this.#read(selectOpenLanes(this.#source.build, this.#of))).map(laneOf);
  }

  async lanesOfIssue(issueId: string): Promise<readonly Lane[]> {
    const rows = await this.#read(selectLanesOfIssue(this.#source.build, { ...this.#of, issue_id: issueId }));
    return rows.map(laneOf);
  }

  async closedLanes(limit: number): Promise<readonly Lane[]> {
    return (await this.#read(selectClosedLanes(this.#source.build, { ...this.#of, limit }))).map(laneOf);
  }

  async run(laneId: string, number: number): Promise<Run | undefined> {
    const [row] = await this.#read(selectRun(this.#source.build, { ...this.#of, lane_id: laneId, number }));
    return row === undefined ? undefined : runOf(row);
  }

  async runsOfLane(laneId: string): Promise<readonly Run[]> {
    return (await this.#read(selectRunsOfLane(this.#source.build, { ...this.#of, lane_id: laneId }))).map(runOf);
  }

  async recentRuns(limit: number): Promise<readonly Run[]> {
    return (await this.#read(selectRecentRuns(this.#source.build, { ...this.#of, limit }))).map(runOf);
  }

  async evidence(laneId: string): Promise<readonly Evidence[]> {
    const rows = await this.#read(selectEvidence(this.#source.build, { ...this.#of, lane_id: laneId }));
    return rows.map(evidenceOf);
  }

  async openOutbox(): Promise<readonly OutboxRow[]> {
    return (await this.#read(selectOpenOutbox(this.#source.build, this.#of))).map(outboxOf);
  }

  async openCommands(): Promise<readonly Command[]> {
    return (await this.#read(selectOpenCommands(this.#source.build, this.#of))).map(commandOf);
  }

  async command(id: string): Promise<Command | undefined> {
    const [row] = await this.#read(selectCommand(this.#source.build, { ...this.#of, id }));
    return row === undefined ? undefined : commandOf(row);
  }

  async events(query: EventQuery): Promise<readonly StoredEvent[]> {
    const rows = await this.#read(statementOf(selectEvents(this.#source.build, this.#source.workflowId, query)));
    return rows.map(liftEvent);
  }

  async totals(): Promise<RecordTotals> {
    const [row] = await this.#read(selectTotals(this.#source.build, this.#of));
    return row === undefined ? NO_TOTALS : totalsOf(row);
  }

  async mode(): Promise<ServiceMode> {
    const [row] = await this.#read(selectMode(this.#source.build, this.#of));
    return row === undefined ? "running" : modeOf(row);
  }

  async lastSeq(): Promise<number> {
    const [row] = await this.#read(selectLastSeq(this.#source.build, this.#of));
    return row?.last ?? 0;
  }

  #read<Row>(statement: Statement<Row>): Promise<readonly Row[]> {
    return this.#source.read(statement);
  }
}
