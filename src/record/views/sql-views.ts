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
import { commandOf, evidenceOf, laneOf, ledgerRowOf, modeOf, outboxOf, runOf, totalsOf } from "../map.ts";
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
import type { Statement } from "../sql/store.ts";
import { liftEvent } from "../upcast.ts";
import {
  selectClosedLanes,
  selectEvents,
  selectEvidence,
  selectLedger,
  selectLaneNamed,
  selectLastRunsOfLane,
  selectLanesOfIssue,
  selectRecentRuns,
  selectRunsOfLane,
} from "./lists.ts";
import type { ViewSource } from "./view-source.ts";

/** Later than every instant on record, epoch milliseconds. */
const END_OF_TIME = Number.MAX_SAFE_INTEGER;

/** Lanes of version 1 that are looked at together. */
const OLD_PAGE = 500;

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

  present(): Promise<PresentState> {
    return this.#source.readTogether((source) => new SqlViews(source).#present());
  }

  async #present(): Promise<PresentState> {
    const lanes = await this.openLanes();
    const runs: Run[] = [];
    for (const { id, work } of lanes) {
      const run = work?.kind === "run" ? await this.run(id, work.run) : undefined;
      if (run !== undefined) runs.push(run);
    }
    return { lanes, runs, totals: await this.totals(), mode: await this.mode(), lastSeq: await this.lastSeq() };
  }

  async lanesOfIssue(issueId: string): Promise<readonly Lane[]> {
    const rows = await this.#read(selectLanesOfIssue(this.#source.build, { ...this.#of, issue_id: issueId }));
    return rows.map(laneOf);
  }

  async laneNamed(identifier: string): Promise<Lane | undefined> {
    if (!this.#source.hasNames) return this.#laneCalled(identifier);
    const [row] = await this.#read(selectLaneNamed(this.#source.build, { ...this.#of, identifier }));
    return row === undefined ? undefined : laneOf(row);
  }

  async closedLanes(limit: number, before?: string): Promise<readonly Lane[]> {
    const last = before === undefined ? null : await this.lane(before);
    if (last === undefined) return [];
    const behind = { at: last?.closedAt ?? END_OF_TIME, id: last?.id ?? "" };
    return (await this.#read(selectClosedLanes(this.#source.build, { ...this.#of, ...behind, limit }))).map(laneOf);
  }

  async run(laneId: string, number: number): Promise<Run | undefined> {
    const [row] = await this.#read(selectRun(this.#source.build, { ...this.#of, lane_id: laneId, number }));
    return row === undefined ? undefined : runOf(row);
  }

  async runsOfLane(laneId: string, limit?: number): Promise<readonly Run[]> {
    const of = { ...this.#of, lane_id: laneId };
    const { build } = this.#source;
    if (limit === undefined) return (await this.#read(selectRunsOfLane(build, of))).map(runOf);
    return (await this.#read(selectLastRunsOfLane(build, { ...of, limit }))).map(runOf).reverse();
  }

  async recentRuns(limit: number, before?: RunName): Promise<readonly Run[]> {
    const last = before === undefined ? null : await this.run(before.laneId, before.number);
    if (last === undefined) return [];
    const behind = { at: last?.claimedAt ?? END_OF_TIME, number: last?.number ?? 0, lane_id: last?.laneId ?? "" };
    return (await this.#read(selectRecentRuns(this.#source.build, { ...this.#of, ...behind, limit }))).map(runOf);
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

  async ledger(query: LedgerQuery = {}): Promise<readonly LedgerRow[]> {
    if (!this.#source.hasLedger) return [];
    const rows = await this.#read(statementOf(selectLedger(this.#source.build, this.#source.workflowId, query)));
    return rows.map(ledgerRowOf);
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

  /** The same in tables of version 1, by looking at every lane. */
  async #laneCalled(identifier: string): Promise<Lane | undefined> {
    const isMeant = ({ issue }: Lane): boolean => issue.identifier === identifier;
    let lanes = await this.openLanes();
    for (let found = lanes.find(isMeant); found === undefined; found = lanes.find(isMeant)) {
      const last = lanes.at(-1);
      lanes = await this.closedLanes(OLD_PAGE, last?.closedAt == null ? undefined : last.id);
      if (lanes.length === 0) return undefined;
    }
    return lanes.find(isMeant);
  }

  #read<Row>(statement: Statement<Row>): Promise<readonly Row[]> {
    return this.#source.read(statement);
  }
}
