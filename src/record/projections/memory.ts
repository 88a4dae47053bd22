import type { StoredEvent } from "../../model/events/envelope.ts";
import type { Lane } from "../../model/lane.ts";
import { agentPart, WORKPAD_TOPIC } from "../../model/workpad.ts";

/** What a lane remembers: its last checkpoint, and what its agent wrote into the workpad. `undefined` for every other event. */
export function applyMemory(lane: Lane, { event, at, run }: StoredEvent): Lane | undefined {
  if (event.type === "checkpoint_recorded")
    return { ...lane, checkpoint: { ...event.data, run: run ?? lane.lastRun, at } };
  if (event.type !== "outbox_planned") return undefined;
  const { intent } = event.data;
  const isWorkpad = intent.kind === "issue_comment" && intent.topic === WORKPAD_TOPIC;
  return isWorkpad ? { ...lane, workpad: agentPart(intent.body) } : undefined;
}
