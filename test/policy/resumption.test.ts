import { describe, expect, it } from "vitest";
import type { Run } from "../../src/model/lane.ts";
import { NO_USAGE } from "../../src/model/usage.ts";
import { planResumption } from "../../src/policy/index.ts";
import { outcomeOf, runOf } from "./facts.ts";

const usage = (tokens: number) => ({ inputTokens: tokens, outputTokens: 0, totalTokens: tokens });

/** A run that had a session of codex. */
function spoken(changes: Partial<Run> = {}): Run {
  return runOf({
    ...{ sessionId: "s-1", turns: 1, usage: usage(100), outcome: outcomeOf() },
    session: { agent: "codex", resumed: false, baseline: NO_USAGE },
    ...changes,
  });
}

function failed(code: string, status: "failed" | "lost" = "failed") {
  return outcomeOf({ status, failure: "agent", reason: { code, sentence: `It ended: ${code}.` } });
}

/** A run that ended before it had a session. */
const mute = (code: string) => runOf({ number: 2, sessionId: null, turns: 0, outcome: failed(code) });

describe("which session the next run resumes", () => {
  const cases: [name: string, runs: readonly Run[], agent: string, session: string | null, tokens: number | null][] = [
    ["none before the first run", [], "codex", null, null],
    ["none when no run had one", [mute("agent_not_found")], "codex", null, null],
    ["the last one", [spoken()], "codex", "s-1", 100],
    ["also after a failure", [spoken({ outcome: failed("turn_failed") })], "codex", "s-1", 100],
    ["also after a crash", [spoken({ outcome: failed("interrupted", "lost") })], "codex", "s-1", 100],
    ["also after a run that did not get as far", [spoken(), mute("hook_failed")], "codex", "s-1", 100],
    ["none of another agent", [spoken()], "claude_code", null, null],
    ["none that overflowed", [spoken({ outcome: failed("context_overflow") })], "codex", null, null],
    ["none that went in circles", [spoken({ outcome: failed("run_loops") })], "codex", null, null],
    ["none that could not be started again", [spoken(), mute("startup_timeout")], "codex", null, null],
    ["none that is not known well enough", [runOf({ sessionId: "s-1", turns: 1 })], "codex", null, null],
    [
      "the newest of several, with all that it used",
      [
        spoken(),
        spoken({ number: 2, usage: usage(30), session: { agent: "codex", resumed: true, baseline: usage(100) } }),
      ],
      "codex",
      "s-1",
      130,
    ],
  ];
  it.each(cases)("%s", (_, runs, agent, session, tokens) => {
    const plan = planResumption(runs, agent);
    expect([plan.session, plan.baseline?.totalTokens ?? null]).toEqual([session, tokens]);
  });
});

describe("what the next run is told of those before", () => {
  it("that the last one was broken off, and by what", () => {
    expect(planResumption([spoken({ outcome: failed("interrupted", "lost") })], "codex").interrupted).toBe(
      "It ended: interrupted.",
    );
    expect(planResumption([spoken()], "codex").interrupted).toBeNull();
    expect(planResumption([spoken(), mute("hook_failed")], "codex").interrupted).toBeNull();
  });

  it("how they ended, what was said last and which files they changed", () => {
    const files = Array.from({ length: 22 }, (_, at) => ({ path: `f${at}`, added: 1, removed: 0 }));
    const run = spoken({ lastMessage: "Half of it is done.", outcome: failed("turn_failed") });
    const summary = { ...summaryOf(), files };
    const { earlier } = planResumption([mute("hook_failed"), { ...run, summary }], "codex");
    expect(earlier).toContain("Run 1 (first): It ended: turn_failed.\nIt said last: Half of it is done.");
    expect(earlier).toContain("f18, f19 and 2 more.");
    expect(earlier).not.toContain("hook_failed");
  });

  it("nothing when none did anything", () => {
    expect(planResumption([mute("agent_not_found")], "codex").earlier).toBeNull();
  });
});

function summaryOf(): NonNullable<Run["summary"]> {
  return {
    ...{ profile: "p", agent: "codex", model: null, runtime: "local", machine: "here", worker: "w", turns: 1 },
    ...{ tools: [], usage: NO_USAGE, stdout: { lines: 0, bytes: 0 }, stderr: { lines: 0, bytes: 0, tail: [] } },
    ...{ files: null, headSha: null },
  };
}
