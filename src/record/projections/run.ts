import type { StoredEvent } from "../../model/events/envelope.ts";
import type { EventOf, EventType } from "../../model/events/index.ts";
import type { CapacityWindow } from "../../model/capacity.ts";
import type { Run } from "../../model/lane.ts";
import { addUsage, NO_USAGE } from "../../model/usage.ts";

/** Events that tell of something the agent said or did. */
const OF_THE_AGENT: ReadonlySet<EventType> = new Set<EventType>([
  "session_started",
  "turn_finished",
  "usage_reported",
  "progress_seen",
  "tool_called",
  "signal_recorded",
]);

/** The run after one of its events. Pure. What happens after its end (validation, landing) no longer changes it. */
export function applyToRun(run: Run | undefined, stored: StoredEvent): Run | undefined {
  const { event, at } = stored;
  if (run === undefined) return event.type === "work_enqueued" ? claim(stored, event) : undefined;
  if (event.type === "run_summarised") return { ...run, summary: event.data.summary };
  if (run.endedAt !== null) return run;
  // Said again and again, also by an agent that has stopped working.
  if (event.type === "capacity_seen") return { ...run, capacity: newest(run.capacity ?? [], event.data.windows) };
  const heard = OF_THE_AGENT.has(event.type) ? { lastAgentAt: at } : {};
  return { ...observed(run, stored), ...heard, lastEvent: event.type, lastEventAt: at };
}

function claim(stored: StoredEvent, { data }: EventOf<"work_enqueued">): Run | undefined {
  if (data.kind !== "run" || stored.laneId === null) return undefined;
  return {
    laneId: stored.laneId,
    workflowId: stored.workflowId,
    number: data.run,
    purpose: data.purpose,
    phase: "claimed",
    fence: null,
    sessionId: null,
    turns: 0,
    toolCalls: 0,
    usage: NO_USAGE,
    workspacePath: null,
    ...(data.policy === undefined ? {} : { policy: data.policy }),
    outcome: null,
    lastEvent: "work_enqueued",
    lastMessage: null,
    claimedAt: stored.at,
    startedAt: null,
    lastEventAt: stored.at,
    endedAt: null,
  };
}

/** One entry per window, the later word for each. */
function newest(known: readonly CapacityWindow[], said: readonly CapacityWindow[]): readonly CapacityWindow[] {
  return [...known.filter(({ window }) => !said.some((later) => later.window === window)), ...said];
}

function sessionOf({ data }: EventOf<"session_started">): Pick<Run, "sessionId" | "session"> {
  const { sessionId, promptHash: _, ...session } = data;
  return { sessionId, session };
}

function observed(run: Run, { event, at }: StoredEvent): Run {
  switch (event.type) {
    case "lease_granted":
      return { ...run, fence: event.data.fence, startedAt: run.startedAt ?? at };
    case "phase_entered":
      return { ...run, phase: event.data.phase };
    case "workspace_prepared":
      return { ...run, workspacePath: event.data.path };
    case "session_started":
      return { ...run, ...sessionOf(event) };
    case "turn_started":
      return { ...run, turns: Math.max(run.turns, event.data.turn), turnId: null };
    case "turn_named":
      return { ...run, turnId: event.data.id };
    case "tool_called":
      return { ...run, toolCalls: run.toolCalls + 1 };
    case "usage_reported":
      return { ...run, usage: addUsage(run.usage, event.data.usage) };
    case "progress_seen":
      return { ...run, lastMessage: event.data.message };
    case "work_settled":
      return event.data.kind === "run" ? { ...run, phase: "ended", outcome: event.data.outcome, endedAt: at } : run;
    default:
      return run;
  }
}
