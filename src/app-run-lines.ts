import { isMaestroError } from "./base/errors.ts";
import type { RecordViews } from "./contracts/record.ts";
import type { Transcripts } from "./record/index.ts";
import { workTranscript } from "./runs/index.ts";

/** Most pieces of work of one lane that are looked through for checks. */
const MAX_WORK = 10_000;

/** What the lines of a run are read from. */
export interface RunLinesParts {
  readonly views: RecordViews;
  readonly transcripts: Transcripts;
}

/**
 * What was said in a run and, behind it, what the checks of its change wrote: those are work of their own, but nobody looks for them
 * elsewhere. With `wait` a living run is followed. Throws `transcript_missing`, `transcript_failed`.
 */
export async function* linesOfRun(
  { views, transcripts }: RunLinesParts,
  { laneId, run }: { readonly laneId: string; readonly run: number },
  wait?: () => Promise<boolean>,
): AsyncIterable<string> {
  yield* wait === undefined ? transcripts.read(laneId, run) : transcripts.follow(laneId, run, wait);
  const queued = await views.events({ laneId, types: ["work_enqueued"], limit: MAX_WORK });
  for (const { event } of queued) {
    if (event.type !== "work_enqueued" || event.data.kind !== "validate" || event.data.run !== run) continue;
    try {
      yield* transcripts.read(workTranscript(laneId, event.data.id), run);
    } catch (error) {
      // Queued and not begun, or without a check that writes.
      if (!isMaestroError(error) || error.code !== "transcript_missing") throw error;
    }
  }
}
