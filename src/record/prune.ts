import type { RecordTransaction } from "../contracts/record.ts";
import { laneOf, ledgerRowOf, runOf } from "./map.ts";
import type { OpenRecord, RecordSource } from "./open-record.ts";
import { prepareQuery, statementOf } from "./sql/query.ts";
import type { LaneRow, RunRow } from "./sql/tables.ts";
import { sqlOf } from "./transaction.ts";
import { liftEvent } from "./upcast.ts";
import { selectLedger } from "./views/lists.ts";
import { eventsOfLane } from "./verify-queries.ts";

/** What pruning removed, or with `dryRun` would remove. */
export interface PruneReport {
  readonly lanes: readonly { readonly laneId: string; readonly identifier: string; readonly events: number }[];
  /** Events that went, in all. */
  readonly events: number;
  /** Old closed lanes that stay, with the reason. */
  readonly kept: readonly { readonly laneId: string; readonly reason: string }[];
}

/** What is pruned. */
export interface PruneOptions {
  /** Lanes that were closed before this instant, epoch milliseconds. */
  readonly closedBefore: number;
  /** Only tells what would go. Default false. */
  readonly dryRun?: boolean;
}

type Of = { workflow_id: string };
type OfLane = Of & { lane_id: string };

/** Closed lanes that still have events of their own. */
const selectOld = prepareQuery<Of & { before: number }, Pick<LaneRow, "id" | "data">>((build, value) =>
  build
    .selectFrom("lanes")
    .select(["id", "data"])
    .where("workflow_id", "=", value("workflow_id"))
    .where("open", "=", 0)
    .where("closed_at", "<", value("before"))
    .where((row) =>
      row.exists(
        row
          .selectFrom("events")
          .select("seq")
          .whereRef("events.workflow_id", "=", "lanes.workflow_id")
          .whereRef("events.lane_id", "=", "lanes.id")
          .where("events.type", "<>", "lane_archived"),
      ),
    )
    .orderBy("closed_at")
    .orderBy("id"),
);

const selectOpenWrites = prepareQuery<OfLane, { key: string }>((build, value) =>
  build
    .selectFrom("outbox")
    .select("key")
    .where("workflow_id", "=", value("workflow_id"))
    .where("lane_id", "=", value("lane_id"))
    .where("open", "=", 1),
);

const selectRuns = prepareQuery<OfLane, RunRow>((build, value) =>
  build
    .selectFrom("runs")
    .selectAll()
    .where("workflow_id", "=", value("workflow_id"))
    .where("lane_id", "=", value("lane_id"))
    .orderBy("number"),
);

const removals = (["events", "evidence", "outbox"] as const).map((table) =>
  prepareQuery<OfLane, unknown>((build, value) =>
    build.deleteFrom(table).where("workflow_id", "=", value("workflow_id")).where("lane_id", "=", value("lane_id")),
  ),
);

/**
 * Replaces the events of each lane that was closed before an instant by one `lane_archived`; the lane and its runs stay visible,
 * its evidence and outside writes go. One transaction per lane. Needs the instance lock, like every writer.
 */
export async function pruneRecord(open: OpenRecord, options: PruneOptions): Promise<PruneReport> {
  const { store, workflowId, read } = open.source;
  const old = await read(selectOld(store.build, { workflow_id: workflowId, before: options.closedBefore }));
  const lanes: { laneId: string; identifier: string; events: number }[] = [];
  const kept: { laneId: string; reason: string }[] = [];
  for (const row of old) {
    const lane = laneOf(row);
    if ((await read(selectOpenWrites(store.build, { workflow_id: workflowId, lane_id: lane.id }))).length > 0) {
      kept.push({ laneId: lane.id, reason: "an outside write of it is not settled" });
      continue;
    }
    const events = options.dryRun
      ? (await read(eventsOfLane(store.build, { workflow_id: workflowId, lane_id: lane.id }))).length
      : await open.record.transact((tx) => archive(open.source, tx, lane.id));
    lanes.push({ laneId: lane.id, identifier: lane.issue.identifier, events });
  }
  if (!options.dryRun) open.forgetSettled();
  return { lanes, events: lanes.reduce((sum, lane) => sum + lane.events, 0), kept };
}

/** Returns how many events went. */
async function archive({ workflowId }: RecordSource, tx: RecordTransaction, laneId: string): Promise<number> {
  const sql = sqlOf(tx);
  const of = { workflow_id: workflowId, lane_id: laneId };
  const lane = await tx.lane(laneId);
  if (lane === undefined) return 0;
  const rows = await sql.run(eventsOfLane(sql.build, of));
  const runs = (await sql.run(selectRuns(sql.build, of))).map(runOf);
  const ledger = (await sql.run(statementOf(selectLedger(sql.build, workflowId, { laneId })))).map(ledgerRowOf);
  for (const removal of removals) await sql.run(removal(sql.build, of));
  const before = rows.map(liftEvent).map(({ event }) => (event.type === "lane_archived" ? event.data.events : 0));
  const events = before.reduce((sum, archived) => sum + archived, rows.length);
  await tx.append([
    {
      workflowId,
      laneId,
      run: null,
      fence: null,
      event: { type: "lane_archived", data: { lane, runs, events, ledger } },
    },
  ]);
  return rows.length;
}
