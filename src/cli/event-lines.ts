import { eventWords, PURPOSE_WORDS } from "../model/documents/event-words.ts";
import type { StoredEvent } from "../model/events/envelope.ts";
import type { EventOf } from "../model/events/index.ts";
import type { Issue } from "../model/issue.ts";
import type { Lane } from "../model/lane.ts";
import type { RunPurpose } from "../model/run.ts";
import { oneLine } from "./plain-text.ts";

/** What a line can add for the reader. */
export interface LineWords {
  /** Whether a person has to approve this issue's change before it lands. */
  readonly needsApproval: (issue: Issue) => boolean;
  /** The command that approves a change. */
  readonly approve: (changeId: string) => string;
  /** The command that lets a parked issue go on. */
  readonly unpark: (identifier: string) => string;
}

/** What is remembered of a lane between its lines. */
interface Remembered {
  readonly issue: Issue;
  purpose: RunPurpose;
  changeId: string | null;
  isMerged: boolean;
}

/**
 * Renders committed events as lines for a person: one for what somebody cares about, none for the rest. A line is printed only for what is
 * on record, so it never has to be taken back.
 */
export class EventLines {
  readonly #words: LineWords;
  readonly #lanes = new Map<string, Remembered>();

  constructor(words: LineWords) {
    this.#words = words;
  }

  /** Learns lanes that were opened before the first event. */
  know(lanes: readonly Lane[]): void {
    for (const lane of lanes) {
      this.#lanes.set(lane.id, {
        issue: lane.issue,
        purpose: lane.work?.purpose ?? "continuation",
        changeId: lane.branch?.changeId ?? null,
        isMerged: lane.branch?.mergedSha != null,
      });
    }
  }

  /** The line for an event, or `null`. */
  line(stored: StoredEvent): string | null {
    const { event, laneId, at } = stored;
    if (laneId === null) {
      const said = serviceText(stored);
      return said === null ? null : `${timeOf(at)}  ${oneLine(said)}`;
    }
    if (event.type === "lane_opened") this.#lanes.set(laneId, opened(event));
    const lane = this.#lanes.get(laneId);
    if (lane === undefined) return null;
    const text = this.#text(stored, lane);
    if (event.type === "lane_closed") this.#lanes.delete(laneId);
    return text === null ? null : `${timeOf(at)}  ${oneLine(lane.issue.identifier)}  ${oneLine(text)}`;
  }

  #text({ event, at }: StoredEvent, lane: Remembered): string | null {
    const { words } = eventWords(event, at);
    switch (event.type) {
      case "work_enqueued":
        if (event.data.kind === "run") lane.purpose = event.data.purpose;
        return null;
      case "lease_granted":
        return event.data.kind === "run" ? `${PURPOSE_WORDS[lane.purpose]}: ${lane.issue.title}` : null;
      case "work_settled":
        return event.data.outcome.status === "succeeded" ? null : words;
      case "change_seen":
        return changeText(event, lane, words);
      case "evidence_recorded":
        return event.data.kind === "landed" && event.data.ok ? mergedText(lane, words) : null;
      case "lane_staged":
        return event.data.stage === "review_wait" ? this.#reviewText(lane, words) : null;
      case "retry_scheduled":
        return event.data.kind === "failure" || event.data.kind === "capacity" ? words : null;
      case "lane_parked":
        return `${words} To go on: ${this.#words.unpark(lane.issue.identifier)}`;
      case "approval_requested":
        return `${words} To answer: \`maestro approvals\``;
      case "lane_unparked":
      case "lane_closed":
      case "approval_answered":
        return words;
      default:
        return null;
    }
  }

  #reviewText(lane: Remembered, words: string): string {
    if (lane.changeId === null) return words;
    if (!this.#words.needsApproval(lane.issue)) return "waits until its change can land by itself";
    return `waits for your review: ${this.#words.approve(lane.changeId)}`;
  }
}

/** What is about the whole service. The workflow that it starts with is in its first lines. */
function serviceText({ event, at }: StoredEvent): string | null {
  const { words } = eventWords(event, at);
  switch (event.type) {
    case "service_mode_changed":
    case "workflow_rejected":
      return words;
    case "workflow_loaded":
      return event.data.previous == null ? null : words;
    default:
      return null;
  }
}

function opened({ data }: EventOf<"lane_opened">): Remembered {
  return { issue: data.issue, purpose: "first", changeId: null, isMerged: false };
}

/** Said once when the change is there and once when it is merged, however often it is seen. */
function changeText({ data }: EventOf<"change_seen">, lane: Remembered, words: string): string | null {
  const isNew = lane.changeId !== data.changeId;
  lane.changeId = data.changeId;
  if (data.state === "merged") return mergedText(lane, words);
  return isNew ? `handed over: change ${data.changeId}${data.url === null ? "" : ` ${data.url}`}` : null;
}

function mergedText(lane: Remembered, words: string): string | null {
  if (lane.isMerged) return null;
  lane.isMerged = true;
  return words;
}

/** The reader's own time of day. */
function timeOf(at: number): string {
  const date = new Date(at);
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map((part) => String(part).padStart(2, "0")).join(":");
}
