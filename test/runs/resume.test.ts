import { afterEach, describe, expect, it } from "vitest";
import { simAgentKind } from "../../dev/sim/sim-agent.ts";
import type { Step } from "../../src/agents/mock/schema.ts";
import { Workshop } from "./workshop.ts";

const usage = (tokens: number): Step => ({ do: "usage", input_tokens: tokens, output_tokens: 0, total: true });

let shop: Workshop;
afterEach(() => shop.close());

async function firstPrompt(): Promise<string> {
  for await (const line of shop.transcripts.read("lane-1", 1)) {
    const { kind, text } = JSON.parse(line);
    if (kind === "prompt") return text;
  }
  throw new Error("there was no prompt");
}

async function run(steps: readonly Step[], payload: Parameters<Workshop["enqueue"]>[1]) {
  shop = await new Workshop({ steps }).start();
  await shop.enqueue("run", payload);
  await shop.outcome();
}

describe("a run on an old session", () => {
  const old = { purpose: "retry", resume: "old-session", earlier: "Run 1 (first): it broke off." } as const;

  it("says what was interrupted, and counts only what was used since", async () => {
    const baseline = { inputTokens: 100, outputTokens: 0, totalTokens: 100 };
    await run([usage(130), usage(150)], { ...old, baseline, interrupted: "It was killed." });
    const prompt = await firstPrompt();
    expect(prompt).toContain("Your last turn was interrupted: It was killed.");
    expect(prompt).not.toContain("Run 1 (first)");
    const [started] = await shop.eventsOf("session_started");
    expect(started).toMatchObject({ sessionId: "old-session", agent: "mock", resumed: true, baseline });
    expect(started?.cwd).toBe("/work/workspaces/DEMO-1");
    const run1 = await shop.open.record.views.run("lane-1", 1);
    expect(run1?.usage.totalTokens).toBe(50);
    expect(run1?.session).toMatchObject({ agent: "mock", resumed: true });
    const types = await shop.types();
    expect(types.indexOf("session_started")).toBeLessThan(types.indexOf("turn_started"));
  });

  it("without an old session the new one is told what was done before", async () => {
    await run([usage(30)], { ...old, resume: null });
    expect(await firstPrompt()).toContain("## What was done before\n\nRun 1 (first): it broke off.");
    const [started] = await shop.eventsOf("session_started");
    expect(started).toMatchObject({ resumed: false, baseline: { totalTokens: 0 } });
    expect((await shop.open.record.views.run("lane-1", 1))?.usage.totalTokens).toBe(30);
  });

  it("an agent that does not find the old session begins a new one, is told everything, and counts from nothing", async () => {
    shop = await new Workshop({
      workflow: { agentProvider: { kind: "mock", options: { command: ["forgetful"] } } },
      programs: {
        forgetful: async (process) => {
          await process.readLine();
          process.say('{"type":"ready","session":"another"}\n');
          for (;;) {
            const line = await process.readLine();
            if (line === null || JSON.parse(line).type === "stop") return 0;
            process.say('{"type":"usage","input_tokens":150,"output_tokens":0,"total":true}\n');
            process.say('{"type":"turn_end","status":"completed"}\n');
          }
        },
      },
    }).start();
    const baseline = { inputTokens: 100, outputTokens: 0, totalTokens: 100 };
    await shop.enqueue("run", { ...old, baseline, interrupted: "It was killed." });
    await shop.outcome();
    expect(await firstPrompt()).toContain("Run 1 (first): it broke off.");
    expect((await shop.open.record.views.run("lane-1", 1))?.usage.totalTokens).toBe(150);
  });
});

it("a run's agent is the one that a rule of its workflow chose, and its summary says so", async () => {
  const when = { labels: null, states: null, retryAtLeast: null, priorityAtMost: null };
  const rules = [{ when, kind: "other", options: { scripts: {} } }];
  const asked: string[] = [];
  shop = await new Workshop({
    workflow: { agentProvider: { kind: "mock", options: {}, rules } },
    replace: () => ({
      agent: async ({ agentProvider }) => {
        asked.push(agentProvider.kind);
        return simAgentKind().open(agentProvider.options);
      },
    }),
  }).start();
  await shop.enqueue("run", { agentRule: 0 });
  await shop.outcome();
  expect(new Set(asked)).toEqual(new Set(["other"]));
  expect(await shop.eventsOf("session_started")).toMatchObject([{ agent: "other" }]);
  expect(await shop.eventsOf("run_summarised")).toMatchObject([{ summary: { agent: "other" } }]);
});
