import { describe, expect, it } from "vitest";
import { EventLog } from "../src/app-event-log.ts";
import { memoryLog } from "../src/base/log.ts";
import type { StoredEvent } from "../src/model/events/envelope.ts";
import type { Event } from "../src/model/events/index.ts";
import type { WorkOutcome } from "../src/model/run.ts";
import type { Reason } from "../src/model/verdict.ts";
import { issueOf, laneOf, outcomeOf, parkedOf } from "./policy/facts.ts";

const AT = Date.UTC(2026, 0, 1);
const WHY: Reason = { code: "x", sentence: "Because." };
const issue = issueOf({ id: "i-9", identifier: "DEMO-9" });
const ISSUE = { issue_id: "i-9", issue_identifier: "DEMO-9", lane_id: "lane-9" };

const OPENED: Event = {
  type: "lane_opened",
  data: {
    issue,
    ordinal: 1,
    profile: "p",
    workflowHash: "h",
    machine: "m",
    workspaceKey: "k",
    branch: null,
    reason: WHY,
  },
};
const SESSION: Event = {
  type: "session_started",
  data: { sessionId: "s-1", agent: "mock", resumed: false, promptHash: "h" },
};

const turn = (status: string, detail: string | null = null): Event => ({
  type: "turn_finished",
  data: { turn: 1, status, detail, ms: 5 },
});
const settled = (outcome: Partial<WorkOutcome>): Event => ({
  type: "work_settled",
  data: { id: "w", kind: "run", outcome: outcomeOf({ reason: WHY, ...outcome }) },
});

function stored(event: Event, laneId: string | null): StoredEvent {
  const scope = { workflowId: "demo-00000000", laneId, run: laneId === null ? null : 3, fence: 1 };
  return { ...scope, version: 1, seq: 1, at: AT, runSeq: null, event };
}

/** What is logged of these events of one lane. */
function logged(events: readonly Event[], laneId: string | null = "lane-9") {
  const log = memoryLog();
  const lines = new EventLog(log);
  lines.know([laneOf({ id: "lane-1" })]);
  lines.take(events.map((event) => stored(event, laneId)));
  return log.entries;
}

describe("what is logged of the record", () => {
  it("S-230 carries issue_id and issue_identifier, also of lanes that were opened before", () => {
    const [first] = logged([OPENED]);
    expect(first).toMatchObject({ message: "issue taken up", fields: { ...ISSUE, reason: "x", sentence: "Because." } });
    const [known] = logged([{ type: "lane_closed", data: { reason: WHY } }], "lane-1");
    const { id, identifier } = laneOf().issue;
    expect(known?.fields).toMatchObject({ issue_id: id, issue_identifier: identifier, lane_id: "lane-1" });
  });

  it("S-230 carries session_id from the start of a session to its end, and not after it", () => {
    const retry: Event = { type: "retry_scheduled", data: { kind: "failure", attempt: 2, dueAt: AT, error: "died" } };
    const events = [
      OPENED,
      SESSION,
      turn("completed"),
      turn("turn_failed", "died"),
      settled({ status: "failed" }),
      retry,
    ];
    const [, started, completed, failed, ended, after] = logged(events);
    const session = { ...ISSUE, run: 3, session_id: "s-1", agent: "mock" };
    expect(started).toMatchObject({ message: "session started", fields: session });
    expect(completed).toMatchObject({
      level: "info",
      message: "turn ended",
      fields: { ...session, outcome: "completed" },
    });
    expect(failed).toMatchObject({ level: "warn", fields: { ...session, outcome: "turn_failed", detail: "died" } });
    expect(ended).toMatchObject({ message: "session ended", fields: { ...session, outcome: "failed", reason: "x" } });
    expect(after).toMatchObject({
      level: "warn",
      message: "retry scheduled",
      fields: { ...ISSUE, outcome: "retrying" },
    });
    expect(after?.fields).not.toHaveProperty("session_id");
  });

  it("S-231 names outcome and reason of what a person may have to look at, as a warning", () => {
    const intent = { type: "outbox_settled", data: { key: "k", state: "refused", result: "closed" } } satisfies Event;
    const lost = { type: "outbox_unknown", data: { key: "k", detail: "no answer", dueAt: AT } } satisfies Event;
    const entries = logged([OPENED, { type: "lane_parked", data: parkedOf() }, intent, lost]).slice(1);
    expect(entries.map(({ level }) => level)).toEqual(["warn", "warn", "warn"]);
    expect(entries.map(({ fields }) => [fields.outcome, fields.reason])).toEqual([
      ["parked", parkedOf().code],
      ["refused", "closed"],
      ["unknown", "no answer"],
    ]);
  });

  it("leaves the course of things to the level debug, and logs lanes that it does not know by their id", () => {
    const events: Event[] = [
      { type: "retry_scheduled", data: { kind: "slot", attempt: 1, dueAt: AT, error: null } },
      { type: "outbox_settled", data: { key: "k", state: "done", result: null } },
      SESSION,
      { type: "turn_started", data: { turn: 1 } },
    ];
    const entries = logged(events);
    expect(entries.map(({ level }) => level)).toEqual(["debug", "debug", "info", "debug"]);
    expect(entries.map(({ fields }) => fields.lane_id)).toEqual(["lane-9", "lane-9", "lane-9", "lane-9"]);
  });

  it("tells of work whose worker is gone, because that one cannot", () => {
    const [, lost] = logged([OPENED, settled({ status: "lost" })]);
    expect(lost).toMatchObject({
      level: "warn",
      message: "work was lost",
      fields: { ...ISSUE, run: 3, outcome: "lost" },
    });
  });

  it("tells of the service itself, and of no event that others log", () => {
    const mode: Event = { type: "service_mode_changed", data: { mode: "paused", actor: "cli:me" } };
    expect(logged([mode], null)).toMatchObject([{ message: "service mode changed", fields: { mode: "paused" } }]);
    expect(logged([{ type: "workflow_rejected", data: { path: "p", code: "c", message: "m" } }], null)).toEqual([]);
    expect(logged([settled({}), { type: "process_started", data: { marker: "m", pid: 1 } }])).toEqual([]);
  });
});
