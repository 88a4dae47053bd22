import { setTimeout as delay } from "node:timers/promises";
import { afterEach, describe, expect, it } from "vitest";
import { type FakeModel, startFakeModel } from "../../../dev/fakes/models/fake-model.ts";
import type { ModelRequest, ModelStep } from "../../../dev/fakes/models/script.ts";
import { exported, type Status } from "../../e2e/documents.ts";
import { newPlace, processesOf, writeFiles } from "../../e2e/ground.ts";
import { document, maestro, startMaestro } from "../../e2e/program.ts";
import { sortingWorkflow } from "../../e2e/sorting.ts";
import { realAgent } from "../bench.ts";

const program = realAgent("claude");
const REMEMBERED = "The secret word is heron.";
const RESULT = {
  summary: "Sorted.",
  route: "routed",
  result: { type: "task", priority: null, risk: "low", owner: null, rationale: "It needs no code." },
};

let model: FakeModel | null = null;
afterEach(async () => {
  await model?.close();
  model = null;
});

/** The first prompt starts something that outlives its shell, and then the model hangs; a later prompt sorts the issue. */
function sorting(prompts: Set<string>) {
  return ({ tools, said, outcomes }: ModelRequest): readonly ModelStep[] => {
    if (!tools.includes("Bash")) return [{ text: "A title" }];
    prompts.add(said);
    if (prompts.size === 1) {
      if (outcomes.length > 0) return [{ hang: true }];
      const args = { command: "setsid sleep 1000 > /dev/null 2>&1 & echo started", description: "starts it" };
      return [{ text: REMEMBERED }, { tool: "Bash", args }];
    }
    const calls = [
      { tool: "mcp__maestro__run_result", args: RESULT },
      { tool: "mcp__maestro__run_finalize", args: { path: "result" } },
    ];
    const call = calls[outcomes.length];
    return [call ?? { text: "Sorted." }];
  };
}

describe.skipIf(program === null)("a crash of Maestro while the real Claude Code works", () => {
  it("leaves nothing alive after the next start, and the session goes on", async () => {
    const prompts = new Set<string>();
    model = await startFakeModel({ script: sorting(prompts) });
    const place = await newPlace();
    const agent = { kind: "claude_code", options: { command: [program], model: "claude-sonnet-4-5" } };
    const text = sortingWorkflow({ issues: ["A-1"], runs: [], log: "" });
    const front = { ...JSON.parse(text.split("---")[1] ?? ""), agent_provider: agent };
    // Inside of bubblewrap everything would end with Maestro, and nothing be left to sweep.
    const passed = { agent_runtime: { pass: ["ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL"], isolation: "none" } };
    await writeFiles(place.cwd, { "WORKFLOW.md": `---\n${JSON.stringify({ ...front, ...passed })}\n---\nSort it.\n` });
    const there = { ...place, env: { ANTHROPIC_BASE_URL: model.url, ANTHROPIC_API_KEY: "fake-key" } };

    const daemon = startMaestro(there);
    const asked = (): readonly ModelRequest[] => model?.asked.filter(({ tools }) => tools.includes("Bash")) ?? [];
    while (asked().length < 2) await delay(50);
    const sleeps = (): boolean => processesOf(place.root).some(({ command }) => command.startsWith("sleep "));
    while (!sleeps()) await delay(50);
    const before = processesOf(place.root);
    await daemon.end("SIGKILL");
    expect(processesOf(place.root).length).toBeGreaterThan(0);

    const again = startMaestro(there);
    await again.line(/A-1 {2}finished: /);
    const old = new Set(before.map(({ pid }) => pid));
    expect(processesOf(place.root).filter(({ pid }) => old.has(pid))).toEqual([]);
    const resumed = asked().at(-1);
    expect(resumed?.everything).toContain(REMEMBERED);
    const events = await exported(there);
    const sessions = events.filter(({ type }) => type === "session_started").map(({ data }) => data);
    expect(sessions).toMatchObject([{ resumed: false }, { resumed: true }]);
    expect(sessions[0]?.sessionId).toMatch(/^[0-9a-f-]{36}$/);
    expect(sessions[1]?.sessionId).toBe(sessions[0]?.sessionId);
    // Three calls of 120 tokens ended after the crash; what the killed process never told is not counted, and nothing twice.
    const { codex_totals: totals } = await document<Status>(there, "status", "--json");
    expect(totals.total_tokens).toBe(360);
    expect((await again.end("SIGTERM")).code).toBe(0);
    expect(processesOf(place.root)).toEqual([]);
    expect(await maestro(there, "record", "verify")).toMatchObject({ code: 0, err: "" });
  });
});
