import type { SecretRegistry } from "../base/redact.ts";
import type { StoredEvent } from "../model/events/envelope.ts";
import { eventData } from "./map.ts";
import type { RecordSource } from "./open-record.ts";
import { SqlViews } from "./views/sql-views.ts";
import { viewSourceOf } from "./views/view-source.ts";

/** Events that are read at once. */
const PAGE = 500;

/** What is exported. */
export interface ExportOptions {
  /** Only this lane's events. Default: all. */
  readonly laneId?: string;
  /** Masked once more, for secrets that were registered after an event was written. */
  readonly secrets?: SecretRegistry;
}

/**
 * Writes every event as one line of JSON, without line ends, in order. Waits for `write`. Events that are committed meanwhile
 * may be in it. Throws what reading throws.
 */
export async function exportRecord(
  open: { readonly source: RecordSource },
  options: ExportOptions,
  write: (line: string) => void | Promise<void>,
): Promise<void> {
  const { store, workflowId, read } = open.source;
  const views = new SqlViews(viewSourceOf(store, workflowId, read));
  const lane = options.laneId === undefined ? {} : { laneId: options.laneId };
  for (let afterSeq = 0; ; ) {
    const events = await views.events({ afterSeq, limit: PAGE, ...lane });
    for (const event of events) await write(lineOf(event, options.secrets));
    const last = events.at(-1);
    if (last === undefined || events.length < PAGE) return;
    afterSeq = last.seq;
  }
}

function lineOf(stored: StoredEvent, secrets: SecretRegistry | undefined): string {
  const data = eventData(stored);
  return JSON.stringify({
    version: stored.version,
    seq: stored.seq,
    at: stored.at,
    workflow_id: stored.workflowId,
    lane_id: stored.laneId,
    run: stored.run,
    run_seq: stored.runSeq,
    fence: stored.fence,
    type: stored.event.type,
    data: secrets === undefined ? data : secrets.redactValue(data),
  });
}
