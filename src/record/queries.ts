import type {
  CommandRow,
  DocumentRow,
  EventRow,
  EvidenceRow,
  LaneRow,
  LedgerTableRow,
  OutboxTableRow,
  RunRow,
} from "./sql/tables.ts";
import { prepareQuery } from "./sql/query.ts";

// Every query of the hot paths, compiled once. Reads of whole lists are in `views/`. `lit(1)` and not a value: SQLite uses a partial
// index only when it can read the condition.

type Of = { workflow_id: string };

/** Appends an event. */
export const insertEvent = prepareQuery<EventRow, unknown>((build, value) =>
  build.insertInto("events").values({
    workflow_id: value("workflow_id"),
    seq: value("seq"),
    at: value("at"),
    lane_id: value("lane_id"),
    run: value("run"),
    run_seq: value("run_seq"),
    fence: value("fence"),
    version: value("version"),
    type: value("type"),
    data: value("data"),
  }),
);

/** Writes a lane as it is now. */
export const putLane = prepareQuery<LaneRow, unknown>((build, value) =>
  build
    .insertInto("lanes")
    .values({
      workflow_id: value("workflow_id"),
      id: value("id"),
      issue_id: value("issue_id"),
      identifier: value("identifier"),
      ordinal: value("ordinal"),
      open: value("open"),
      closed_at: value("closed_at"),
      data: value("data"),
    })
    .onConflict((conflict) =>
      conflict.columns(["workflow_id", "id"]).doUpdateSet((row) => ({
        issue_id: row.ref("excluded.issue_id"),
        identifier: row.ref("excluded.identifier"),
        open: row.ref("excluded.open"),
        closed_at: row.ref("excluded.closed_at"),
        data: row.ref("excluded.data"),
      })),
    ),
);

/** Writes a run as it is now. */
export const putRun = prepareQuery<RunRow, unknown>((build, value) =>
  build
    .insertInto("runs")
    .values({
      workflow_id: value("workflow_id"),
      lane_id: value("lane_id"),
      number: value("number"),
      claimed_at: value("claimed_at"),
      data: value("data"),
    })
    .onConflict((conflict) =>
      conflict.columns(["workflow_id", "lane_id", "number"]).doUpdateSet((row) => ({ data: row.ref("excluded.data") })),
    ),
);

/** Keeps a piece of evidence. */
export const insertEvidence = prepareQuery<EvidenceRow, unknown>((build, value) =>
  build.insertInto("evidence").values({
    workflow_id: value("workflow_id"),
    seq: value("seq"),
    lane_id: value("lane_id"),
    data: value("data"),
  }),
);

/** Writes an outside write as it is now. */
export const putOutbox = prepareQuery<OutboxTableRow, unknown>((build, value) =>
  build
    .insertInto("outbox")
    .values({
      workflow_id: value("workflow_id"),
      key: value("key"),
      lane_id: value("lane_id"),
      position: value("position"),
      open: value("open"),
      data: value("data"),
    })
    .onConflict((conflict) =>
      conflict.columns(["workflow_id", "key"]).doUpdateSet((row) => ({
        position: row.ref("excluded.position"),
        open: row.ref("excluded.open"),
        data: row.ref("excluded.data"),
      })),
    ),
);

/** Writes a row of the ledger as it is now. */
export const putLedgerRow = prepareQuery<LedgerTableRow, unknown>((build, value) =>
  build
    .insertInto("ledger")
    .values({
      workflow_id: value("workflow_id"),
      lane_id: value("lane_id"),
      key: value("key"),
      day: value("day"),
      data: value("data"),
    })
    .onConflict((conflict) =>
      conflict.columns(["workflow_id", "lane_id", "key"]).doUpdateSet((row) => ({ data: row.ref("excluded.data") })),
    ),
);

/** One row of the ledger. */
export const selectLedgerRow = prepareQuery<
  Of & { lane_id: string; key: string },
  Pick<LedgerTableRow, "lane_id" | "key" | "data">
>((build, value) =>
  build
    .selectFrom("ledger")
    .select(["lane_id", "key", "data"])
    .where("workflow_id", "=", value("workflow_id"))
    .where("lane_id", "=", value("lane_id"))
    .where("key", "=", value("key")),
);

/** Answers a command. */
export const putAnswer = prepareQuery<{ workflow_id: string; id: string; answer: string }, unknown>((build, value) =>
  build
    .updateTable("commands")
    .set({ answer: value("answer") })
    .where("workflow_id", "=", value("workflow_id"))
    .where("id", "=", value("id")),
);

/** Writes the sums. */
export const putTotals = prepareQuery<DocumentRow, unknown>((build, value) =>
  build
    .insertInto("totals")
    .values({ workflow_id: value("workflow_id"), data: value("data") })
    .onConflict((conflict) =>
      conflict.columns(["workflow_id"]).doUpdateSet((row) => ({ data: row.ref("excluded.data") })),
    ),
);

/** Writes the service's mode. */
export const putMode = prepareQuery<DocumentRow, unknown>((build, value) =>
  build
    .insertInto("service")
    .values({ workflow_id: value("workflow_id"), data: value("data") })
    .onConflict((conflict) =>
      conflict.columns(["workflow_id"]).doUpdateSet((row) => ({ data: row.ref("excluded.data") })),
    ),
);

/** A write without a meaning: a commit without any would not reach the disk. */
export const touchMeta = prepareQuery<{ at: string }, unknown>((build, value) =>
  build
    .updateTable("meta")
    .set({ value: value("at") })
    .where("key", "=", "synced"),
);

/** One lane. */
export const selectLane = prepareQuery<Of & { id: string }, Pick<LaneRow, "id" | "data">>((build, value) =>
  build
    .selectFrom("lanes")
    .select(["id", "data"])
    .where("workflow_id", "=", value("workflow_id"))
    .where("id", "=", value("id")),
);

/** One run. */
export const selectRun = prepareQuery<
  Of & { lane_id: string; number: number },
  Pick<RunRow, "lane_id" | "number" | "data">
>((build, value) =>
  build
    .selectFrom("runs")
    .select(["lane_id", "number", "data"])
    .where("workflow_id", "=", value("workflow_id"))
    .where("lane_id", "=", value("lane_id"))
    .where("number", "=", value("number")),
);

/** One outside write. */
export const selectOutbox = prepareQuery<Of & { key: string }, Pick<OutboxTableRow, "key" | "position" | "data">>(
  (build, value) =>
    build
      .selectFrom("outbox")
      .select(["key", "position", "data"])
      .where("workflow_id", "=", value("workflow_id"))
      .where("key", "=", value("key")),
);

/** The last number within a run; `null` before its first event. */
export const selectRunSeq = prepareQuery<Of & { lane_id: string; run: number }, { last: number | null }>(
  (build, value) =>
    build
      .selectFrom("events")
      .select((row) => row.fn.max("run_seq").as("last"))
      .where("workflow_id", "=", value("workflow_id"))
      .where("lane_id", "=", value("lane_id"))
      .where("run", "=", value("run")),
);

/** The last number of all; `null` before the first event. */
export const selectLastSeq = prepareQuery<Of, { last: number | null }>((build, value) =>
  build
    .selectFrom("events")
    .select((row) => row.fn.max("seq").as("last"))
    .where("workflow_id", "=", value("workflow_id")),
);

/** The sums. */
export const selectTotals = prepareQuery<Of, DocumentRow>((build, value) =>
  build.selectFrom("totals").select(["workflow_id", "data"]).where("workflow_id", "=", value("workflow_id")),
);

/** The service's mode. */
export const selectMode = prepareQuery<Of, DocumentRow>((build, value) =>
  build.selectFrom("service").select(["workflow_id", "data"]).where("workflow_id", "=", value("workflow_id")),
);

/** All open lanes, by id. */
export const selectOpenLanes = prepareQuery<Of, Pick<LaneRow, "id" | "data">>((build, value) =>
  build
    .selectFrom("lanes")
    .select(["id", "data"])
    .where("workflow_id", "=", value("workflow_id"))
    .where((row) => row("open", "=", row.lit(1)))
    .orderBy("id"),
);

/** All open outside writes, in their order. */
export const selectOpenOutbox = prepareQuery<Of, Pick<OutboxTableRow, "key" | "position" | "data">>((build, value) =>
  build
    .selectFrom("outbox")
    .select(["key", "position", "data"])
    .where("workflow_id", "=", value("workflow_id"))
    .where((row) => row("open", "=", row.lit(1)))
    .orderBy("position")
    .orderBy("key"),
);

/** Commands without an answer, oldest first. */
export const selectOpenCommands = prepareQuery<Of, CommandRow>((build, value) =>
  build
    .selectFrom("commands")
    .selectAll()
    .where("workflow_id", "=", value("workflow_id"))
    .where("answer", "is", null)
    .orderBy("position")
    .orderBy("id"),
);

/** One command. */
export const selectCommand = prepareQuery<Of & { id: string }, CommandRow>((build, value) =>
  build
    .selectFrom("commands")
    .selectAll()
    .where("workflow_id", "=", value("workflow_id"))
    .where("id", "=", value("id")),
);
