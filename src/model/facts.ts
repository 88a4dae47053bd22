import type { AccountPause, AccountStanding } from "./account.ts";
import type { Change } from "./change.ts";
import type { Issue, IssueComment } from "./issue.ts";
import type { Lane } from "./lane.ts";
import type { OutboxRow } from "./outbox.ts";
import type { Workflow } from "./workflow.ts";

/** What policy knows when it decides about an issue that has no running work. */
export interface CandidateFacts {
  readonly workflow: Workflow;
  readonly issue: Issue;
  /** The issue's newest lane, open or closed. */
  readonly lane: Lane | null;
  /** Rows of that lane that are neither done nor refused. */
  readonly openOutbox: readonly OutboxRow[];
  /** Epoch milliseconds. */
  readonly now: number;
}

/** What policy knows when it looks after a lane: from claim to cleanup. */
export interface LaneFacts {
  readonly workflow: Workflow;
  readonly lane: Lane;
  /** As the tracker shows it now; `null` when it is gone; `undefined` when it could not be asked. */
  readonly issue: Issue | null | undefined;
  /** As the forge shows it now; `null` when there is none; `undefined` when it could not be asked or needs none. */
  readonly change: Change | null | undefined;
  readonly openOutbox: readonly OutboxRow[];
  /** Comments on the issue since the lane was parked with a question, oldest first; absent when nobody looked. */
  readonly comments?: readonly IssueComment[];
  /** The newest pause of each account, also one that has ended; absent: there was none. */
  readonly pauses?: readonly AccountPause[];
  /** How the configured accounts stand; absent: there are none. */
  readonly accounts?: readonly AccountStanding[];
  /** Polls in a row that showed failed checks at the change's present head; absent: none. */
  readonly failedLooks?: number;
  /** Makes a mark that nobody can guess, for words of people who are not trusted. Absent: such words are left out. */
  readonly nonce?: () => string;
  /** How many more cards may be moved in this poll; absent: as many as there are. */
  readonly cardsLeft?: number;
  readonly now: number;
}

/** How many runs hold slots. */
export interface SlotFacts {
  readonly running: number;
  /** By normalised tracker state. */
  readonly byState: Readonly<Record<string, number>>;
}
