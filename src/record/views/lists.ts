import { type SelectQueryBuilder, sql } from "kysely";
import type { EventQuery, LedgerQuery } from "../../contracts/record.ts";
import { prepareQuery } from "../sql/query.ts";
import type { Builder } from "../sql/store.ts";
import type { EventRow, EvidenceRow, LaneRow, LedgerTableRow, RunRow, Tables } from "../sql/tables.ts";

// The queries behind the views that return lists.

type Of = { workflow_id: string };
type LaneDocument = Pick<LaneRow, "id" | "data">;
type RunDocument = Pick<RunRow, "lane_id" | "number" | "data">;

/** The lanes of an issue, newest first. */
export const selectLanesOfIssue = prepareQuery<Of & { issue_id: string }, LaneDocument>((build, value) =>
  build
    .selectFrom("lanes")
    .select(["id", "data"])
    .where("workflow_id", "=", value("workflow_id"))
    .where("issue_id", "=", value("issue_id"))
    .orderBy("ordinal", "desc"),
);

/** The newest lane of the issue that people call so. */
export const selectLaneNamed = prepareQuery<Of & { identifier: string }, LaneDocument>((build, value) =>
  build
    .selectFrom("lanes")
    .select(["id", "data"])
    .where("workflow_id", "=", value("workflow_id"))
    .where("identifier", "=", value("identifier"))
    .orderBy("ordinal", "desc")
    .limit(1),
);

/** Closed lanes, newest first, behind one that was closed at `at`. */
export const selectClosedLanes = prepareQuery<Of & { at: number; id: string; limit: number }, LaneDocument>(
  (build, value) =>
    build
      .selectFrom("lanes")
      .select(["id", "data"])
      .where("workflow_id", "=", value("workflow_id"))
      .where("open", "=", 0)
      .where("closed_at", "<=", value("at"))
      .where((row) => row.or([row("closed_at", "<", value("at")), row("id", ">", value("id"))]))
      .orderBy("closed_at", "desc")
      .orderBy("id")
      .limit(value("limit")),
);

/** The runs of a lane, oldest first. */
export const selectRunsOfLane = prepareQuery<Of & { lane_id: string }, RunDocument>((build, value) =>
  build
    .selectFrom("runs")
    .select(["lane_id", "number", "data"])
    .where("workflow_id", "=", value("workflow_id"))
    .where("lane_id", "=", value("lane_id"))
    .orderBy("number"),
);

/** The newest runs of a lane, newest first. */
export const selectLastRunsOfLane = prepareQuery<Of & { lane_id: string; limit: number }, RunDocument>((build, value) =>
  build
    .selectFrom("runs")
    .select(["lane_id", "number", "data"])
    .where("workflow_id", "=", value("workflow_id"))
    .where("lane_id", "=", value("lane_id"))
    .orderBy("number", "desc")
    .limit(value("limit")),
);

type Behind = Of & { at: number; number: number; lane_id: string; limit: number };

/** The newest runs behind one that was claimed at `at`. */
export const selectRecentRuns = prepareQuery<Behind, RunDocument>((build, value) =>
  build
    .selectFrom("runs")
    .select(["lane_id", "number", "data"])
    .where("workflow_id", "=", value("workflow_id"))
    .where("claimed_at", "<=", value("at"))
    .where((row) =>
      row.or([
        row("claimed_at", "<", value("at")),
        row("number", "<", value("number")),
        row.and([row("number", "=", value("number")), row("lane_id", ">", value("lane_id"))]),
      ]),
    )
    .orderBy("claimed_at", "desc")
    .orderBy("number", "desc")
    .orderBy("lane_id")
    .limit(value("limit")),
);

/** The evidence of a lane, oldest first. */
export const selectEvidence = prepareQuery<Of & { lane_id: string }, Pick<EvidenceRow, "seq" | "data">>(
  (build, value) =>
    build
      .selectFrom("evidence")
      .select(["seq", "data"])
      .where("workflow_id", "=", value("workflow_id"))
      .where("lane_id", "=", value("lane_id"))
      .orderBy("seq"),
);

/** The events that a query asks for. */
export function selectEvents(
  build: Builder,
  workflowId: string,
  query: EventQuery,
): SelectQueryBuilder<Tables, "events", EventRow> {
  const { afterSeq, beforeSeq, laneId, run, types, limit, newestFirst = false } = query;
  let select = build
    .selectFrom("events")
    .selectAll()
    .where("workflow_id", "=", workflowId)
    .orderBy("seq", newestFirst ? "desc" : "asc")
    .limit(limit);
  if (afterSeq !== undefined) select = select.where("seq", ">", afterSeq);
  if (beforeSeq !== undefined) select = select.where("seq", "<", beforeSeq);
  if (laneId !== undefined) select = select.where("lane_id", "=", laneId);
  if (run !== undefined) select = select.where("run", "=", run);
  // Of one lane not by the index of types, which would be read through the whole history.
  if (types !== undefined) select = select.where(laneId === undefined ? "type" : sql`type || ''`, "in", [...types]);
  return select;
}

/** The rows of the ledger that a query asks for, by lane. */
export function selectLedger(
  build: Builder,
  workflowId: string,
  { since, until, laneId }: LedgerQuery,
): SelectQueryBuilder<Tables, "ledger", Pick<LedgerTableRow, "lane_id" | "key" | "data">> {
  let select = build
    .selectFrom("ledger")
    .select(["lane_id", "key", "data"])
    .where("workflow_id", "=", workflowId)
    .orderBy("lane_id")
    .orderBy("key");
  if (since !== undefined) select = select.where("day", ">=", since);
  if (until !== undefined) select = select.where("day", "<=", until);
  if (laneId !== undefined) select = select.where("lane_id", "=", laneId);
  return select;
}
