import { afterEach, describe, expect, it } from "vitest";
import { type FakeModel, startFakeModel } from "../../dev/fakes/models/fake-model.ts";
import type { ModelScript, ModelStep } from "../../dev/fakes/models/script.ts";
import { exported } from "../e2e/documents.ts";
import { newPlace, processesOf, writeFiles } from "../e2e/ground.ts";
import { maestro, startMaestro } from "../e2e/program.ts";
import { SORTED, sortingWorkflow } from "../e2e/sorting.ts";
import { realAgent } from "./bench.ts";

/** An agent whose model uses the agent's own way of asking the person before the screen. */
interface Case {
  readonly kind: string;
  readonly program: string | null;
  readonly ask: ModelStep;
  readonly asks: string;
  readonly tool: (name: string, args: object) => ModelStep;
  readonly options: (url: string) => object;
  readonly env?: (url: string) => Readonly<Record<string, string>>;
}

const choices = ["Red", "Blue"].map((label) => ({ label, description: `Paint it ${label}.` }));
const QUESTION = { question: "Which colour?", header: "Colour", options: choices };

const CASES: readonly Case[] = [
  {
    ...{ kind: "codex", program: realAgent("codex"), asks: "request_user_input" },
    ask: { tool: "request_user_input", args: { questions: [{ id: "colour", ...QUESTION }] } },
    tool: (tool, args) => ({ tool, args, namespace: "mcp__maestro" }),
    options: (url) => {
      const fake = { name: "Fake", base_url: `${url}/v1`, wire_api: "responses", supports_websockets: false };
      const own = { ...fake, experimental_bearer_token: "fake-key" };
      const asking = { "features.default_mode_request_user_input": true };
      const config = { ...asking, model: "fake-model", model_provider: "fake", "model_providers.fake": own };
      return { command: [realAgent("codex"), "app-server"], config };
    },
  },
  {
    ...{ kind: "claude_code", program: realAgent("claude"), asks: "AskUserQuestion" },
    ask: { tool: "AskUserQuestion", args: { questions: [{ ...QUESTION, multiSelect: false }] } },
    tool: (name, args) => ({ tool: `mcp__maestro__${name}`, args }),
    options: () => ({
      command: [realAgent("claude")],
      model: "claude-sonnet-4-5",
      tools: ["Bash", "AskUserQuestion"],
    }),
    env: (url) => ({ ANTHROPIC_BASE_URL: url, ANTHROPIC_API_KEY: "fake-key" }),
  },
];

let model: FakeModel | null = null;
afterEach(async () => {
  await model?.close();
  model = null;
});

/** Asks, ends its turn when told that nobody is there; with the answer, it sorts the issue. */
const painting =
  ({ ask, asks, tool }: Case): ModelScript =>
  ({ tools, said, outcomes }) => {
    if (!tools.includes(asks)) return [{ text: "A title" }];
    if (!said.includes("Blue, please.")) return outcomes.length === 0 ? [ask] : [{ text: "Then I wait." }];
    const step = SORTED[outcomes.length];
    return [step === undefined ? { text: "Sorted." } : tool(step.tool, step.arguments)];
  };

describe.each(CASES)("a question of a real $kind to the person before its screen", (agent) => {
  it.skipIf(agent.program === null)(
    "is put to people, holds no session open, and goes on with the answer",
    async () => {
      model = await startFakeModel({ script: painting(agent) });
      const place = await newPlace();
      const text = sortingWorkflow({ issues: ["A-1"], runs: [], log: "" });
      const env = agent.env?.(model.url) ?? {};
      const front = {
        ...JSON.parse(text.split("---")[1] ?? ""),
        agent_provider: { kind: agent.kind, options: agent.options(model.url) },
        agent_runtime: { pass: Object.keys(env) },
      };
      await writeFiles(place.cwd, { "WORKFLOW.md": `---\n${JSON.stringify(front)}\n---\nSort it.\n` });
      const there = { ...place, env };
      const daemon = startMaestro(there);
      await daemon.line(/A-1 .*Which colour\?/);
      expect(processesOf(place.root)).toEqual([]);
      expect(await maestro(there, "lane", "answer", "A-1", "Blue, please.")).toMatchObject({ code: 0 });
      await daemon.line(/A-1 {2}finished: /);
      expect((await daemon.end("SIGTERM")).code).toBe(0);

      const events = await exported(there);
      const asked = events.find(({ type }) => type === "signal_recorded");
      const signal = { kind: "ask", question: "Which colour?", options: ["Red", "Blue"] };
      expect(asked?.data).toMatchObject({ tool: "run_ask", signal });
      const sessions = events.filter(({ type }) => type === "session_started").map(({ data }) => data);
      expect(sessions).toMatchObject([{ resumed: false }, { resumed: true }]);
      const refusal = model.asked.flatMap(({ outcomes }) => outcomes.map(({ text }) => text)).at(0);
      expect(refusal).toContain("put to a person");
    },
  );
});
