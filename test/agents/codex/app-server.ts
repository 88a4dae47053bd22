import type { SimProcess } from "../../../dev/sim/sim-process.ts";
import { simRuntime } from "../../../dev/sim/sim-runtime.ts";
import { VirtualClock } from "../../../dev/sim/virtual-clock.ts";
import { codexAgent } from "../../../src/agents/codex/index.ts";
import type { JsonObject } from "../../../src/base/json.ts";
import { silentLog } from "../../../src/base/log.ts";
import type { AgentEvent, SessionRequest } from "../../../src/contracts/agent-provider.ts";

/** A message of JSON-RPC as it was heard. */
export interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: Record<string, unknown>;
  readonly result?: unknown;
  readonly error?: { readonly code: number };
}

/** What the app server answers with: messages that are said in one breath, or nothing to leave the request open. */
export type React = (
  message: Message,
  process: SimProcess,
) => readonly object[] | undefined | Promise<readonly object[] | undefined>;

export const THREAD = "thread-1";

/** The usual answers; `react` comes first. */
function usual({ id, method }: Message): readonly object[] {
  switch (method) {
    case "initialize":
      return [{ id, result: { userAgent: "maestro/0.169.0 (x)" } }];
    case "thread/start":
      return [{ id, result: { thread: { id: THREAD }, model: "m" } }];
    case "thread/resume":
      return [{ id, result: { thread: { id: "old" }, model: "m" } }];
    default:
      return id === undefined || method === undefined ? [] : [{ id, result: {} }];
  }
}

export const begun = ({ id }: Message, turn = "turn-1") => [
  { id, result: { turn: { id: turn } } },
  { method: "turn/started", params: { threadId: THREAD, turn: { id: turn } } },
];
export const ended = (status: string, error: object | null = null, turn = "turn-1") => ({
  method: "turn/completed",
  params: { threadId: THREAD, turn: { id: turn, status, error } },
});
export const says = (text: string, threadId = THREAD) => ({
  method: "item/completed",
  params: { threadId, turnId: "turn-1", item: { type: "agentMessage", id: "i", text } },
});
export const tokens = (total: number, turnId: string, threadId = THREAD) => {
  const counted = { inputTokens: total, outputTokens: 0, totalTokens: total };
  return {
    method: "thread/tokenUsage/updated",
    params: { threadId, turnId, tokenUsage: { total: counted, last: counted } },
  };
};

/** A simulated app server, and a session that is about to start there. */
export async function open(react: React, request: Partial<SessionRequest> = {}, options: JsonObject = {}) {
  const clock = new VirtualClock();
  const heard: Message[] = [];
  const starts: Pick<SimProcess, "args" | "cwd" | "env">[] = [];
  const codex = async (process: SimProcess): Promise<number> => {
    starts.push({ args: process.args, cwd: process.cwd, env: process.env });
    for (let line = await process.readLine(); line !== null; line = await process.readLine()) {
      const message: Message = JSON.parse(line);
      heard.push(message);
      const answers = (await react(message, process)) ?? usual(message);
      process.say(answers.map((answer) => `${JSON.stringify(answer)}\n`).join(""));
    }
    return 0;
  };
  const runtime = simRuntime({ clock, programs: { codex, bash: codex } });
  await runtime.makeDirectory("/work");
  const events: AgentEvent[] = [];
  const provider = await codexAgent.open(options);
  const whole: SessionRequest = {
    ...{ runtime, clock, log: silentLog, workspace: "/work", env: {}, marker: "m.agent", title: "A-1: t", tools: [] },
    callTool: async () => ({ ok: true, code: "ok", text: "" }),
    resume: null,
    limits: { startupMs: 5_000, responseMs: 1_000, turnSilenceMs: 10_000 },
    onEvent: (event) => events.push(event),
    signal: new AbortController().signal,
    ...request,
  };
  const starting = provider.start(whole);
  return { clock, runtime, events, heard, starts, starting, request: whole };
}

/** A session that has started. */
export async function session(react: React, request: Partial<SessionRequest> = {}, options: JsonObject = {}) {
  const opened = await open(react, request, options);
  const start = await opened.starting;
  if (!start.ok) throw new Error(start.failure.sentence);
  return { ...opened, session: start.session };
}

/** Answers a turn with these. */
export const onTurn =
  (answers: (message: Message) => readonly object[]): React =>
  (message) =>
    message.method === "turn/start" ? answers(message) : undefined;
