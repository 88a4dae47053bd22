import type { Log, LogFields } from "./base/log.ts";
import type { StoredEvent } from "./model/events/envelope.ts";
import type { Event, EventOf } from "./model/events/index.ts";
import type { Lane } from "./model/lane.ts";
import type { Reason } from "./model/verdict.ts";

/** What is logged of one lane, and of the session in it. */
interface LaneLog {
  readonly log: Log;
  /** With `session_id`; `null` when none is open. */
  session: Log | null;
}

/**
 * Logs what is put on record: the same reason stands in both (S-230, S-231). Lines about an issue carry `issue_id`, `issue_identifier`, `lane_id`, and
 * `run`; those about a session `session_id` too. What others log when it happens (work, hooks, the workflow file) is left to them.
 */
export class EventLog {
  readonly #log: Log;
  readonly #lanes = new Map<string, LaneLog>();

  constructor(log: Log) {
    this.#log = log;
  }

  /** Learns lanes that were opened before the first event. */
  know(lanes: readonly Lane[]): void {
    for (const { id, issue } of lanes) this.#open(id, issue);
  }

  /** Logs committed events. Never throws. */
  take(events: readonly StoredEvent[]): void {
    for (const stored of events) this.#take(stored);
  }

  #take({ event, laneId, run }: StoredEvent): void {
    if (laneId === null) {
      logMode(this.#log, event);
      return;
    }
    const known = event.type === "lane_opened" ? undefined : this.#lanes.get(laneId);
    const lane = known ?? this.#open(laneId, event.type === "lane_opened" ? event.data.issue : null);
    const where = run === null ? {} : { run };
    if (!logSession(lane, event, where)) logLane(lane.log, event, where);
    if (event.type === "lane_closed") this.#lanes.delete(laneId);
  }

  #open(laneId: string, issue: Lane["issue"] | null): LaneLog {
    const log = this.#log.child({ issue_id: issue?.id, issue_identifier: issue?.identifier, lane_id: laneId });
    const lane = { log, session: null };
    this.#lanes.set(laneId, lane);
    return lane;
  }
}

function logMode(log: Log, event: Event): void {
  switch (event.type) {
    case "service_started":
      log.info("service started", { ...event.data });
      break;
    case "service_stopped":
      log.info("service stopped", { ...event.data });
      break;
    case "service_mode_changed":
      log.info("service mode changed", { ...event.data });
      break;
    default:
  }
}

/** A session's life; returns whether the event was part of it. */
function logSession(lane: LaneLog, event: Event, where: LogFields): boolean {
  switch (event.type) {
    case "session_started": {
      const { sessionId, agent, resumed } = event.data;
      lane.session = lane.log.child({ ...where, session_id: sessionId, agent });
      lane.session.info("session started", { resumed });
      return true;
    }
    case "turn_started":
      lane.session?.debug("turn started", { turn: event.data.turn });
      return true;
    case "turn_finished":
      if (lane.session !== null) logTurn(lane.session, event);
      return true;
    case "work_settled": {
      const { kind, outcome } = event.data;
      const ended = { outcome: outcome.status, ...because(outcome.reason) };
      lane.session?.info("session ended", { ...ended, turns: outcome.turns });
      lane.session = null;
      // Whoever did it is gone and can tell nothing.
      if (outcome.status === "lost") lane.log.warn("work was lost", { ...where, kind, ...ended });
      return true;
    }
    default:
      return false;
  }
}

function logTurn(log: Log, { data }: EventOf<"turn_finished">): void {
  const { turn, status, detail, ms } = data;
  const fields = { turn, outcome: status, detail: detail ?? undefined, ms };
  if (status === "completed") log.info("turn ended", fields);
  else log.warn("turn ended", fields);
}

function logLane(log: Log, event: Event, where: LogFields): void {
  switch (event.type) {
    case "lane_opened": {
      const { reason, profile, workspaceKey, branch } = event.data;
      log.info("issue taken up", { ...because(reason), profile, workspace: workspaceKey, branch });
      break;
    }
    case "work_enqueued": {
      const { kind, run, purpose, reason } = event.data;
      log.info("work queued", { kind, run, purpose, ...because(reason) });
      break;
    }
    case "work_canceled":
      log.info("work taken back", { ...where, ...because(event.data.reason) });
      break;
    case "lane_staged":
      log.info("lane moved on", { stage: event.data.stage, ...because(event.data.reason) });
      break;
    case "hand_off_accepted":
      log.info("hand-off accepted", { ...where, route: event.data.route });
      break;
    case "retry_scheduled":
      logRetry(log, event);
      break;
    case "lane_parked":
      log.warn("issue parked", { outcome: "parked", ...because(event.data), until: event.data.until });
      break;
    case "approval_requested":
      log.warn("a person is asked first", { gate: event.data.gate, what: event.data.what });
      break;
    case "approval_answered":
      log.info("a request was answered", { request: event.data.id, ...event.data.answer });
      break;
    case "lane_unparked":
      log.info("issue goes on", { actor: event.data.actor, ...because(event.data.reason) });
      break;
    case "lane_closed":
      log.info("lane closed", because(event.data.reason));
      break;
    default:
      logOutside(log, event, where);
  }
}

/** Waiting for a slot or the next session is the course of things; only a failure is worth attention. */
function logRetry(log: Log, { data }: EventOf<"retry_scheduled">): void {
  const { kind, attempt, dueAt, error } = data;
  const fields = { kind, attempt, due_at: new Date(dueAt).toISOString(), reason: error ?? undefined };
  if (kind === "failure" || kind === "capacity") log.warn("retry scheduled", { outcome: "retrying", ...fields });
  else log.debug("retry scheduled", fields);
}

function logOutside(log: Log, event: Event, where: LogFields): void {
  switch (event.type) {
    case "outbox_settled": {
      const { key, state, result } = event.data;
      if (state === "refused") log.warn("outside write refused", { ...where, key, outcome: state, reason: result });
      else log.debug("outside write done", { ...where, key, outcome: state });
      break;
    }
    case "outbox_unknown":
    case "outbox_postponed": {
      const { key, detail, dueAt } = event.data;
      const outcome = event.type === "outbox_unknown" ? "unknown" : "retrying";
      log.warn("outside write put off", {
        ...where,
        key,
        outcome,
        reason: detail,
        due_at: new Date(dueAt).toISOString(),
      });
      break;
    }
    case "change_seen": {
      const { changeId, state, review, checks, headSha } = event.data;
      log.info("change seen", { change_id: changeId, state, review, checks, head_sha: headSha });
      break;
    }
    case "evidence_recorded": {
      const { kind, witness, ok, sentence } = event.data;
      log.debug("evidence recorded", { ...where, kind, witness, ok, sentence });
      break;
    }
    default:
  }
}

function because({ code, sentence }: Reason): { readonly reason: string; readonly sentence: string } {
  return { reason: code, sentence };
}
