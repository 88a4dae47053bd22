import { join } from "node:path";
import { acpAgent } from "../../src/agents/acp/index.ts";
import { claudeCodeAgent } from "../../src/agents/claude-code/index.ts";
import { codexAgent } from "../../src/agents/codex/index.ts";
import { systemClock } from "../../src/base/clock.ts";
import { LineSplitter } from "../../src/base/jsonl.ts";
import { silentLog } from "../../src/base/log.ts";
import { LaneSample } from "../../src/contracts/conformance/record-samples.ts";
import type { AgentProviderKind } from "../../src/contracts/agent-provider.ts";
import type { Runtime } from "../../src/contracts/runtime.ts";
import { createTranscripts, openRecord } from "../../src/record/index.ts";
import { Observer } from "../../src/runs/observer.ts";
import { SessionWatch } from "../../src/runs/run/session-watch.ts";
import { AgentGround } from "./agent-ground.ts";
import { medianOf } from "./median.ts";

export const LINES = 100_000;
/** What a service knows after two weeks with a forge whose token is new every hour. */
export const SECRETS = 300;
const ROUNDS = 5;
/** What one read of a pipe brings. */
const CHUNK = 64 * 1024;
const WORDS =
  "The basket counts each article once, so that a discount is taken off the sum and not off every line of it.";

/** The adapters whose lines are measured. */
export const STREAMS = ["acp", "claude_code", "codex"] as const;
type Kind = (typeof STREAMS)[number];

const KINDS: Readonly<Record<Kind, AgentProviderKind>> = {
  acp: acpAgent,
  claude_code: claudeCodeAgent,
  codex: codexAgent,
};

/** The answers of an agent to its host, and what it says in a turn. */
interface Player {
  readonly answer: (message: {
    readonly id?: number;
    readonly method?: string;
    readonly request_id?: string;
  }) => object | null;
  readonly isPrompt: (line: string) => boolean;
  /** What comes before that; default nothing. */
  readonly begin?: (line: string) => readonly object[];
  readonly said: (at: number) => object;
  readonly end: (line: string) => object;
}

const PLAYERS: Readonly<Record<Kind, Player>> = {
  acp: {
    answer: ({ id, method }) => {
      const results: Readonly<Record<string, object>> = {
        initialize: { protocolVersion: 1, agentCapabilities: { mcpCapabilities: { http: true } } },
        "session/new": { sessionId: "s" },
      };
      const result = results[method ?? ""];
      return result === undefined ? null : { jsonrpc: "2.0", id, result };
    },
    isPrompt: (line) => line.includes('"session/prompt"'),
    said: (at) => ({
      jsonrpc: "2.0",
      method: "session/update",
      params: {
        sessionId: "s",
        update: {
          sessionUpdate: "tool_call",
          toolCallId: `c${at}`,
          title: `${WORDS} ${at}`,
          kind: "read",
          status: "completed",
        },
      },
    }),
    end: (line) => ({ jsonrpc: "2.0", id: JSON.parse(line).id, result: { stopReason: "end_turn" } }),
  },
  claude_code: {
    answer: ({ request_id: id }) =>
      id === undefined
        ? null
        : { type: "control_response", response: { subtype: "success", request_id: id, response: {} } },
    isPrompt: (line) => line.includes('"type":"user"'),
    said: (at) => ({
      type: "assistant",
      message: { id: `m${at}`, role: "assistant", model: "m", content: [{ type: "text", text: `${WORDS} ${at}` }] },
      session_id: "s",
    }),
    end: () => ({ type: "result", subtype: "success", is_error: false, result: "done" }),
  },
  codex: {
    answer: ({ id, method }) => {
      const results: Readonly<Record<string, object>> = {
        initialize: { userAgent: "maestro/0.169.0 (bench)" },
        "thread/start": { thread: { id: "t" }, model: "m" },
      };
      return id === undefined ? null : { id, result: results[method ?? ""] ?? {} };
    },
    isPrompt: (line) => line.includes('"turn/start"'),
    begin: (line) => [
      { id: JSON.parse(line).id, result: { turn: { id: "u" } } },
      { method: "turn/started", params: { threadId: "t", turn: { id: "u" } } },
    ],
    said: (at) => ({
      method: "item/completed",
      params: { threadId: "t", turnId: "u", item: { type: "agentMessage", id: `i${at}`, text: `${WORDS} ${at}` } },
    }),
    end: () => ({
      method: "turn/completed",
      params: { threadId: "t", turn: { id: "u", status: "completed", error: null } },
    }),
  },
};

/** Lines of one agent per second, from its bytes to transcript and record. */
export async function rateOfLines(kind: Kind): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) times.push(await millisecondsFor(kind));
  return LINES / (medianOf(times) / 1_000);
}

async function millisecondsFor(kind: Kind): Promise<number> {
  const ground = new AgentGround();
  const { secrets, folder } = ground;
  for (let at = 0; at < SECRETS; at += 1) secrets.register(`secret_${at}`, `bench-${at}-${"x".repeat(30)}`);
  const clock = systemClock();
  const open = await openRecord({
    file: join(folder, "record.db"),
    workflowId: "bench",
    clock,
    log: silentLog,
    secrets,
  });
  const { record } = open;
  try {
    const lane = new LaneSample("bench", "a");
    await record.transact((tx) => tx.append([lane.opened(), lane.enqueued("w", 1), lane.leased("w", 1, 1)]));
    const transcript = await createTranscripts({ directory: join(folder, "transcripts"), secrets, clock }).open("a", 1);
    const observer = new Observer(
      record,
      { work: lane.work("w"), fence: 1, holder: "bench", expiresAt: 0 },
      (error) => {
        throw error;
      },
    );
    const watch = new SessionWatch({ clock, observer, transcript, secrets, commandMs: 0, reports: () => [] });
    const provider = await KINDS[kind].open({ command: ["bench"] });
    const request = await ground.request((event) => watch.take(event), playing(ground.runtime, PLAYERS[kind]));
    const { toolServer: _, ...withoutTools } = request;
    const start = await provider.start(withoutTools);
    if (!start.ok) throw new Error(start.failure.sentence);
    const began = performance.now();
    const result = await start.session.turn("Go.");
    watch.end();
    await observer.flush();
    await transcript.drained();
    const took = performance.now() - began;
    if (result.status !== "completed") throw new Error(result.failure?.sentence);
    await start.session.stop();
    const { lost } = await transcript.close();
    if (lost !== null) throw new Error(lost);
    return took;
  } finally {
    await open.close();
    await ground.close();
  }
}

/** A runtime whose processes are played here: what comes out of a pipe, without the other end of it. */
function playing(runtime: Runtime, player: Player): Runtime {
  const lines = Array.from({ length: LINES }, (_, at) => `${JSON.stringify(player.said(at))}\n`).join("");
  const spawn: Runtime["spawn"] = async ({ marker, onLine }) => {
    const splitter = new LineSplitter();
    let end = (): void => undefined;
    const exited = new Promise<{ code: number; signal: null }>((resolve) => {
      end = () => resolve({ code: 0, signal: null });
    });
    const say = (text: string): void => {
      for (const line of splitter.push(text)) onLine?.(line);
    };
    const stream = async (prompt: string): Promise<void> => {
      for (const message of player.begin?.(prompt) ?? []) say(`${JSON.stringify(message)}\n`);
      for (let at = 0; at < lines.length; at += CHUNK) {
        say(lines.slice(at, at + CHUNK));
        // As with a pipe, other work of the process comes between two reads.
        await new Promise((resolve) => setImmediate(resolve));
      }
      say(`${JSON.stringify(player.end(prompt))}\n`);
    };
    return {
      ...{ pid: 0, marker, exited, endInput: end },
      write: async (line) => {
        if (player.isPrompt(line)) return void stream(line);
        const answer = player.answer(JSON.parse(line));
        if (answer !== null) say(`${JSON.stringify(answer)}\n`);
      },
      kill: async () => end(),
    };
  };
  return { ...bound(runtime), spawn };
}

/** The members of a runtime as an object of its own. */
function bound(runtime: Runtime): Runtime {
  return new Proxy(runtime, {
    get: (target, name) => {
      const member = Reflect.get(target, name);
      return typeof member === "function" ? member.bind(target) : member;
    },
  });
}
