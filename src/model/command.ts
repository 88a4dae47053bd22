import type { JsonObject } from "../base/json.ts";

/** What a person or program may ask of the service. Open for later verbs; an unknown one is answered as refused. */
export const COMMAND_VERBS = [
  "pause",
  "resume",
  "pause_lane",
  "resume_lane",
  "steer",
  "land",
  "abandon",
  "drain",
  "stop",
  "refresh",
  "recover",
  "approve_request",
  "deny_request",
  "unpark",
  "answer",
  "retry",
  "park",
  "stop_work",
  "approve",
  "request_changes",
] as const;
export type CommandVerb = (typeof COMMAND_VERBS)[number];

/** The verbs about one issue; their arguments are `issue` (identifier or id) and, where words are needed, `body`. */
export const LANE_VERBS = [
  "retry",
  "park",
  "unpark",
  "answer",
  "stop_work",
  "approve",
  "request_changes",
  "pause_lane",
  "resume_lane",
  "steer",
  "land",
  "abandon",
] as const satisfies readonly CommandVerb[];
export type LaneVerb = (typeof LANE_VERBS)[number];

/** The verbs that answer what Maestro or an agent asked of people; their arguments are `request` (its id) and `body` (why, or the answer). */
export const ANSWER_VERBS = ["approve_request", "deny_request"] as const satisfies readonly CommandVerb[];
export type AnswerVerb = (typeof ANSWER_VERBS)[number];

/** A row of the command inbox. */
export interface Command {
  readonly id: string;
  readonly workflowId: string;
  /** Who asks: `cli:<user>`, `http`, `tracker:<author>` … */
  readonly actor: string;
  readonly verb: string;
  readonly arguments: JsonObject;
  readonly askedAt: number;
  /** `null` until it has been carried out. */
  readonly answer: CommandAnswer | null;
}

/** What became of a command. */
export interface CommandAnswer {
  readonly ok: boolean;
  readonly code: string;
  readonly sentence: string;
  /** More than a sentence, for verbs that find something out. Absent: nothing. */
  readonly details?: JsonObject;
  readonly at: number;
}
