import { afterEach, describe, expect, it } from "vitest";
import { type FakeModel, startFakeModel } from "../../dev/fakes/models/fake-model.ts";
import type { ModelScript, ModelStep, ScriptedUsage } from "../../dev/fakes/models/script.ts";
import { exported } from "../e2e/documents.ts";
import { newPlace, processesOf, writeFiles } from "../e2e/ground.ts";
import { startMaestro } from "../e2e/program.ts";
import { sortingWorkflow } from "../e2e/sorting.ts";
import { opencodeOptions } from "./acp/opencode-options.ts";
import { realAgent } from "./bench.ts";

/** An agent whose model has it run one command after the other, each another one, and never ends. */
interface Case {
  readonly kind: string;
  readonly program: string | null;
  readonly tool: string;
  readonly step: (command: string) => ModelStep;
  readonly options: (url: string) => object;
  readonly env?: (url: string) => Readonly<Record<string, string>>;
}

const described = (tool: string) => (command: string) => ({ tool, args: { command, description: "goes on" } });

const CASES: readonly Case[] = [
  {
    ...{ kind: "codex", program: realAgent("codex"), tool: "exec_command" },
    step: (cmd) => ({ tool: "exec_command", args: { cmd } }),
    options: (url) => {
      const fake = { name: "Fake", base_url: `${url}/v1`, wire_api: "responses", supports_websockets: false };
      const own = { ...fake, experimental_bearer_token: "fake-key" };
      return {
        command: [realAgent("codex"), "app-server"],
        config: { model: "fake-model", model_provider: "fake", "model_providers.fake": own },
      };
    },
  },
  {
    ...{ kind: "claude_code", program: realAgent("claude"), tool: "Bash", step: described("Bash") },
    options: () => ({ command: [realAgent("claude")], model: "claude-sonnet-4-5" }),
    env: (url) => ({ ANTHROPIC_BASE_URL: url, ANTHROPIC_API_KEY: "fake-key" }),
  },
  {
    ...{ kind: "opencode", program: realAgent("opencode"), tool: "bash", step: described("bash") },
    options: opencodeOptions,
  },
];

let model: FakeModel | null = null;
afterEach(async () => {
  await model?.close();
  model = null;
});

/** Calls of the model by the agent's own work, without titles and the like. */
const worked = (tool: string): number => model?.asked.filter(({ tools }) => tools.includes(tool)).length ?? 0;

function going({ tool, step }: Case, usage: ScriptedUsage): ModelScript {
  let command = 0;
  return ({ tools }) => {
    if (!tools.includes(tool)) return [{ text: "A title" }, { usage }];
    command += 1;
    return [step(`echo ${command}`), { usage }];
  };
}

/** Runs one issue until it is parked; gives back how its run ended. */
async function firstRun(agent: Case, budget: object, usage: ScriptedUsage) {
  model = await startFakeModel({ script: going(agent, usage) });
  const { url } = model;
  const place = await newPlace();
  const text = sortingWorkflow({ issues: ["A-1"], runs: [], log: "" });
  const env = agent.env?.(url) ?? {};
  const front = {
    ...JSON.parse(text.split("---")[1] ?? ""),
    agent_provider: { kind: agent.kind, options: agent.options(url) },
    agent_runtime: { pass: Object.keys(env) },
    agent: { max_attempts: 1 },
    budget: { run: budget },
  };
  await writeFiles(place.cwd, { "WORKFLOW.md": `---\n${JSON.stringify(front)}\n---\nSort it.\n` });
  const there = { ...place, env };
  const daemon = startMaestro(there);
  await daemon.line(/A-1 {2}parked: /);
  const calls = worked(agent.tool);
  expect((await daemon.end("SIGTERM")).code).toBe(0);
  expect(processesOf(place.root)).toEqual([]);
  const events = await exported(there);
  return { calls, events, settled: events.find(({ type }) => type === "work_settled")?.data };
}

const SMALL: ScriptedUsage = { input: 1_000, output: 20 };

describe.each(CASES)("the host's limits on a real $kind, in the middle of one turn", (agent) => {
  it.skipIf(agent.program === null)("end it when its calls of the model are used up", async () => {
    const { settled, calls, events } = await firstRun(agent, { model_calls: 4 }, SMALL);
    expect(settled).toMatchObject({
      outcome: { status: "failed", reason: { code: "run_budget_exhausted", sentence: /its 4 calls of the model/ } },
    });
    expect(calls).toBeGreaterThanOrEqual(4);
    // One may be under way when the fourth is told of.
    expect(calls).toBeLessThanOrEqual(6);
    expect(events.filter(({ type }) => type === "turn_started")).toHaveLength(1);
  });

  it.skipIf(agent.program === null)("end it when its tokens are used up", async () => {
    const { settled, calls } = await firstRun(agent, { tokens: 5_000 }, SMALL);
    expect(settled).toMatchObject({
      outcome: { status: "failed", reason: { code: "run_budget_exhausted", sentence: /its 5000 tokens/ } },
    });
    expect(calls).toBeGreaterThanOrEqual(5);
    expect(calls).toBeLessThanOrEqual(9);
  });
});

describe.each(CASES.filter(({ kind }) => kind === "codex"))("a real $kind whose context stays full", (agent) => {
  it.skipIf(agent.program === null)("is ended, and the next run begins a new session", async () => {
    // Codex makes it shorter after each call, and goes on: some twenty calls in a second, without end.
    const { settled, calls } = await firstRun(agent, {}, { input: 400_000, output: 20 });
    expect(settled).toMatchObject({ outcome: { status: "failed", reason: { code: "context_overflow" } } });
    expect(calls).toBeLessThanOrEqual(5);
    expect(model?.asked.some(({ said }) => said.includes("CONTEXT CHECKPOINT COMPACTION"))).toBe(true);
  });
});
