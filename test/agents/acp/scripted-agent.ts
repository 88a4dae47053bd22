// An agent that speaks ACP v1 on its standard streams and does what its one argument says, without a model.
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: { readonly mcpServers?: readonly Server[] };
  readonly result?: unknown;
}

interface Server {
  readonly url: string;
  readonly headers: readonly { readonly name: string; readonly value: string }[];
}

const behaviour = process.argv[2] ?? "answers";
const sessionId = "sess_1";
let server: Server | null = null;
let cancelled = new AbortController();
let asked = 1_000;
const waiting = new Map<number, (result: unknown) => void>();

const send = (message: object): void =>
  void process.stdout.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
const tell = (update: object): void => send({ method: "session/update", params: { sessionId, update } });
const say = (text: string): void => tell({ sessionUpdate: "agent_message_chunk", content: { type: "text", text } });
const call = (title: string): void =>
  tell({ sessionUpdate: "tool_call", toolCallId: title, title, kind: "other", status: "completed" });

/** Asks the host. */
function ask(method: string, params: object): Promise<unknown> {
  asked += 1;
  const id = asked;
  send({ id, method, params });
  return new Promise((resolve) => waiting.set(id, resolve));
}

/** Calls one of the run's tools, as any client of MCP does. */
async function callTool(name: string): Promise<void> {
  if (server === null) throw new Error("there is no tool server");
  const headers = new Headers(server.headers.map(({ name, value }): [string, string] => [name, value]));
  headers.set("content-type", "application/json");
  headers.set("accept", "application/json, text/event-stream");
  const body = { jsonrpc: "2.0", id: 1, method: "tools/call", params: { name, arguments: { text: "x" } } };
  const answer = await fetch(server.url, { method: "POST", headers, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`the tool server answers ${answer.status}`);
}

class Refusal extends Error {}

/** What a prompt does; gives back why it ended. */
async function work(): Promise<object> {
  const end = { stopReason: "end_turn" };
  switch (behaviour) {
    case "reports":
      call("looks around");
      say("done");
      return { ...end, usage: { inputTokens: 10, outputTokens: 5, totalTokens: 15 } };
    case "calls_tools":
      await callTool("note");
      await callTool("no_such");
      say("done");
      return end;
    case "asks":
      await ask("elicitation/create", { sessionId, mode: "form", message: "which one?", requestedSchema: {} });
      return end;
    case "fails":
      throw new Refusal("I give up");
    case "exits":
      process.exit(3);
      break;
    case "is_silent":
    case "hangs":
    case "waits":
      await sleep(300_000, undefined, { signal: cancelled.signal }).catch(() => undefined);
      return { stopReason: "cancelled" };
    case "is_mute":
    case "goes_on":
      for (let at = 1; !cancelled.signal.aborted; at += 1) {
        if (behaviour === "goes_on") call(`event ${at}`);
        else tell({ sessionUpdate: "available_commands_update", availableCommands: [] });
        await sleep(50);
      }
      return { stopReason: "cancelled" };
    case "floods":
      for (let at = 1; at <= 10_000; at += 1) call(`event ${at}`);
      return end;
    case "chatters":
      process.stderr.write("oops\n");
      process.stdout.write("Compiling 3 files …\n");
      break;
  }
  say("hello");
  return end;
}

async function answer({ method, params }: Message): Promise<object> {
  switch (method) {
    case "initialize":
      return { protocolVersion: 1, agentCapabilities: { mcpCapabilities: { http: true } } };
    case "session/new":
      server = params?.mcpServers?.[0] ?? null;
      return { sessionId };
    case "session/prompt":
      cancelled = new AbortController();
      return work();
    default:
      throw new Refusal(`there is no ${method}`);
  }
}

async function receive(message: Message): Promise<void> {
  const { id, method } = message;
  if (method === "session/cancel") return cancelled.abort();
  if (id === undefined) return;
  if (method === undefined) return waiting.get(id)?.(message.result);
  try {
    send({ id, result: await answer(message) });
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    send({ id, error: { code: -32_603, message: error.message } });
  }
}

const lines = createInterface({ input: process.stdin });
lines.on("line", (line) => void receive(JSON.parse(line)));
lines.on("close", () => process.exit(0));
