import type { TranscriptWriter } from "../record/index.ts";
import type { WorkContext } from "./context.ts";

/** Longest wait for a transcript to be packed, milliseconds. */
const CLOSE_LIMIT_MS = 10_000;

/** The run's transcript; closed with the work, and then on record. */
export async function openTranscript({ parts, work, scope, observer, log }: WorkContext): Promise<TranscriptWriter> {
  const transcript = await parts.transcripts.open(work.laneId, work.run);
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
