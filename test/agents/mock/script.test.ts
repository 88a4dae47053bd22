import { describe, expect, it } from "vitest";
import type { AgentMessage, Step } from "../../../src/agents/mock/schema.ts";
import { chooseSteps, ScriptPlayer, type StepEffects } from "../../../src/agents/mock/script.ts";

function recorder() {
  const files = new Map<string, string>([["a.txt", "one two one"]]);
  const emitted: AgentMessage[] = [];
  const effects: StepEffects = {
    write: async (path, text) => void files.set(path, text),
    read: async (path) => files.get(path) ?? "",
    remove: async (path) => void files.delete(path),
    run: async (command) => (command === "false" ? 1 : 0),
    spawn: async () => undefined,
    emit: (message) => emitted.push(message),
    print: () => undefined,
    call: async (tool) => ({ ok: tool === "known", code: tool === "known" ? "ok" : "unknown_tool" }),
    sleep: async () => undefined,
    ignoreSignals: () => undefined,
    hang: () => new Promise(() => undefined),
    exit: () => new Promise(() => undefined),
    crash: () => new Promise(() => undefined),
    now: () => 1_000,
  };
  return { files, emitted, effects };
}

describe("chooseSteps", () => {
  const say = (text: string): Step => ({ do: "say", text });
  const scripts = { "A-1": { runs: [[say("first")], [say("repair")]] }, default: { runs: [[say("other")]] } };

  it.each([
    ["A-1", 1, "first"],
    ["A-1", 2, "repair"],
    ["A-1", 7, "repair"],
    ["B-1", 3, "other"],
  ])("takes the script of %s for run %i", (identifier, run, text) => {
    expect(chooseSteps({ scripts }, identifier, run)).toEqual([say(text)]);
  });

  it("hands off to the route that the options name when there is no script", () => {
    const steps = chooseSteps({ message: "done", complete_issue_state: "routed" }, "A-1", 1);
    expect(steps).toMatchObject([
      { do: "say", text: "done" },
      { do: "call", tool: "run_handoff", arguments: { route: "routed" } },
      { do: "call", tool: "run_finalize", arguments: { path: "hand_off" } },
    ]);
    expect(chooseSteps({}, "A-1", 1).map((step) => step.do)).toEqual(["say"]);
  });
});

describe("ScriptPlayer", () => {
  it("goes on behind the step that ended the turn before", async () => {
    const { effects, emitted } = recorder();
    const player = new ScriptPlayer([{ do: "say", text: "1" }, { do: "end_turn" }, { do: "say", text: "2" }]);
    for (let turn = 0; turn < 3; turn += 1) {
      expect(await player.turn(effects)).toEqual({ type: "turn_end", status: "completed" });
    }
    expect(emitted).toEqual([
      { type: "message", text: "1" },
      { type: "message", text: "2" },
    ]);
  });

  it("edits every occurrence, and fails the turn when there is none", async () => {
    const { effects, files } = recorder();
    const edit = (find: string): Step => ({ do: "edit", path: "a.txt", find, replace: "three" });
    expect(await new ScriptPlayer([edit("one")]).turn(effects)).toMatchObject({ status: "completed" });
    expect(files.get("a.txt")).toBe("three two three");
    expect(await new ScriptPlayer([edit("four")]).turn(effects)).toMatchObject({ status: "failed" });
  });

  it.each<[string, Step, object]>([
    ["a failed command", { do: "run", command: "false" }, { type: "turn_end", status: "failed" }],
    ["a failure", { do: "fail", message: "no", kind: "auth" }, { type: "turn_end", status: "failed", kind: "auth" }],
    ["a question", { do: "ask", question: "which?" }, { type: "ask", question: "which?" }],
    ["a quota", { do: "quota", reset_in_ms: 500 }, { type: "quota", reset_at: 1_500 }],
  ])("ends the turn with %s", async (_, step, end) => {
    const { effects } = recorder();
    expect(await new ScriptPlayer([step]).turn(effects)).toMatchObject(end);
  });

  it("goes on after a refused tool call", async () => {
    const { effects, emitted } = recorder();
    const end = await new ScriptPlayer([{ do: "call", tool: "unknown" }]).turn(effects);
    expect(end).toMatchObject({ status: "completed" });
    expect(emitted).toEqual([{ type: "activity", summary: "unknown: unknown_tool" }]);
  });
});
