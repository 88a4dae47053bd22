import { describe, expect, it } from "vitest";
import { eventWords } from "../../../src/model/documents/event-words.ts";
import type { Event } from "../../../src/model/events/index.ts";
import { outcomeOf } from "../../policy/facts.ts";

const WHY = { code: "x", sentence: "Because." };
const change = { changeId: "7", url: null, headSha: "h", mergedSha: null, review: "none", checks: "passed" } as const;

describe("eventWords", () => {
  it.each<[Event, string, string]>([
    [{ type: "lane_parked", data: { ...WHY, at: 1, until: "input" } }, "parked: Because.", "milestone"],
    [
      { type: "retry_scheduled", data: { kind: "failure", attempt: 1, dueAt: 11_000, error: "It broke." } },
      "tries again in 10s: It broke.",
      "step",
    ],
    [{ type: "lane_staged", data: { stage: "review_wait", reason: WHY } }, "waits for review: Because.", "milestone"],
    [{ type: "lane_staged", data: { stage: "closeout", reason: WHY } }, "closeout: Because.", "milestone"],
    [{ type: "lane_staged", data: { stage: "ready_to_land", reason: WHY } }, "ready to land: Because.", "step"],
    [
      { type: "work_settled", data: { id: "w", kind: "run", outcome: outcomeOf({ status: "lost", reason: WHY }) } },
      "run broken off: Because.",
      "milestone",
    ],
    [
      { type: "work_settled", data: { id: "w", kind: "clean", outcome: outcomeOf({ reason: WHY }) } },
      "cleanup ended: Because.",
      "step",
    ],
    [{ type: "change_seen", data: { ...change, state: "merged" } }, "merged: Change 7 was merged.", "step"],
    [
      { type: "change_seen", data: { ...change, state: "open" } },
      "change 7 is open (review: none, checks: passed)",
      "detail",
    ],
    [{ type: "progress_seen", data: { message: "Reading." } }, "Reading.", "step"],
    [
      { type: "process_exited", data: { marker: "m", code: null, signal: "SIGKILL" } },
      "process ended with SIGKILL",
      "detail",
    ],
    [
      { type: "hook_finished", data: { hook: "after_run", ok: false, detail: "no", ms: 1 } },
      "hook after_run failed: no",
      "step",
    ],
  ])("%o", (event, words, weight) => {
    expect(eventWords(event, 1_000)).toEqual({ words, weight });
  });

  it("names what it does not know by its type", () => {
    const event: Event = JSON.parse('{"type": "moon_seen", "data": {}}');
    expect(eventWords(event, 0)).toEqual({ words: "moon seen", weight: "detail" });
  });
});
