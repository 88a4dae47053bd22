import { isMaestroError } from "../../base/errors.ts";
import { isOpen } from "../../model/lane.ts";
import { ledgerKey } from "../../model/spending.ts";
import { laneOf } from "../map.ts";
import { project } from "../projections/project.ts";
import { putLane, putLedgerRow, putTotals } from "../queries.ts";
import { Refold } from "../refold.ts";
import { liftEvent } from "../upcast.ts";
import { eventsOfLane } from "../verify-queries.ts";
import { prepareQuery, statementOf } from "./query.ts";
import {
  assertReadable,
  FIRST_READER,
  indexOfDays,
  indexOfNames,
  metaValue,
  SCHEMA_VERSION,
  tableOf,
} from "./schema-steps.ts";
import type { Statement, Store } from "./store.ts";
import type { LaneRow } from "./tables.ts";

/** Lanes that are lifted at once. */
const PAGE = 500;

type Place = Pick<LaneRow, "workflow_id" | "id">;

const lanesAfter = prepareQuery<Place & { limit: number }, Pick<LaneRow, "workflow_id" | "id" | "data">>(
  (build, value) =>
    build
      .selectFrom("lanes")
      .select(["workflow_id", "id", "data"])
      .where((row) =>
        row.or([
          row("workflow_id", ">", value("workflow_id")),
          row.and([row("workflow_id", "=", value("workflow_id")), row("id", ">", value("id"))]),
        ]),
      )
      .orderBy("workflow_id")
      .orderBy("id")
      .limit(value("limit")),
);

/** Brings the tables of an earlier version up to date, in the caller's transaction. Throws like `assertReadable`. */
export async function liftTables(store: Store): Promise<void> {
  await assertReadable(store);
  const version = Number(await metaValue(store, "version"));
  if (version === SCHEMA_VERSION) return;
  const { build } = store;
  // Version 2 finds lanes by what people call their issue.
  if (version < 2) {
    await store.run(statementOf(build.schema.alterTable("lanes").addColumn("identifier", "text")));
    await store.run(statementOf(indexOfNames(build)));
  }
  // Version 3 keeps a ledger, and lanes know what they used and whether they get on.
  await store.runAll([tableOf(build, "ledger"), statementOf(indexOfDays(build))]);
  await refoldLanes(store);
  const meta = (key: string, value: string) => build.updateTable("meta").set({ value }).where("key", "=", key);
  await store.runAll([meta("version", String(SCHEMA_VERSION)), meta("reader", FIRST_READER)].map(statementOf));
}

/** Writes every lane as its events give it now, with its rows of the ledger, and the sums. */
async function refoldLanes(store: Store): Promise<void> {
  const sums = new Map<string, Refold>();
  for (let last: Place = { workflow_id: "", id: "" }; ; ) {
    const rows = await store.run(lanesAfter(store.build, { ...last, limit: PAGE }));
    for (const row of rows) {
      const fold = await refold(store, row);
      const sum = sums.get(row.workflow_id) ?? new Refold();
      sums.set(row.workflow_id, sum);
      if (fold !== null) sum.addSums(fold);
      await store.runAll(statementsOf(store, row, fold));
    }
    const end = rows.at(-1);
    if (end === undefined || rows.length < PAGE) break;
    last = { workflow_id: end.workflow_id, id: end.id };
  }
  for (const [workflow_id, sum] of sums) {
    await store.run(putTotals(store.build, { workflow_id, data: JSON.stringify(sum.totals()) }));
  }
}

/** What a lane's events come to; `null` when one is damaged, which verification tells. */
async function refold(store: Store, { workflow_id, id }: Place): Promise<Refold | null> {
  const fold = new Refold();
  try {
    const events = await store.run(eventsOfLane(store.build, { workflow_id, lane_id: id }));
    for (const event of events) project(fold, liftEvent(event));
    return fold;
  } catch (error) {
    if (isMaestroError(error) && error.code === "record_corrupt") return null;
    throw error;
  }
}

function statementsOf(
  { build }: Store,
  row: Pick<LaneRow, "workflow_id" | "id" | "data">,
  fold: Refold | null,
): Statement<unknown>[] {
  const { workflow_id, id } = row;
  const lane = fold?.lane(id) ?? laneOf(row);
  const { issue, ordinal, closedAt } = lane;
  const columns = { workflow_id, id, issue_id: issue.id, identifier: issue.identifier, ordinal };
  const open = isOpen(lane) ? 1 : 0;
  const rows = [...(fold?.ledgerRows.values() ?? [])].map((entry) =>
    putLedgerRow(build, {
      ...{ workflow_id, lane_id: id, key: ledgerKey(entry), day: entry.day },
      data: JSON.stringify(entry),
    }),
  );
  return [putLane(build, { ...columns, open, closed_at: closedAt, data: JSON.stringify(lane) }), ...rows];
}
