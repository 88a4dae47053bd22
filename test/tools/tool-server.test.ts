import { afterEach, describe, expect, it } from "vitest";
import { seededRandom } from "../../src/base/random.ts";
import { SecretRegistry } from "../../src/base/redact.ts";
import type { ToolCall } from "../../src/contracts/tool.ts";
import { createToolServer, type ToolServer } from "../../src/tools/index.ts";

const TOOL = {
  name: "run_handoff",
  description: "Ends the run.",
  inputSchema: { type: "object", properties: { summary: { type: "string" } } },
  mutates: false,
} as const;

let server: ToolServer | null = null;
afterEach(async () => {
  await server?.close();
  server = null;
});

/** A server with one run, whose calls are kept. */
async function setUp() {
  const secrets = new SecretRegistry();
  const calls: ToolCall[] = [];
  server = createToolServer({ random: seededRandom(1), secrets });
  const call = async (made: ToolCall) => {
    calls.push(made);
    return made.name === "run_handoff"
      ? { ok: true, code: "ok", text: "Noted." }
      : { ok: false, code: "unknown_tool", text: "There is no such tool." };
  };
  const admission = await server.admit({ tools: [TOOL], call });
  const post = (body: unknown, headers: Record<string, string> = {}) =>
    fetch(admission.url, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${admission.token}`, ...headers },
      body: typeof body === "string" ? body : JSON.stringify(body),
    });
  const ask = async (method: string, params: object = {}) =>
    (await post({ jsonrpc: "2.0", id: 7, method, params })).json();
  return { server, secrets, calls, admission, post, ask };
}

describe("the tool server", () => {
  it("shakes hands in the version that the client speaks, else in its newest", async () => {
    const { ask, post } = await setUp();
    expect(await ask("initialize", { protocolVersion: "2025-03-26" })).toMatchObject({
      jsonrpc: "2.0",
      id: 7,
      result: { protocolVersion: "2025-03-26", capabilities: { tools: {} } },
    });
    expect(await ask("initialize", { protocolVersion: "2099-01-01" })).toMatchObject({
      result: { protocolVersion: "2025-11-25" },
    });
    const noted = await post({ jsonrpc: "2.0", method: "notifications/initialized" });
    expect([noted.status, await noted.text()]).toEqual([202, ""]);
  });

  it("lists the run's tools with what they do outside", async () => {
    const { ask } = await setUp();
    const { name, description, inputSchema } = TOOL;
    expect(await ask("tools/list")).toMatchObject({
      result: { tools: [{ name, description, inputSchema, annotations: { readOnlyHint: true } }] },
    });
  });

  it("answers a call by the run, and a failed one as a result that the model reads", async () => {
    const { ask, calls } = await setUp();
    const done = await ask("tools/call", { name: "run_handoff", arguments: { summary: "s" } });
    expect(done).toMatchObject({ result: { content: [{ type: "text", text: "Noted." }], isError: false } });
    expect(calls).toEqual([{ id: "7", name: "run_handoff", arguments: { summary: "s" } }]);
    expect(await ask("tools/call", { name: "nothing" })).toMatchObject({
      result: { content: [{ text: "unknown_tool: There is no such tool." }], isError: true },
    });
  });

  it("refuses a method that it does not serve and a call without a name, so that clients fall back", async () => {
    const { ask } = await setUp();
    expect(await ask("server/discover")).toMatchObject({ id: 7, error: { code: -32_601 } });
    expect(await ask("tools/call", { arguments: {} })).toMatchObject({ error: { code: -32_602 } });
  });

  it("says what is wrong with a body that is no message", async () => {
    const { post } = await setUp();
    const broken = await post("{");
    expect([broken.status, await broken.json()]).toMatchObject([400, { error: { code: -32_700 } }]);
    const foreign = await post([{ jsonrpc: "1.0" }]);
    expect([foreign.status, await foreign.json()]).toMatchObject([400, { error: { code: -32_600 } }]);
    expect((await post(JSON.stringify({ jsonrpc: "2.0", id: 1, method: "x".repeat(2_000_000) }))).status).toBe(413);
  });

  it("lets in nobody without the run's own token, and no page of a browser", async () => {
    const { admission, post, server: open } = await setUp();
    const call = { jsonrpc: "2.0", id: 1, method: "tools/list" };
    expect((await post(call, { authorization: "" })).status).toBe(401);
    expect((await post(call, { authorization: `Bearer ${admission.token}0` })).status).toBe(401);
    expect((await post(call, { origin: "http://127.0.0.1" })).status).toBe(401);
    const other = await open.admit({ tools: [], call: async () => ({ ok: true, code: "ok", text: "" }) });
    const listed = await post(call, { authorization: `Bearer ${other.token}` });
    expect(await listed.json()).toMatchObject({ result: { tools: [] } });
  });

  it("lets nobody in after the run has ended", async () => {
    const { admission, post } = await setUp();
    admission.end();
    expect((await post({ jsonrpc: "2.0", id: 1, method: "tools/list" })).status).toBe(401);
  });

  it("has no stream to listen to, and keeps tokens out of texts", async () => {
    const { admission, secrets } = await setUp();
    const stream = await fetch(admission.url, { headers: { authorization: `Bearer ${admission.token}` } });
    expect([stream.status, stream.headers.get("allow")]).toEqual([405, "POST"]);
    expect(secrets.redact(`Bearer ${admission.token}`)).not.toContain(admission.token);
  });
});
