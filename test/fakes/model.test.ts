import { afterEach, describe, expect, it } from "vitest";
import { type FakeModel, startFakeModel } from "../../dev/fakes/models/fake-model.ts";
import type { ModelScript } from "../../dev/fakes/models/script.ts";

let model: FakeModel | null = null;
afterEach(async () => {
  await model?.close();
  model = null;
});

const PATHS = {
  responses: "/v1/responses",
  messages: "/v1/messages?beta=true",
  completions: "/v1/chat/completions",
  gemini: "/v1beta/models/fake:streamGenerateContent?alt=sse",
} as const;

/** Requests in each protocol that say the same: the user said "Go.", a tool was called and answered "42". */
const BODIES = {
  responses: {
    model: "fake",
    tools: [{ type: "namespace", name: "mcp__maestro", tools: [{ name: "look" }] }],
    input: [
      { type: "message", role: "user", content: [{ type: "input_text", text: "Go." }] },
      { type: "function_call", call_id: "c", name: "look", arguments: "{}" },
      { type: "function_call_output", call_id: "c", output: "42" },
    ],
  },
  messages: {
    model: "fake",
    tools: [{ name: "look" }],
    messages: [
      { role: "user", content: "Go." },
      { role: "assistant", content: [{ type: "tool_use", id: "c", name: "look", input: {} }] },
      { role: "user", content: [{ type: "tool_result", tool_use_id: "c", content: [{ type: "text", text: "42" }] }] },
    ],
  },
  completions: {
    model: "fake",
    tools: [{ type: "function", function: { name: "look" } }],
    messages: [
      { role: "user", content: "Go." },
      { role: "assistant", tool_calls: [{ id: "c", function: { name: "look", arguments: "{}" } }] },
      { role: "tool", tool_call_id: "c", content: "42" },
    ],
  },
  gemini: {
    tools: [{ functionDeclarations: [{ name: "look" }] }],
    contents: [
      { role: "user", parts: [{ text: "Go." }] },
      { role: "model", parts: [{ functionCall: { name: "look", args: {} } }] },
      { role: "user", parts: [{ functionResponse: { id: "c", response: "42" } }] },
    ],
  },
} as const;

type Api = keyof typeof PATHS;
const APIS: readonly Api[] = ["responses", "messages", "completions", "gemini"];

async function ask(api: Api, script: ModelScript, key = "k"): Promise<Response> {
  model ??= await startFakeModel({ script });
  model.play(script);
  return fetch(`${model.url}${PATHS[api]}`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${key}`, "x-goog-api-key": key },
    body: JSON.stringify(BODIES[api]),
  });
}

describe.each(APIS)("the fake model in %s", (api) => {
  it("reads what was said, which tools there are and what they answered", async () => {
    await ask(api, () => [{ text: "Done." }]);
    expect(model?.asked).toMatchObject([{ api, model: "fake", said: "Go.", credential: "k" }]);
    expect(model?.asked[0]?.tools.map((name) => name.split("/").at(-1))).toEqual(["look"]);
    expect(model?.asked[0]?.outcomes.map(({ text }) => text.replaceAll('"', ""))).toEqual(["42"]);
  });

  it("answers with text, a call and a usage", async () => {
    const steps = [{ text: "Hello." }, { tool: "look", args: { at: "it" } }, { usage: { input: 7, output: 3 } }];
    const answer = await (await ask(api, () => steps)).text();
    for (const word of ["Hello.", "look", "7", "3"]) expect(answer).toContain(word);
    expect(answer.replaceAll("\\", "")).toContain('"at":"it"');
  });

  it("fails as the provider does, with the headers that it is given", async () => {
    const answer = await ask(api, () => [{ fail: "rate_limited", headers: { "retry-after": "9" } }]);
    expect([answer.status, answer.headers.get("retry-after")]).toEqual([429, "9"]);
    expect(await answer.json()).toHaveProperty("error");
  });

  it("cuts the connection in the middle, and lets nobody in without a key", async () => {
    const cut = await ask(api, () => [{ text: "Half" }, { drop: true }]);
    await expect(cut.text()).rejects.toThrow();
    expect((await ask(api, () => [], "")).status).toBe(401);
  });
});

it("knows no other route", async () => {
  model = await startFakeModel({ script: () => [] });
  expect((await fetch(`${model.url}/v1/models`)).status).toBe(404);
});
