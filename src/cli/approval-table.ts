import { formatDuration } from "../base/duration.ts";
import type { ApprovalRow } from "../model/documents/approval.ts";
import { table } from "./table.ts";

/** What people are asked, one line each. */
export function approvalTable(rows: readonly ApprovalRow[], now: number): string[] {
  return table(
    ["REQUEST", "KIND", "LEFT", "ASKS"],
    rows.map(({ id, kind, expires_at, what }) => [
      id,
      kind.replaceAll("_", " "),
      expires_at === null ? "" : formatDuration(Math.max(0, Date.parse(expires_at) - now)),
      what.replaceAll("\n", " "),
    ]),
  );
}
