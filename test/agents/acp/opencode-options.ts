import { realAgent } from "../bench.ts";

/** The real opencode, or `null`. */
export const OPENCODE = realAgent("opencode");

/** Options of an opencode that knows one model, which is scripted. */
export function opencodeOptions(url: string) {
  const models = {
    "fake-model": {
      name: "Fake",
      tool_call: true,
      reasoning: true,
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
    command: [OPENCODE ?? "", "acp"],
    model: "fake/fake-model",
    config: { small_model: "fake/fake-model", enabled_providers: ["fake"], provider: { fake: provider } },
  };
}
