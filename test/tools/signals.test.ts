import { describe, expect, it } from "vitest";
import { isMendable, judgeSignals, type SignalRecord } from "../../src/tools/index.ts";

const handOff: SignalRecord = {
  tool: "run_handoff",
  path: "hand_off",
  signal: { kind: "hand_off", route: null, summary: "done", noChange: null },
};
const better: SignalRecord = {
  tool: "run_handoff",
  path: "hand_off",
  signal: { kind: "hand_off", route: "review", summary: "really done", noChange: null },
};
const attention: SignalRecord = {
  tool: "run_attention",
  path: "attention",
  signal: { kind: "attention", summary: "stuck", question: null },
};
const ask = (question: string, options: string[] = []): SignalRecord => ({
  tool: "run_ask",
  path: "ask",
  signal: { kind: "ask", question, options },
});
const finalHandOff: SignalRecord = { tool: "run_finalize", path: "hand_off", signal: { kind: "none" } };
const finalAttention: SignalRecord = { tool: "run_finalize", path: "attention", signal: { kind: "none" } };

describe("judgeSignals", () => {
  it.each([
    ["nothing", [], { kind: "none" }],
    ["a confirmed hand-off", [handOff, finalHandOff], handOff.signal],
    ["a confirmed call for attention", [attention, finalAttention], attention.signal],
    ["the last of two hand-offs", [handOff, better, finalHandOff], better.signal],
    ["a hand-off that was said and confirmed again", [handOff, finalHandOff, better, finalHandOff], better.signal],
    ["a question by itself", [ask("Red?", ["yes"])], { kind: "ask", question: "Red?", options: ["yes"] }],
    [
      "several questions as one",
      [ask("Red?", ["yes"]), ask("Red?"), ask("Big?", ["no", "yes"])],
      { kind: "ask", question: "Red?\n\nBig?", options: ["yes", "no"] },
    ],
    ["a confirmation too many", [handOff, finalHandOff, finalHandOff], handOff.signal],
  ])("accepts %s", (_, records, signal) => {
    expect(judgeSignals(records)).toEqual(signal);
  });

  it.each([
    ["no confirmation", [handOff], "missing_finalize", true],
    ["a confirmation that came first", [finalHandOff, handOff], "missing_finalize", true],
    ["something said after the confirmation", [handOff, finalHandOff, better], "missing_finalize", true],
    ["a confirmation of nothing", [finalHandOff], "finalize_without_signal", true],
    ["a question and a hand-off", [ask("Red?"), handOff], "mixed_signals", false],
    ["a question that is confirmed as something else", [ask("Red?"), finalHandOff], "path_mismatch", false],
    ["another path", [handOff, finalAttention], "path_mismatch", false],
    ["another path, then the right one", [handOff, finalAttention, finalHandOff], "path_mismatch", false],
    ["both signals", [handOff, attention, finalAttention], "mixed_signals", false],
    ["both signals, both confirmed", [handOff, finalHandOff, attention, finalAttention], "mixed_signals", false],
  ])("refuses %s", (_, records, code, mendable) => {
    const signal = judgeSignals(records);
    expect(signal).toMatchObject({ kind: "invalid", reason: { code } });
    expect(isMendable(signal)).toBe(mendable);
  });
});
