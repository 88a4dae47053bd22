import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import type { ModelRequest, ModelStep } from "../../dev/fakes/models/script.ts";
import { claudeCodeAgent } from "../../src/agents/claude-code/index.ts";
import type { McpServer } from "../../src/model/mcp-server.ts";
import { Bench, realAgent } from "./bench.ts";
import { CODEX, Rig } from "./codex/rig.ts";

/** A server with one tool, in as few lines as the protocol takes. */
const SERVER = `
import { createInterface } from "node:readline";
const answer = (id, result) => process.stdout.write(JSON.stringify({ jsonrpc: "2.0", id, result }) + "\\n");
for await (const line of createInterface({ input: process.stdin })) {
  const { id, method, params } = JSON.parse(line);
  if (id === undefined) continue;
  const { protocolVersion } = params ?? {};
  if (method === "initialize") answer(id, { protocolVersion, capabilities: { tools: {} }, serverInfo: { name: "greeter", version: "1" } });
  else if (method === "tools/list") answer(id, { tools: [{ name: "greet", description: "Greets.", inputSchema: { type: "object", properties: {} } }] });
  else if (method === "tools/call") answer(id, { content: [{ type: "text", text: "Hello from " + process.env.WHO + " in " + process.cwd() }] });
  else answer(id, {});
}
`;

async function serverIn(folder: string): Promise<McpServer> {
  await writeFile(join(folder, "server.mjs"), SERVER);
  const args = ["-c", 'cd -- "$1" && shift && exec "$@"', "sh", folder, process.execPath, join(folder, "server.mjs")];
  return { type: "stdio", name: "kit-greeter", command: "sh", args, env: { WHO: "kit", PATH: process.env.PATH ?? "" } };
}

/** Calls the server's tool by the name under which the agent offers it, then ends. */
function greet({ tools, outcomes }: ModelRequest): readonly ModelStep[] {
  if (outcomes.length > 0) return [{ text: "Greeted." }];
  const offered = tools.find((name) => /greeter.*greet$/.test(name)) ?? "none";
  const [tool = "", namespace] = offered.split("/").reverse();
  return [namespace === undefined ? { tool, args: {} } : { tool, namespace, args: {} }];
}

let open: { close(): Promise<void> } | null = null;
afterEach(async () => {
  await open?.close();
  open = null;
});

describe("an MCP server of a plugin", () => {
  it.skipIf(CODEX === null)("is started by the real Codex, whose calls of it nobody has to allow", async () => {
    const rig = await Rig.open(greet);
    open = rig;
    const start = await rig.start({ request: { mcpServers: [await serverIn(rig.folder)] } });
    if (!start.ok) throw new Error(start.failure.sentence);
    expect(await start.session.turn("Greet.")).toMatchObject({ status: "completed", finalMessage: "Greeted." });
    expect(rig.model.asked.at(-1)?.outcomes[0]?.text).toContain(`Hello from kit in ${rig.folder}`);
  });

  const claude = realAgent("claude");
  it.skipIf(claude === null)("is started by the real Claude Code, whose calls of it nobody has to allow", async () => {
    const bench = await Bench.open((request) =>
      request.tools.includes("Bash") ? greet(request) : [{ text: "A title" }],
    );
    open = bench;
    const env = { ANTHROPIC_BASE_URL: bench.model.url, ANTHROPIC_API_KEY: "fake-key" };
    const options = { command: [claude ?? ""], model: "claude-sonnet-4-5" };
    const mcpServers = [await serverIn(bench.folder)];
    const session = await bench.session(claudeCodeAgent, options, { env, mcpServers, allow: false });
    expect(await session.turn("Greet.")).toMatchObject({ status: "completed", finalMessage: "Greeted." });
    expect(bench.model.asked.at(-1)?.outcomes[0]?.text).toContain(`Hello from kit in ${bench.folder}`);
    expect(bench.asked).toEqual([]);
  });
});
