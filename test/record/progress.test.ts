import { describe, expect, test } from "vitest";
import { sampleOutcome, WHY } from "../../src/contracts/conformance/record-samples.ts";
import type { Event } from "../../src/model/events/index.ts";
import type { WorkOutcome } from "../../src/model/run.ts";
import { sampleLane, sampleRecord } from "./fixture.ts";

const mark = (content: string, change = content) => ({ content: `c${content}`, change: `d${change}` });
const commit = (content: string, change?: string): Event => ({
  type: "commit_seen",
  data: { headSha: content, changed: true, mark: mark(content, change) },
});
const check = (ok: boolean): Event => ({
  type: "evidence_recorded",
  data: { kind: "check", witness: "host", ok, sentence: "s", headSha: "1", facts: { command: "npm test" } },
});
const move = (to: string): Event => ({
  type: "outbox_planned",
  data: { key: `m-${to}`, fence: 1, intent: { kind: "issue_move", issueId: "a", to, from: "Todo" }, dueAt: 0 },
});

/** The lane's progress after sessions in which these events happened. */
async function progressAfter(sessions: readonly (readonly Event[])[], end: Partial<WorkOutcome> = {}) {
  const { record, views } = await sampleRecord();
  const lane = sampleLane("a");
  const append = (...events: Event[]) => record.transact((tx) => tx.append(events.map((event) => lane.decide(event))));
  await record.transact((tx) => tx.append([lane.opened()]));
  for (const [at, events] of sessions.entries()) {
    const run = at + 1;
    const id = `w-${run}`;
    const see = (event: Event) => lane.see(run, run, event);
    const session: Event = {
      type: "session_started",
      data: { sessionId: "s", promptHash: "p", agent: "mock", resumed: false },
    };
    const turn: Event = { type: "turn_finished", data: { turn: 1, status: "completed", detail: null, ms: 1 } };
    const outcome = { ...sampleOutcome("succeeded"), ...end };
    await record.transact((tx) =>
      tx.append([
        ...[lane.enqueued(id, run), lane.leased(id, run, run)],
        ...[session, turn, ...events, { type: "work_settled", data: { id, kind: "run", outcome } } as const].map(see),
      ]),
    );
    await append({ type: "work_closed", data: { id, kind: "run", counts: "idle", reason: WHY } });
  }
  return (await views.lane("a"))?.progress;
}

describe("progress of a lane", () => {
  test.for<[string, Event[][], number]>([
    ["nothing", [[], [], []], 3],
    ["a tree that it never had", [[], [commit("1")]], 0],
    ["an old tree", [[commit("1")], [commit("2")], [commit("1")], [commit("2")]], 2],
    ["white space, which has the mark of the tree before", [[commit("1")], [commit("1")]], 1],
    ["a base that moved under an old change", [[commit("1")], [commit("2", "1")]], 1],
    ["a check that turned from failing to passing", [[check(false)], [check(true)]], 0],
    [
      "a check that is broken and mended again and again",
      [[check(false)], [check(true)], [check(false)], [check(true)]],
      2,
    ],
    ["its own moves", [[move("In Progress")], [move("Todo")]], 2],
    ["an approval", [[], [changeSeen("approved")]], 0],
    ["a request for changes", [[], [changeSeen("changes_requested")]], 2],
  ])("after %s is so many sessions ago", async ([, sessions, stale]) => {
    expect(await progressAfter(sessions)).toMatchObject({ stale, sessions: sessions.length });
  });

  test.for<[string, Partial<WorkOutcome>, number]>([
    ["failed", { status: "failed", failure: "agent" }, 1],
    ["was turned away by its provider", { status: "failed", failure: "capacity" }, 0],
    ["was interrupted", { status: "canceled", failure: "interrupted" }, 0],
    ["was lost", { status: "lost", failure: "interrupted" }, 0],
  ])("counts a session that %s as it should", async ([, end, stale]) => {
    expect((await progressAfter([[]], end))?.stale).toBe(stale);
  });
});

function changeSeen(review: "approved" | "changes_requested"): Event {
  const where = { changeId: "1", url: null, state: "open", headSha: "1", mergedSha: null } as const;
  return { type: "change_seen", data: { ...where, review, checks: "none" } };
}
