import type { CommandAnswer } from "../command.ts";
import type { LaneStage } from "../lane.ts";
import type { Reason } from "../verdict.ts";
import type { LaneDocument, LaneRow } from "./lane.ts";
import type { IssueFields } from "./status.ts";

// What only `/api/v2` shows; the other documents are shared with the command line. Instants are ISO 8601 in UTC.

/** A page of a list. */
export interface Page<T> {
  readonly version: 1;
  readonly items: readonly T[];
  /** Goes into `cursor` for the page that follows; `null` on the last one. Opaque. */
  readonly next: string | null;
}

/** An issue in one line: a candidate that waits, or the newest lane of one that was taken on. */
export interface IssueRow extends IssueFields {
  readonly title: string;
  /** As the tracker names it. */
  readonly state: string;
  /** `waiting`: no lane yet; `open`: a lane holds it; `finished`: its newest lane is closed. */
  readonly place: "waiting" | "open" | "finished";
  readonly stage: LaneStage | "candidate" | "parked";
  readonly lane_id: string | null;
  /** Why it runs, waits, is parked or has ended. */
  readonly reason: Reason;
  readonly branch: string | null;
  readonly change_id: string | null;
  readonly change_url: string | null;
  readonly runs: number;
  readonly total_tokens: number;
  /** `null` for a candidate. */
  readonly updated_at: string | null;
}

/** What `GET /api/v2/issues/<issue>` shows. */
export interface IssueDocument {
  readonly version: 1;
  readonly issue: IssueRow;
  /** The newest lane; `null` for a candidate that never had one. */
  readonly lane: LaneDocument | null;
  /** All lanes of the issue, newest first. */
  readonly lanes: readonly LaneRow[];
}

/** A unified diff. */
export interface DiffDocument {
  readonly version: 1;
  /** Where it comes from: the forge's view of a change. */
  readonly source: "change";
  readonly change_id: string;
  readonly head_sha: string;
  readonly diff: string;
  /** Whether the rest was left out: a diff ends at the line before 1 MiB. */
  readonly truncated: boolean;
}

/** The prompt that a run began with. */
export interface PromptDocument {
  readonly version: 1;
  readonly lane_id: string;
  readonly run: number;
  readonly at: string;
  readonly prompt: string;
}

/** A command with what became of it. */
export interface CommandDocument {
  readonly version: 1;
  readonly id: string;
  readonly verb: string;
  readonly actor: string;
  readonly asked_at: string;
  /** `null` until it has been carried out. */
  readonly answer: (Omit<CommandAnswer, "at"> & { readonly at: string }) | null;
}

/** Who asks. */
export interface SessionDocument {
  readonly version: 1;
  readonly kind: "session" | "bearer";
  /** Under this name commands stand on record. */
  readonly actor: string;
  /** When the session ends unless it is used; `null` for a bearer. */
  readonly expires_at: string | null;
}

/** A link that opens one session, once. */
export interface LinkDocument {
  readonly version: 1;
  readonly link: string;
  readonly expires_at: string;
}

/** First message of `GET /api/v2/events`. */
export interface HelloDocument {
  readonly version: 1;
  /** Newest event on record. */
  readonly seq: number;
  /** What is sent from here on comes after this one. */
  readonly after: number;
}

/** Last message of `GET /api/v2/events`; a client resumes with the id that it saw last. */
export interface GoodbyeDocument {
  readonly version: 1;
  readonly reason: "stopping" | "slow" | "signed_out" | "failed";
}

/** Every error of every route. */
export interface ProblemDocument {
  readonly error: {
    /** Stable. */
    readonly code: string;
    readonly message: string;
    /** Where in the request it is: `body/verb`, `query/limit`. */
    readonly at?: string;
    /** What helps. */
    readonly hint?: string;
  };
}
