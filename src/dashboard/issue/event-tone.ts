import type { EventDocument } from "../../model/documents/event.ts";
import type { Tone } from "../words.ts";

const TONES: Readonly<Record<string, Tone>> = {
  lane_parked: "parked",
  lane_closed: "done",
  retry_scheduled: "retry",
  work_canceled: "canceled",
  lease_lost: "failed",
  workflow_rejected: "failed",
  outbox_unknown: "retry",
  outbox_postponed: "retry",
};

/** How an event is shown: its own verdict first, then what its kind usually means. */
export function eventTone({ type, data }: EventDocument): Tone {
  if (data.ok === false || data.state === "refused" || outcomeOf(data) === "failed") return "failed";
  if (type === "lane_staged" && data.stage === "review_wait") return "person";
  if (type === "change_seen")
    return data.state === "merged" ? "done" : data.review === "changes_requested" ? "person" : "waiting";
  if (data.ok === true || outcomeOf(data) === "succeeded") return "done";
  return TONES[type] ?? "waiting";
}

function outcomeOf(data: EventDocument["data"]): unknown {
  const { outcome } = data;
  return typeof outcome === "object" && outcome !== null && "status" in outcome ? outcome.status : undefined;
}
