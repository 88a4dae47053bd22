import { formatDuration } from "../base/duration.ts";
import type { StoredEvent } from "../model/events/envelope.ts";
import type { Event, EventOf } from "../model/events/index.ts";
import type { Issue } from "../model/issue.ts";
import type { Lane } from "../model/lane.ts";
import type { RunPurpose } from "../model/run.ts";
import type { Reason } from "../model/verdict.ts";
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
      const said = serviceText(event);
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
    switch (event.type) {
      case "work_enqueued":
        if (event.data.kind === "run") lane.purpose = event.data.purpose;
        return null;
      case "lease_granted":
        return event.data.kind === "run" ? startText(lane) : null;
      case "work_settled":
        return settledText(event);
      case "change_seen":
        return changeText(event, lane);
      case "evidence_recorded":
        return event.data.kind === "landed" && event.data.ok ? mergedText(lane, event.data.sentence) : null;
      case "lane_staged":
        return event.data.stage === "review_wait" ? this.#reviewText(lane, event.data.reason) : null;
      case "retry_scheduled":
        return retryText(event, at);
      case "lane_parked":
        return `parked: ${event.data.sentence} To go on: ${this.#words.unpark(lane.issue.identifier)}`;
      case "lane_unparked":
        return `goes on: ${event.data.reason.sentence}`;
      case "lane_closed":
        return `finished: ${event.data.reason.sentence}`;
      default:
        return null;
    }
  }

  #reviewText(lane: Remembered, reason: Reason): string {
    if (lane.changeId === null) return `waits for review: ${reason.sentence}`;
    if (!this.#words.needsApproval(lane.issue)) return "waits until its change can land by itself";
    return `waits for your review: ${this.#words.approve(lane.changeId)}`;
  }
}

/** What is about the whole service. The workflow that it starts with is in its first lines. */
function serviceText(event: Event): string | null {
  switch (event.type) {
    case "service_mode_changed":
      return `${event.data.mode}, asked by ${event.data.actor}`;
    case "workflow_rejected":
      return `workflow file refused: ${event.data.message.replace(/\.$/, "")}; the last good one stays in force`;
    case "workflow_loaded":
      return event.data.previous == null ? null : "workflow file reloaded";
    default:
      return null;
  }
}

function opened({ data }: EventOf<"lane_opened">): Remembered {
  return { issue: data.issue, purpose: "first", changeId: null, isMerged: false };
}

function startText({ purpose, issue }: Remembered): string {
  const words: Record<RunPurpose, string> = {
    first: "started",
    continuation: "goes on",
    retry: "started again",
    repair: "repairs its change",
  };
  return `${words[purpose]}: ${issue.title}`;
}

function settledText({ data }: EventOf<"work_settled">): string | null {
  const { status, reason } = data.outcome;
  const what = data.kind === "run" ? "run" : { validate: "checks", land: "landing", clean: "cleanup" }[data.kind];
  if (status === "failed") return `${what} failed: ${reason.sentence}`;
  if (status === "lost" || status === "canceled") return `${what} broken off: ${reason.sentence}`;
  return null;
}

/** Said once when the change is there and once when it is merged, however often it is seen. */
function changeText({ data }: EventOf<"change_seen">, lane: Remembered): string | null {
  const isNew = lane.changeId !== data.changeId;
  lane.changeId = data.changeId;
  if (data.state === "merged") return mergedText(lane, `Change ${data.changeId} was merged.`);
  return isNew ? `handed over: change ${data.changeId}${data.url === null ? "" : ` ${data.url}`}` : null;
}

function mergedText(lane: Remembered, sentence: string): string | null {
  if (lane.isMerged) return null;
  lane.isMerged = true;
  return `merged: ${sentence}`;
}

function retryText({ data }: EventOf<"retry_scheduled">, at: number): string | null {
  if (data.kind !== "failure" && data.kind !== "capacity") return null;
  return `tries again in ${formatDuration(Math.max(0, data.dueAt - at))}: ${data.error ?? data.kind}`;
}

/** The reader's own time of day. */
function timeOf(at: number): string {
  const date = new Date(at);
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map((part) => String(part).padStart(2, "0")).join(":");
}
