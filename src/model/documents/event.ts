/** An event on record as people and programs outside see it: `GET /api/v2/events`, the timeline of an issue, `logs`. */
export interface EventDocument {
  /** Position in the record; resume after it. */
  readonly seq: number;
  /** ISO 8601 in UTC. */
  readonly at: string;
  readonly type: string;
  readonly lane_id: string | null;
  readonly run: number | null;
  /** One sentence for a person. */
  readonly message: string;
  /** How it is to be shown: most of a timeline is `detail`. */
  readonly weight: "milestone" | "step" | "detail";
  /** The event's own fields, redacted. */
  readonly data: Readonly<Record<string, unknown>>;
}

/** A line of a transcript. */
export interface TranscriptLine {
  /** Epoch milliseconds. */
  readonly at: number;
  /** `prompt`, `message`, `tool`, `stderr`, `raw` … */
  readonly kind: string;
  readonly text: string;
}
