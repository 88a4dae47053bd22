import { type Clock, systemClock } from "../../base/clock.ts";
import { MaestroError } from "../../base/errors.ts";
import { SecretRegistry } from "../../base/redact.ts";
import { transcriptLine, type Transcripts, type TranscriptWriter } from "./transcripts.ts";

/** What the lines are made with. */
export interface MemoryTranscriptOptions {
  readonly secrets?: SecretRegistry;
  /** Default: the system's. */
  readonly clock?: Clock;
}

/** Transcripts in memory, for simulations: they outlive a simulated crash as files do. */
export function memoryTranscripts(options: MemoryTranscriptOptions = {}): Transcripts {
  const parts = { secrets: options.secrets ?? new SecretRegistry(), clock: options.clock ?? systemClock() };
  const kept = new Map<string, string[]>();
  const open = new Set<string>();
  const writer = (name: string, lines: string[]): TranscriptWriter => ({
    append: (text, kind = "raw") => {
      lines.push(transcriptLine(parts, kind, text).trimEnd());
    },
    drained: async () => undefined,
    close: async () => {
      open.delete(name);
      return {
        file: `memory:${name}`,
        bytes: lines.reduce((sum, line) => sum + Buffer.byteLength(line) + 1, 0),
        lost: null,
      };
    },
  });
  return {
    open: async (laneId, run) => {
      const name = `${laneId}.${run}`;
      const lines = kept.get(name) ?? [];
      kept.set(name, lines);
      open.add(name);
      return writer(name, lines);
    },
    read: async function* (laneId, run) {
      const lines = kept.get(`${laneId}.${run}`);
      if (lines !== undefined) return yield* lines;
      throw new MaestroError({
        code: "transcript_missing",
        message: `Run ${run} of ${laneId} has no transcript.`,
        facts: { lane_id: laneId, run },
      });
    },
    follow: async function* (laneId, run, wait) {
      const name = `${laneId}.${run}`;
      for (let next = 0; ; ) {
        const lines = kept.get(name) ?? [];
        for (; next < lines.length; next += 1) yield lines[next] ?? "";
        if (!open.has(name) || !(await wait())) return;
      }
    },
    settleLeftovers: async () => {
      const left = open.size;
      open.clear();
      return left;
    },
  };
}
