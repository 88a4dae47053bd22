import { describe, expect, it } from "vitest";
import { EventLines } from "../../src/cli/event-lines.ts";
import type { StoredEvent } from "../../src/model/events/envelope.ts";
import type { Event } from "../../src/model/events/index.ts";
import type { Reason } from "../../src/model/verdict.ts";
import { branchOf, issueOf, laneOf, outcomeOf, parkedOf, reviewLane } from "../policy/facts.ts";

const AT = new Date(2026, 0, 1, 9, 5, 7).getTime();
const WHY: Reason = { code: "x", sentence: "Because." };
const OPENED: Event = {
  type: "lane_opened",
  data: {
    issue: issueOf(),
    ordinal: 1,
    profile: "p",
    workflowHash: "h",
    machine: "m",
    workspaceKey: "k",
    branch: null,
    reason: WHY,
  },
};

/** The texts of the lines for events of one lane, without time and name. */
function linesOf(events: readonly Event[], known = [laneOf()], isReviewed = true): string[] {
  const lines = new EventLines({
    needsApproval: () => isReviewed,
    approve: (id) => `approve ${id}`,
    unpark: (identifier) => `unpark ${identifier}`,
  });
  lines.know(known);
  return events.flatMap((event) => {
    const line = lines.line(stored(event));
    return line === null ? [] : [line.replace(/^\S+ {2}DEMO-1 {2}/, "")];
  });
}

function stored(event: Event, laneId: string | null = "lane-1"): StoredEvent {
  const scope = { workflowId: "demo-00000000", laneId, run: 1, fence: 1 };
  return { ...scope, version: 1, seq: 1, at: AT, runSeq: null, event };
}

function seen(changeId: string, url: string | null, state: "open" | "merged" = "open"): Event {
  return {
    type: "change_seen",
    data: { changeId, url, state, headSha: "h", mergedSha: null, review: "none", checks: "none" },
  };
}

function enqueued(purpose: "first" | "continuation" | "retry" | "repair"): Event[] {
  const work = { id: "w", kind: "run" as const, run: 1 };
  return [
    { type: "work_enqueued", data: { ...work, purpose, workflowHash: "h", reason: WHY, repairs: null } },
    { type: "lease_granted", data: { ...work, fence: 1, holder: "i" } },
  ];
}

function settled(
  kind: "run" | "validate" | "land" | "clean",
  status: "succeeded" | "failed" | "lost" | "canceled",
): Event {
  return { type: "work_settled", data: { id: "w", kind, outcome: outcomeOf({ status, reason: WHY }) } };
}

describe("EventLines", () => {
  it("writes the reader's time and the issue in front", () => {
    const lines = new EventLines({ needsApproval: () => true, approve: String, unpark: String });
    lines.know([laneOf()]);
    expect(lines.line(stored(settled("run", "failed")))).toBe("09:05:07  DEMO-1  run failed: Because.");
  });

  it("tells of the service without an issue", () => {
    const lines = new EventLines({ needsApproval: () => true, approve: String, unpark: String });
    const event: Event = { type: "service_mode_changed", data: { mode: "paused", actor: "cli:ann" } };
    expect(lines.line(stored(event, null))).toBe("09:05:07  paused, asked by cli:ann");
  });

  it("tells what became of a changed workflow file, and nothing of the one it began with", () => {
    const lines = new EventLines({ needsApproval: () => true, approve: String, unpark: String });
    const file = { hash: "h2", path: "/w.md" };
    const events: Event[] = [
      { type: "workflow_loaded", data: { ...file, previous: null } },
      {
        type: "workflow_rejected",
        data: { path: "/w.md", code: "invalid_workflow", message: "/w.md:3:1 is\nbroken." },
      },
      { type: "workflow_loaded", data: { ...file, previous: "h1" } },
    ];
    expect(events.map((event) => lines.line(stored(event, null)))).toEqual([
      null,
      "09:05:07  workflow file refused: /w.md:3:1 is broken; the last good one stays in force",
      "09:05:07  workflow file reloaded",
    ]);
  });

  it.each([
    ["first", "started"],
    ["continuation", "goes on"],
    ["retry", "started again"],
    ["repair", "repairs its change"],
  ] as const)("tells of a %s run once it is leased", (purpose, word) => {
    expect(linesOf([OPENED, ...enqueued(purpose)], [])).toEqual([`${word}: Greet the world`]);
    expect(linesOf([OPENED, ...enqueued(purpose).slice(0, 1)], [])).toEqual([]);
  });

  it.each([
    ["run", "run"],
    ["validate", "checks"],
    ["land", "landing"],
    ["clean", "cleanup"],
  ] as const)("tells when a %s did not succeed", (kind, word) => {
    const ends = (["succeeded", "failed", "lost", "canceled"] as const).map((status) => settled(kind, status));
    expect(linesOf(ends)).toEqual([
      `${word} failed: Because.`,
      `${word} broken off: Because.`,
      `${word} broken off: Because.`,
    ]);
  });

  it("tells of a change once when it is handed over and once when it is merged", () => {
    const landed: Event = {
      type: "evidence_recorded",
      data: { kind: "landed", witness: "forge", ok: true, sentence: "Change 3 was merged.", headSha: "h", facts: {} },
    };
    const events = [seen("3", "https://forge/3"), seen("3", "https://forge/3"), landed, seen("3", null, "merged")];
    expect(linesOf(events)).toEqual(["handed over: change 3 https://forge/3", "merged: Change 3 was merged."]);
    expect(linesOf([seen("3", null)])).toEqual(["handed over: change 3"]);
  });

  it("does not tell again what an earlier process told", () => {
    expect(linesOf([seen("7", null)], [reviewLane()])).toEqual([]);
    const merged = laneOf({ branch: branchOf({ mergedSha: "m" }) });
    expect(linesOf([seen("7", null, "merged")], [merged])).toEqual([]);
  });

  it("says what a person can do where one is needed", () => {
    const staged: Event = { type: "lane_staged", data: { stage: "review_wait", reason: WHY } };
    expect(linesOf([seen("3", null), staged]).at(-1)).toBe("waits for your review: approve 3");
    expect(linesOf([seen("3", null), staged], [laneOf()], false).at(-1)).toBe(
      "waits until its change can land by itself",
    );
    expect(linesOf([staged])).toEqual(["waits for review: Because."]);
    expect(linesOf([{ type: "lane_parked", data: parkedOf() }])).toEqual([
      "parked: Nothing came of it. To go on: unpark DEMO-1",
    ]);
  });

  it("tells when it tries again, but not of plain continuations", () => {
    const retry = { attempt: 1, dueAt: AT + 10_000, error: "It broke." };
    const kinds = ["failure", "capacity", "continuation", "slot"] as const;
    expect(linesOf(kinds.map((kind) => ({ type: "retry_scheduled", data: { ...retry, kind } })))).toEqual([
      "tries again in 10s: It broke.",
      "tries again in 10s: It broke.",
    ]);
  });

  it("tells of the end and forgets the lane", () => {
    const closed: Event = { type: "lane_closed", data: { reason: WHY } };
    expect(linesOf([closed, closed])).toEqual(["finished: Because."]);
  });

  it("stays one line, whatever agents and trackers wrote", () => {
    const parked: Event = { type: "lane_parked", data: parkedOf({ sentence: "a\nb\u001b[2Jc" }) };
    expect(linesOf([parked])).toEqual(["parked: a b[2Jc To go on: unpark DEMO-1"]);
  });
});
