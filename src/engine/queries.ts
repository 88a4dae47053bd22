import { prepareQuery, type WorkRow } from "../record/index.ts";

// The engine's queue in SQL. It holds only what is queued, leased or lost, so every query is small.

type Of = { workflow_id: string };
type OfWork = Of & { id: string };

/** Adds work behind all others. The lane's unique index refuses a second piece. */
export const insertWork = prepareQuery<
  Pick<WorkRow, "workflow_id" | "id" | "lane_id" | "kind" | "machine" | "payload">,
  { id: string }
>((build, value) =>
  build
    .insertInto("work")
    .values((row) => ({
      workflow_id: value("workflow_id"),
      id: value("id"),
      lane_id: value("lane_id"),
      kind: value("kind"),
      machine: value("machine"),
      position: row
        .selectFrom("work as others")
        .select((other) => other(other.fn.coalesce(other.fn.max("others.position"), other.lit(0)), "+", 1).as("next"))
        .where("others.workflow_id", "=", value("workflow_id")),
      state: "queued",
      revoked: 0,
      payload: value("payload"),
    }))
    .onConflict((conflict) => conflict.doNothing())
    .returning("id"),
);

/** Removes a piece of work. */
export const deleteWork = prepareQuery<OfWork, unknown>((build, value) =>
  build.deleteFrom("work").where("workflow_id", "=", value("workflow_id")).where("id", "=", value("id")),
);

/** One piece of work. */
export const selectWork = prepareQuery<OfWork, WorkRow>((build, value) =>
  build.selectFrom("work").selectAll().where("workflow_id", "=", value("workflow_id")).where("id", "=", value("id")),
);

/** What a lane has. */
export const selectWorkOfLane = prepareQuery<Of & { lane_id: string }, WorkRow>((build, value) =>
  build
    .selectFrom("work")
    .selectAll()
    .where("workflow_id", "=", value("workflow_id"))
    .where("lane_id", "=", value("lane_id")),
);

/** Everything in one state, oldest first. */
export const selectByState = prepareQuery<Of & { state: WorkRow["state"] }, WorkRow>((build, value) =>
  build
    .selectFrom("work")
    .selectAll()
    .where("workflow_id", "=", value("workflow_id"))
    .where("state", "=", value("state"))
    .orderBy("position"),
);

/** The oldest that wait for a machine's worker, at most so many. */
export const selectQueued = prepareQuery<Of & { machine: string; kind: string; most: number }, WorkRow>(
  (build, value) =>
    build
      .selectFrom("work")
      .selectAll()
      .where("workflow_id", "=", value("workflow_id"))
      .where("state", "=", "queued")
      .where("machine", "=", value("machine"))
      .where("kind", "=", value("kind"))
      .orderBy("position")
      .limit(value("most")),
);

/** Leases that ran out, and those that are lost but not buried yet. */
export const selectOverdue = prepareQuery<Of & { now: number }, WorkRow>((build, value) =>
  build
    .selectFrom("work")
    .selectAll()
    .where("workflow_id", "=", value("workflow_id"))
    .where((row) =>
      row.or([
        row("state", "=", "lost"),
        row.and([row("state", "=", "leased"), row("expires_at", "<=", value("now"))]),
      ]),
    )
    .orderBy("position"),
);

/** Hands a queued piece out. */
export const leaseWork = prepareQuery<
  OfWork & { fence: number; holder: string; lease_ms: number; expires_at: number },
  unknown
>((build, value) =>
  build
    .updateTable("work")
    .set({
      state: "leased",
      fence: value("fence"),
      holder: value("holder"),
      lease_ms: value("lease_ms"),
      expires_at: value("expires_at"),
    })
    .where("workflow_id", "=", value("workflow_id"))
    .where("id", "=", value("id")),
);

/** Renews a lease, by its own length, unless it is lost or ran out. */
export const renewLease = prepareQuery<
  OfWork & { holder: string; fence: number; now: number },
  { id: string; revoked: number }
>((build, value) =>
  build
    .updateTable("work")
    .set((row) => ({ expires_at: row("lease_ms", "+", value("now")) }))
    .where("workflow_id", "=", value("workflow_id"))
    .where("id", "=", value("id"))
    .where("state", "=", "leased")
    .where("holder", "=", value("holder"))
    .where("fence", "=", value("fence"))
    .where("expires_at", ">", value("now"))
    .returning(["id", "revoked"]),
);

/** Marks a leased piece as taken back. */
export const revokeWork = prepareQuery<OfWork, unknown>((build, value) =>
  build
    .updateTable("work")
    .set({ revoked: 1 })
    .where("workflow_id", "=", value("workflow_id"))
    .where("id", "=", value("id")),
);

/** Marks a lease as lost: its holder is gone, and its end is not on record yet. */
export const loseWork = prepareQuery<OfWork, unknown>((build, value) =>
  build
    .updateTable("work")
    .set({ state: "lost" })
    .where("workflow_id", "=", value("workflow_id"))
    .where("id", "=", value("id")),
);
