import type { Clock } from "../base/clock.ts";
import type { JsonObject } from "../base/json.ts";
import type { Log } from "../base/log.ts";
import type { Random } from "../base/random.ts";
import type { SecretRegistry } from "../base/redact.ts";
import type { ApiToken } from "../model/api-token.ts";
import type { CommandAnswer } from "../model/command.ts";
import type { CommandDocument } from "../model/documents/api.ts";
import type { ChangeDocument } from "../model/documents/change.ts";
import type { EventDocument } from "../model/documents/event.ts";
import type { IssueStateDocument } from "../model/documents/issue.ts";
import type { LaneDocument, LaneRow, RunDocument } from "../model/documents/lane.ts";
import type { StatusDocument } from "../model/documents/status.ts";
import type { UsageDocument, UsageGroup } from "../model/documents/usage.ts";
import type { StoredEvent } from "../model/events/envelope.ts";
import type { Reason } from "../model/verdict.ts";

/** What the server shows, and the one way in. */
export interface HttpParts {
  /** 0 takes any free one (S-245). */
  readonly port: number;
  /** Default 127.0.0.1; any other is the operator's decision. */
  readonly host: string;
  /** Tells this service from others on the same host, in the name of its cookie. */
  readonly name: string;
  readonly clock: Clock;
  /** Fit for secrets. */
  readonly random: Random;
  readonly log: Log;
  /** Tokens are added to it; every answer is sent through it. */
  readonly secrets: SecretRegistry;
  /** The tokens that people made. Absent: none. */
  readonly tokens?: () => readonly ApiToken[];
  readonly reading: Reading;
  readonly asking: Asking;
  readonly changes: ChangeReading;
  readonly health: Health;
  readonly hooks: Hooks;
  /** Folder of the built dashboard; it may be missing. */
  readonly assets: string;
  /** The OpenAPI document, as a file. */
  readonly openApi: string;
}

/** A part of a list without an end. */
export interface Part<T> {
  readonly rows: readonly T[];
  /** What the next one goes on behind; `null` on the last one. */
  readonly next: string | null;
}

/** What is on record, as documents. Each may throw what reading the record throws. */
export interface Reading {
  /** Changes with every commit and with everything else that a status shows. */
  revision(): string;
  status(): Promise<StatusDocument>;
  /** What the ledger says was used. Days as `2026-11-01`. */
  usage(asked: { by: UsageGroup; since: string | null; until: string | null }): Promise<UsageDocument>;
  /** The document of S-248; `null` for an issue that never had a lane. */
  issueState(wanted: string): Promise<IssueStateDocument | null>;
  /** All of them. */
  openLanes(): Promise<readonly LaneRow[]>;
  /** Newest first. */
  closedLanes(limit: number, before: string | null): Promise<Part<LaneRow>>;
  /** Those of an issue by identifier or id, newest first. */
  lanesOfIssue(wanted: string): Promise<readonly LaneRow[]>;
  /** Id of the newest lane of an issue, by the issue's id. */
  newestLane(issueId: string): Promise<string | undefined>;
  lane(laneId: string): Promise<LaneDocument | null>;
  /** Newest first. */
  runs(limit: number, before: string | null): Promise<Part<RunDocument>>;
  run(laneId: string, number: number): Promise<RunDocument | null>;
  events(query: EventRange): Promise<readonly EventDocument[]>;
  eventDocument(stored: StoredEvent): EventDocument;
  lastSeq(): Promise<number>;
  /** Calls back after each commit. Returns how to stop. */
  subscribe(onCommit: (events: readonly StoredEvent[]) => void): () => void;
  /**
   * The lines of a run's transcript as JSON. With `wait` also what is added while the run lives: whenever there is nothing new it asks for a
   * pause, and ends when that says `false`. Throws `transcript_missing`.
   */
  transcript(laneId: string, run: number, wait?: () => Promise<boolean>): AsyncIterable<string>;
}

/** Which events. */
export interface EventRange {
  readonly laneId?: string;
  /** Exclusive. */
  readonly afterSeq?: number;
  /** Exclusive. */
  readonly beforeSeq?: number;
  readonly newestFirst?: boolean;
  readonly limit: number;
}

/** The command inbox. */
export interface Asking {
  /** Puts a question on record and tells the service of it; returns its id. */
  ask(question: { readonly actor: string; readonly verb: string; readonly arguments: JsonObject }): Promise<string>;
  /** Waits at most `waitMs` for the answer; `null` while there is none. */
  answer(id: string, waitMs: number, signal: AbortSignal): Promise<CommandAnswer | null>;
  command(id: string): Promise<CommandDocument | undefined>;
}

/** The forge of the workflow in force. Each throws `no_forge` without one, and the forge's codes. */
export interface ChangeReading {
  list(state: ChangeDocument["state"] | null, signal: AbortSignal): Promise<readonly ChangeDocument[]>;
  find(id: string, signal: AbortSignal): Promise<ChangeDocument | undefined>;
  diff(id: string, signal: AbortSignal): Promise<string>;
}

/** What takes webhooks. */
export interface Hooks {
  /** Checks a webhook to `/hooks/<kind>`, and wakes a look when it is new. Never throws. */
  receive(
    kind: string,
    delivery: {
      readonly body: Uint8Array;
      /** Names in lower case. */
      readonly headers: Readonly<Record<string, string>>;
      /** Epoch milliseconds. */
      readonly receivedAt: number;
    },
  ):
    | { readonly ok: true; readonly duplicate: boolean }
    | {
        readonly ok: false;
        readonly code: "unknown" | "off" | "unsigned" | "bad_signature" | "too_old" | "unreadable";
      };
}

/** How the service is doing. */
export interface Health {
  /** What keeps it from its work; empty when it is ready. */
  problems(): readonly Reason[];
  polls(): PollFacts;
  /** Outside writes that have not ended, and those of them whose answer was lost. */
  outbox(): Promise<{ readonly open: number; readonly unknown: number }>;
  /** Pieces of work that no worker has taken. */
  queued(): Promise<number>;
  /** How much there was in all. */
  totals(): Promise<{ readonly lanes: number; readonly runs: number; readonly events: number }>;
  process(): ProcessFacts;
}

/** The polls of this process. Instants are epoch milliseconds. */
export interface PollFacts {
  readonly count: number;
  readonly failures: number;
  readonly lastGoodAt: number | null;
  readonly lastMs: number | null;
}

/** The process itself. */
export interface ProcessFacts {
  readonly version: string;
  readonly startedAt: number;
  readonly cpuSeconds: number;
  readonly residentBytes: number;
  readonly heapBytes: number;
}
