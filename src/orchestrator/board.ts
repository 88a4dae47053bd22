import type { AccountPauses } from "../contracts/account-pauses.ts";
import type { AccountPause } from "../model/account.ts";
import type { Change } from "../model/change.ts";
import type { StoredEvent } from "../model/events/envelope.ts";
import type { EventType } from "../model/events/index.ts";
import type { ServiceMode } from "../model/events/service.ts";
import { type Issue, type IssueComment, sameState } from "../model/issue.ts";
import { isOpen, type Lane } from "../model/lane.ts";
import { type Intent, isOrchestrators, type OutboxRow } from "../model/outbox.ts";
import { NO_SPENDING } from "../model/spending.ts";
import type { Reason } from "../model/verdict.ts";
import { failedChecks, type SharedUse } from "../policy/index.ts";
import type { RecordViews } from "../contracts/record.ts";
import { applyToLane, applyToOutbox, type SpendingBoard } from "../record/index.ts";
import { ClaimBook } from "./claim-book.ts";

/** How long a tracker may show an issue where it was before our own move, milliseconds. */
const MOVE_LAG_MS = 120_000;

/** Events after which a lane may have a next step. All others only tell what happens in a run. */
const DECISIVE: ReadonlySet<EventType> = new Set<EventType>([
  "lane_opened",
  "lane_resumed",
  "land_asked",
  "lane_abandoned",
  "lane_staged",
  "lane_parked",
  "lane_unparked",
  "work_closed",
  "work_settled",
  "hand_off_accepted",
  "retry_cleared",
  "approval_answered",
]);

interface OwnMove {
  readonly intent: Extract<Intent, { kind: "issue_move" }>;
  readonly at: number;
}

/**
 * What the orchestrator knows: open lanes and outside writes as they are on record, kept current by the same folds, and what trackers
 * and forges showed last. Its size follows what is open, never what has been.
 */
export class Board {
  readonly lanes = new Map<string, Lane>();
  readonly issues = new Map<string, Issue>();
  readonly changes = new Map<string, Change>();
  /** What was said on the issues of lanes that wait for an answer, by lane, as read last. */
  readonly comments = new Map<string, readonly IssueComment[]>();
  /** As of which change of their issue the comments of parked lanes were read, by lane. */
  readonly commentsReadOf = new Map<string, number | null>();
  /** Lanes that something happened to since they were last looked after. */
  readonly dirty = new Set<string>();
  /** Why a lane without work waits, as decided last. */
  readonly waits = new Map<string, Reason>();
  /** Claims on issues as the tracker told of them. */
  readonly claims = new ClaimBook();
  /** How many polls in a row showed failed checks at one head, by lane. Counted anew after a restart, which only makes it later. */
  readonly failedLooks = new Map<string, { readonly headSha: string; readonly count: number }>();
  /** Cards that were moved since the last poll began. */
  cardsMoved = 0;
  mode: ServiceMode = "running";
  /** What day and workflow have used, and which accounts are paused; known once the service is open. */
  money: { readonly spending: SpendingBoard; readonly pauses: AccountPauses } | null = null;
  readonly #laneOfIssue = new Map<string, string>();
  readonly #outbox = new Map<string, OutboxRow>();
  readonly #moves = new Map<string, OwnMove>();

  /** Takes up everything that is open on record. */
  async load(views: RecordViews): Promise<void> {
    for (const lane of await views.openLanes()) this.#keep(lane, true);
    for (const row of await views.openOutbox()) this.#outbox.set(row.key, row);
    this.mode = await views.mode();
  }

  /** Follows a commit. */
  apply(events: readonly StoredEvent[]): void {
    for (const stored of events) {
      if (stored.event.type === "service_mode_changed") this.mode = stored.event.data.mode;
      if (stored.laneId === null) continue;
      this.#applyToOutbox(stored);
      const before = this.lanes.get(stored.laneId);
      const lane = applyToLane(before, stored);
      if (lane === undefined || lane === before) continue;
      if (isOpen(lane)) this.#keep(lane, DECISIVE.has(stored.event.type));
      else this.#drop(lane);
    }
  }

  /** What was used on a day, and in all. */
  spent(day: string): SharedUse {
    const spending = this.money?.spending;
    return { day: spending?.day(day) ?? NO_SPENDING, workflow: spending?.whole() ?? NO_SPENDING };
  }

  /** The newest pause of each account, also one that has ended. */
  pauses(): readonly AccountPause[] {
    return this.money?.pauses.known() ?? [];
  }

  /** The issue's open lane. */
  laneOf(issueId: string): Lane | undefined {
    const id = this.#laneOfIssue.get(issueId);
    return id === undefined ? undefined : this.lanes.get(id);
  }

  /** Open outside writes of a lane, in the order in which they were planned. */
  outboxOf(laneId: string): readonly OutboxRow[] {
    return [...this.#outbox.values()].filter((row) => row.laneId === laneId);
  }

  /** Whether an open outside write is the orchestrator's to end, not that of work under way. */
  seesTo(row: OutboxRow): boolean {
    return isOrchestrators(row, this.lanes.get(row.laneId)?.work === null);
  }

  /** All open outside writes, oldest first. */
  openOutbox(): readonly OutboxRow[] {
    return [...this.#outbox.values()];
  }

  /** Keeps what the tracker showed of an issue, as long as a lane holds it. */
  see(issue: Issue): void {
    if (this.#laneOfIssue.has(issue.id)) this.issues.set(issue.id, issue);
  }

  /** An issue as the tracker shows it, with our own latest move applied while the tracker may lag behind it. */
  settled(issue: Issue, now: number): Issue {
    const move = this.#moves.get(issue.id);
    if (move === undefined) return issue;
    if (now - move.at > MOVE_LAG_MS) {
      this.#moves.delete(issue.id);
      return issue;
    }
    const lags = sameState(issue.state, move.intent.from) && (issue.updatedAt === null || issue.updatedAt <= move.at);
    return lags ? { ...issue, state: move.intent.to } : issue;
  }

  /** Counts one more poll, with what it showed of changes. */
  countLooks(changes: ReadonlyMap<string, Change | null>): void {
    this.cardsMoved = 0;
    for (const { id, branch } of this.lanes.values()) {
      const change = branch?.changeId == null ? undefined : changes.get(branch.changeId);
      if (change === undefined) continue;
      if (change === null || failedChecks(change).length === 0) this.failedLooks.delete(id);
      else {
        const before = this.failedLooks.get(id);
        const count = before?.headSha === change.headSha ? before.count + 1 : 1;
        this.failedLooks.set(id, { headSha: change.headSha, count });
      }
    }
  }

  #keep(lane: Lane, isDirty: boolean): void {
    this.lanes.set(lane.id, lane);
    if (lane.parked === null) {
      this.comments.delete(lane.id);
      this.commentsReadOf.delete(lane.id);
    }
    this.#laneOfIssue.set(lane.issue.id, lane.id);
    if (isDirty) this.dirty.add(lane.id);
  }

  #drop(lane: Lane): void {
    this.lanes.delete(lane.id);
    this.dirty.delete(lane.id);
    this.failedLooks.delete(lane.id);
    this.waits.delete(lane.id);
    this.comments.delete(lane.id);
    this.commentsReadOf.delete(lane.id);
    if (lane.branch?.changeId) this.changes.delete(lane.branch.changeId);
    if (this.#laneOfIssue.get(lane.issue.id) !== lane.id) return;
    this.#laneOfIssue.delete(lane.issue.id);
    this.issues.delete(lane.issue.id);
  }

  /** Keeps a move of ours while the tracker may lag behind it, and forgets those that it cannot lag behind any more. */
  #remember(move: OwnMove): void {
    for (const [issueId, { at }] of this.#moves) if (move.at - at > MOVE_LAG_MS) this.#moves.delete(issueId);
    this.#moves.set(move.intent.issueId, move);
  }

  #applyToOutbox(stored: StoredEvent): void {
    const { event } = stored;
    if (!event.type.startsWith("outbox_") || !("key" in event.data)) return;
    const key = event.data.key;
    const row = applyToOutbox(this.#outbox.get(key), stored);
    if (row === undefined) return;
    if (row.state !== "done" && row.state !== "refused") {
      this.#outbox.set(key, row);
      return;
    }
    this.#outbox.delete(key);
    if (stored.laneId !== null) this.dirty.add(stored.laneId);
    if (row.state === "done" && row.intent.kind === "issue_move") this.#remember({ intent: row.intent, at: stored.at });
  }
}
