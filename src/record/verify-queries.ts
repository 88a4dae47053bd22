import { prepareQuery } from "./sql/query.ts";
import type { Store } from "./sql/store.ts";
import type { EventRow, LaneRow, OutboxTableRow } from "./sql/tables.ts";

// The queries of `verify.ts`: everything that is stored, in bounded pieces.

type Of = { workflow_id: string };
type OfLane = Of & { lane_id: string };

/** Lanes that events or projections know, by id. */
export const laneIdsAfter = prepareQuery<Of & { after: string; limit: number }, { lane_id: string }>((build, value) =>
  build
    .selectFrom("events")
    .select((row) => row.ref("lane_id").$castTo<string>().as("lane_id"))
    .distinct()
    .where("workflow_id", "=", value("workflow_id"))
    .where("lane_id", ">", value("after"))
    .orderBy("lane_id")
    .limit(value("limit")),
);

/** Events of the service itself. */
export const serviceEventsAfter = prepareQuery<Of & { after: number; limit: number }, EventRow>((build, value) =>
  build
    .selectFrom("events")
    .selectAll()
    .where("workflow_id", "=", value("workflow_id"))
    .where("lane_id", "is", null)
    .where("seq", ">", value("after"))
    .orderBy("seq")
    .limit(value("limit")),
);

/** All events of a lane, in order. */
export const eventsOfLane = prepareQuery<OfLane, EventRow>((build, value) =>
  build
    .selectFrom("events")
    .selectAll()
    .where("workflow_id", "=", value("workflow_id"))
    .where("lane_id", "=", value("lane_id"))
    .orderBy("seq"),
);

/** Commands with their answers. */
export const storedAnswers = prepareQuery<Of, { id: string; answer: string | null }>((build, value) =>
  build.selectFrom("commands").select(["id", "answer"]).where("workflow_id", "=", value("workflow_id")),
);

const storedLane = prepareQuery<OfLane, Pick<LaneRow, "open" | "data">>((build, value) =>
  build
    .selectFrom("lanes")
    .select(["open", "data"])
    .where("workflow_id", "=", value("workflow_id"))
    .where("id", "=", value("lane_id")),
);

const storedRuns = prepareQuery<OfLane, { number: number; data: string }>((build, value) =>
  build
    .selectFrom("runs")
    .select(["number", "data"])
    .where("workflow_id", "=", value("workflow_id"))
    .where("lane_id", "=", value("lane_id")),
);

const storedEvidence = prepareQuery<OfLane, { seq: number; data: string }>((build, value) =>
  build
    .selectFrom("evidence")
    .select(["seq", "data"])
    .where("workflow_id", "=", value("workflow_id"))
    .where("lane_id", "=", value("lane_id")),
);

type KeptRow = Pick<OutboxTableRow, "key" | "position" | "open" | "data">;

const storedOutbox = prepareQuery<OfLane, KeptRow>((build, value) =>
  build
    .selectFrom("outbox")
    .select(["key", "position", "open", "data"])
    .where("workflow_id", "=", value("workflow_id"))
    .where("lane_id", "=", value("lane_id")),
);

const storedLedger = prepareQuery<OfLane, { key: string; data: string }>((build, value) =>
  build
    .selectFrom("ledger")
    .select(["key", "data"])
    .where("workflow_id", "=", value("workflow_id"))
    .where("lane_id", "=", value("lane_id")),
);

/** Everything that is stored of one lane. */
export async function projectedRows(store: Store, of: OfLane) {
  const { build } = store;
  const [lane] = await store.run(storedLane(build, of));
  const runs = await store.run(storedRuns(build, of));
  const evidence = await store.run(storedEvidence(build, of));
  const outbox = await store.run(storedOutbox(build, of));
  const ledger = await store.run(storedLedger(build, of));
  return {
    lane,
    runs: new Map(runs.map((row) => [row.number, row.data])),
    evidence: new Map(evidence.map((row) => [row.seq, row.data])),
    outbox: new Map(outbox.map((row) => [row.key, row])),
    ledger: new Map(ledger.map((row) => [row.key, row.data])),
  };
}

/** The projections that belong to lanes. */
const LANE_TABLES = ["lanes", "runs", "evidence", "outbox", "ledger"] as const;

/** How many rows the projections hold. */
export async function storedCounts(store: Store, of: Of) {
  const counts: { readonly table: (typeof LANE_TABLES)[number]; readonly rows: number }[] = [];
  for (const table of LANE_TABLES) {
    const [row] = await store.run(countRows(table)(store.build, of));
    counts.push({ table, rows: Number(row?.rows ?? 0) });
  }
  return counts;
}

function countRows(table: (typeof LANE_TABLES)[number]) {
  return prepareQuery<Of, { rows: number | string | bigint }>((build, value) =>
    build
      .selectFrom(table)
      .select((row) => row.fn.countAll().as("rows"))
      .where("workflow_id", "=", value("workflow_id")),
  );
}
