import type { StatusDocument } from "../../src/model/documents/status.ts";

/** A status in which nothing happens. */
export function emptyStatus(changes: Partial<StatusDocument> = {}): StatusDocument {
  return {
    version: 1,
    generated_at: "2026-01-01T00:00:00.000Z",
    workflow: { id: "demo-00000000", path: "/demo/WORKFLOW.md", problem: null },
    service: { running: true, mode: "running", pid: 1 },
    counts: { running: 0, retrying: 0, parked: 0, review: 0, closed: 0 },
    running: [],
    retrying: [],
    waiting: [],
    recent: [],
    codex_totals: { input_tokens: 0, output_tokens: 0, total_tokens: 0, seconds_running: 0 },
    rate_limits: null,
    ...changes,
  };
}
