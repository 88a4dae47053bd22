import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import type { ModelRequest, ModelScript, ModelStep } from "../../../dev/fakes/models/script.ts";
import { opencodeAgent } from "../../../src/agents/acp/index.ts";
import { Bench, realAgent } from "./bench.ts";

const program = realAgent("opencode");

let bench: Bench | null = null;
afterEach(async () => {
  await bench?.close();
  bench = null;
});

/** Answers side questions (titles) with a word, and the run's own prompt by `main`. */
function script(main: (request: ModelRequest) => readonly ModelStep[]): ModelScript {
  return (request) => (request.tools.length === 0 ? [{ text: "A title" }] : main(request));
}

function options(url: string) {
  const models = {
    "fake-model": {
      name: "Fake",
      tool_call: true,
      limit: { context: 200_000, output: 8_000 },
      cost: { input: 1, output: 2 },
    },
  };
  const provider = {
    npm: "@ai-sdk/openai-compatible",
    name: "Fake",
    options: { baseURL: `${url}/v1`, apiKey: "fake-key" },
    models,
  };
  return {
    command: [program ?? "", "acp"],
    model: "fake/fake-model",
    config: { small_model: "fake/fake-model", enabled_providers: ["fake"], provider: { fake: provider } },
  };
}

describe.skipIf(program === null)("opencode over ACP, the real one", () => {
  it("calls a tool, runs a command, edits a file, and tells what it used", { timeout: 60_000 }, async () => {
    bench = await Bench.open(
      script(({ outcomes }) => {
        if (outcomes.length === 0)
          return [{ tool: "maestro_note", args: { text: "hi" } }, { usage: { input: 100, output: 10 } }];
        if (outcomes.length === 1) {
          return [{ tool: "bash", args: { command: "echo hello > hello.txt", description: "greets" } }];
        }
        return [{ text: "All done." }, { usage: { input: 300, cacheRead: 50, output: 30, reasoning: 10 } }];
      }),
    );
    const session = await bench.session(opencodeAgent, options(bench.model.url));
    const result = await session.turn("Do it.");
    expect(result, bench.stderr()).toEqual({ status: "completed", failure: null, finalMessage: "All done." });
    expect(bench.calls).toMatchObject([{ name: "note", arguments: { text: "hi" } }]);
    expect(await readFile(join(bench.workspace, "hello.txt"), "utf8")).toBe("hello\n");
    expect(bench.of("command").map(({ state }) => state)).toContain("started");
    expect(bench.of("model_call").length).toBeGreaterThanOrEqual(3);
    const used = bench.of("usage").reduce((sum, { usage }) => sum + usage.totalTokens, 0);
    expect(used).toBe(110 + 120 + 380);
    await session.stop();
    expect(await bench.survivors()).toBe(0);
    expect(await bench.files()).toEqual(["hello.txt"]);
  });
});
