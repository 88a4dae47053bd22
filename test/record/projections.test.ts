import { describe, expect, test } from "vitest";
import { sampleOutcome, WHY } from "../../src/contracts/conformance/record-samples.ts";
import type { EventDraft, StoredEvent } from "../../src/model/events/envelope.ts";
import type { Event } from "../../src/model/events/index.ts";
import type { Evidence } from "../../src/model/evidence.ts";
import type { Lane, Run } from "../../src/model/lane.ts";
import { applyToLane, applyToRun } from "../../src/record/index.ts";
import { sampleLane } from "./fixture.ts";

const lane = sampleLane();

function stored(draft: EventDraft, at = 100): StoredEvent {
  return { ...draft, version: 1, seq: 1, at, runSeq: null };
}

function laneAfter(...drafts: EventDraft[]): Lane {
  let state: Lane | undefined;
  for (const [index, draft] of [lane.opened(), ...drafts].entries())
    state = applyToLane(state, stored(draft, 100 + index));
  if (state === undefined) throw new Error("there is no lane");
  return state;
}

function evidence(data: Partial<Evidence>): EventDraft {
  const whole = {
    kind: "validation",
    witness: "host",
    ok: true,
    sentence: "",
    headSha: "abc",
    facts: {},
    ...data,
  } as const;
  return lane.see(1, 1, { type: "evidence_recorded", data: whole });
}

const closed = (counts: "success" | "failure" | "idle" | "interruption" | "nothing"): EventDraft =>
  lane.decide({ type: "work_closed", data: { id: "w", kind: "run", counts, reason: WHY } });

describe("a lane", () => {
  test.for([
    { counts: "success", expected: [0, 0, 0] },
    { counts: "failure", expected: [2, 0, 1] },
    { counts: "idle", expected: [0, 0, 2] },
    { counts: "interruption", expected: [1, 2, 1] },
    { counts: "nothing", expected: [1, 1, 1] },
  ] as const)("counts a $counts", ({ counts, expected }) => {
    const before = { ...laneAfter(lane.enqueued("w", 1)), failures: 1, interruptions: 1, idleSessions: 1 };
    const after = applyToLane(before, stored(closed(counts)));
    expect([after?.failures, after?.interruptions, after?.idleSessions]).toEqual(expected);
    expect(after?.work).toBeNull();
  });

  test("counts nothing for work that it does not have", () => {
    expect(laneAfter(closed("failure")).failures).toBe(0);
  });

  test("follows its work from the queue to the end", () => {
    const steps: { draft: EventDraft; expected: Partial<Lane["work"]> & object }[] = [
      { draft: lane.enqueued("w", 1), expected: { state: "queued", queuedAt: 101, startedAt: null, canceled: null } },
      { draft: lane.leased("w", 1, 1), expected: { state: "leased", startedAt: 102 } },
      {
        draft: lane.decide({ type: "work_canceled", data: { id: "w", reason: WHY } }),
        expected: { state: "leased", canceled: WHY },
      },
      {
        draft: lane.see(1, 1, {
          type: "work_settled",
          data: { id: "w", kind: "run", outcome: { ...sampleOutcome("canceled"), headSha: "abc" } },
        }),
        expected: { state: "settled", canceled: WHY },
      },
    ];
    const drafts: EventDraft[] = [];
    for (const { draft, expected } of steps) {
      drafts.push(draft);
      expect(laneAfter(...drafts).work).toMatchObject(expected);
    }
    expect(laneAfter(...drafts).branch?.headSha).toBe("abc");
  });

  test("keeps its retry until work begins, and repairs one change fact once", () => {
    const retry = { kind: "failure", attempt: 2, dueAt: 5, error: "no" } as const;
    expect(laneAfter(lane.decide({ type: "retry_scheduled", data: retry })).retry).toEqual(retry);
    const begun = laneAfter(
      lane.decide({ type: "retry_scheduled", data: retry }),
      lane.decide({
        type: "work_enqueued",
        data: { id: "w", kind: "run", run: 3, purpose: "repair", workflowHash: "new", reason: WHY, repairs: "fact" },
      }),
    );
    expect(begun).toMatchObject({ retry: null, lastRun: 3, workflowHash: "new", branch: { repairedFor: "fact" } });
  });

  test("starts afresh when it is unparked", () => {
    const parked = laneAfter(lane.decide({ type: "lane_parked", data: { ...WHY, at: 1, until: "input" } }));
    expect(parked.parked).toMatchObject({ until: "input" });
    const after = applyToLane(
      { ...parked, failures: 3, idleSessions: 4, interruptions: 5 },
      stored(lane.decide({ type: "lane_unparked", data: { actor: "me", reason: WHY } })),
    );
    expect(after).toMatchObject({ parked: null, failures: 0, idleSessions: 0, interruptions: 0 });
  });

  test.for(["working", "review_repair", "released"] as const)("forgets its hand-off when it is %s again", (stage) => {
    const handOff = lane.decide({ type: "hand_off_accepted", data: { route: "review", summary: "s", noChange: null } });
    const staged = (next: Lane["stage"]) => lane.decide({ type: "lane_staged", data: { stage: next, reason: WHY } });
    expect(laneAfter(handOff, staged("review_wait")).handOff).not.toBeNull();
    expect(laneAfter(handOff, staged(stage)).handOff).toBeNull();
  });

  test.for([
    { data: {}, expected: { validatedSha: "abc" } },
    { data: { ok: false }, expected: { validatedSha: null } },
    { data: { witness: "agent" }, expected: { validatedSha: null } },
    { data: { witness: "forge" }, expected: { validatedSha: null } },
    { data: { headSha: null }, expected: { validatedSha: null } },
    { data: { kind: "pushed" }, expected: { pushedSha: "abc" } },
    { data: { kind: "pushed", witness: "agent" }, expected: { pushedSha: null } },
    { data: { kind: "commit" }, expected: { headSha: "abc" } },
    { data: { kind: "landed", witness: "forge" }, expected: { mergedSha: "abc" } },
    { data: { kind: "landed", facts: { merged_sha: "def" } }, expected: { mergedSha: "def" } },
    { data: { kind: "weather" }, expected: { headSha: null } },
  ] as const)("believes evidence $data as far as its witness goes", ({ data, expected }) => {
    expect(laneAfter(evidence(data)).branch).toMatchObject(expected);
  });

  test("takes facts of its change, and no unknown one for a known one", () => {
    const seen = (mergedSha: string | null, url: string | null): EventDraft =>
      lane.decide({
        type: "change_seen",
        data: { changeId: "7", url, state: "open", headSha: "h", mergedSha, review: "none", checks: "none" },
      });
    expect(laneAfter(seen("m", "u"), seen(null, null)).branch).toMatchObject({
      changeId: "7",
      changeUrl: "u",
      mergedSha: "m",
    });
  });

  test("has no branch facts without a branch", () => {
    const opened = lane.opened();
    if (opened.event.type !== "lane_opened") throw new Error("not opened");
    const bare: Event = { type: "lane_opened", data: { ...opened.event.data, branch: null } };
    const state = applyToLane(undefined, stored({ ...opened, event: bare }));
    expect(applyToLane(state, stored(evidence({})))?.branch).toBeNull();
  });
});

describe("a run", () => {
  function runAfter(...drafts: EventDraft[]): Run | undefined {
    let state: Run | undefined;
    for (const [index, draft] of drafts.entries()) state = applyToRun(state, stored(draft, 100 + index));
    return state;
  }
  const settled = (kind: "run" | "validate"): EventDraft =>
    lane.see(1, 1, { type: "work_settled", data: { id: "w", kind, outcome: sampleOutcome("succeeded") } });

  test("begins with the decision, and only for runs", () => {
    expect(runAfter(lane.enqueued("w", 1))).toMatchObject({ number: 1, phase: "claimed", claimedAt: 100 });
    expect(runAfter(lane.enqueued("w", 1, "validate"))).toBeUndefined();
  });

  test("adds up what happens", () => {
    const usage = { inputTokens: 1, outputTokens: 2, totalTokens: 3 };
    const report = lane.see(1, 1, { type: "usage_reported", data: { usage, model: null } });
    const tool = lane.see(1, 1, { type: "tool_called", data: { tool: "t", ok: true, code: "ok", ms: 1 } });
    const turn = (n: number): EventDraft => lane.see(1, 1, { type: "turn_started", data: { turn: n } });
    expect(
      runAfter(
        lane.enqueued("w", 1),
        lane.leased("w", 1, 1),
        turn(1),
        report,
        report,
        tool,
        turn(2),
        lane.progress(1, 1, "hm"),
      ),
    ).toMatchObject({
      fence: 1,
      startedAt: 101,
      turns: 2,
      toolCalls: 1,
      usage: { inputTokens: 2, outputTokens: 4, totalTokens: 6 },
      lastMessage: "hm",
      lastEvent: "progress_seen",
      lastEventAt: 107,
    });
  });

  test("ends with its own work and stays as it was then", () => {
    const ended = runAfter(lane.enqueued("w", 1), lane.leased("w", 1, 1), settled("validate"), settled("run"));
    expect(ended).toMatchObject({ phase: "ended", endedAt: 103, outcome: { status: "succeeded" } });
    expect(
      runAfter(
        lane.enqueued("w", 1),
        lane.leased("w", 1, 1),
        settled("validate"),
        settled("run"),
        lane.progress(1, 1, "x"),
      ),
    ).toEqual(ended);
  });
});
