import { MaestroError } from "../base/errors.ts";
import type { Lease, WorkSpec } from "../model/work.ts";
import type { WorkRow } from "../record/index.ts";

/** The piece of work in a row. Throws `record_corrupt`. */
export function workOf(row: WorkRow): WorkSpec {
  try {
    return JSON.parse(row.payload) as WorkSpec;
  } catch {
    throw new MaestroError({
      code: "record_corrupt",
      message: `The record holds a damaged row: work ${row.id}: its payload is no JSON`,
      hint: "Restore a copy of record.db, or move it away to begin a new record.",
      facts: { table: "work", key: row.id },
    });
  }
}

/** The lease in a row that is leased or lost. */
export function leaseOf(row: WorkRow): Lease {
  return { work: workOf(row), fence: row.fence ?? 0, holder: row.holder ?? "", expiresAt: row.expires_at ?? 0 };
}
