import type { TranscriptWriter } from "../record/index.ts";
import type { WorkContext } from "./context.ts";

/** Longest wait for a transcript to be packed, milliseconds. */
const CLOSE_LIMIT_MS = 10_000;

/** Under which name, instead of its lane's, the transcript of a piece of work that is no run is kept. */
export function workTranscript(laneId: string, workId: string): string {
  return `${laneId}.${workId}`;
}

/**
 * The transcript of a piece of work; closed with it, and then on record. A run's has the name of the run; that of any other work has one
 * of its own, because a packed transcript is not opened again.
 */
export async function openTranscript({ parts, work, scope, observer, log }: WorkContext): Promise<TranscriptWriter> {
  const name = work.kind === "run" ? work.laneId : workTranscript(work.laneId, work.id);
  const transcript = await parts.transcripts.open(name, work.run);
  scope.defer(
    "transcript",
    async () => {
      const { file, bytes, lost } = await transcript.close();
      if (lost !== null) log.warn("lines of a transcript are missing", { file, reason: lost });
      observer.note({ type: "transcript_kept", data: { file, bytes } });
    },
    CLOSE_LIMIT_MS,
  );
  return transcript;
}
