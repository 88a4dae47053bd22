import { describe, expect, it } from "vitest";
import type { SimProcess } from "../../../dev/sim/sim-process.ts";
import { simRuntime } from "../../../dev/sim/sim-runtime.ts";
import { VirtualClock } from "../../../dev/sim/virtual-clock.ts";
import { codexAgent } from "../../../src/agents/codex/index.ts";
import { silentLog } from "../../../src/base/log.ts";
import type { AgentEvent, SessionRequest } from "../../../src/contracts/agent-provider.ts";

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: Record<string, unknown>;
  readonly result?: unknown;
  readonly error?: { readonly code: number };
}

/** What the app server answers with: messages that are said in one breath, or nothing to leave the request open. */
type React = (
  message: Message,
  process: SimProcess,
) => readonly object[] | undefined | Promise<readonly object[] | undefined>;

const THREAD = "thread-1";

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

const begun = ({ id }: Message, turn = "turn-1") => [
  { id, result: { turn: { id: turn } } },
  { method: "turn/started", params: { threadId: THREAD, turn: { id: turn } } },
];
const ended = (status: string, error: object | null = null, turn = "turn-1") => ({
  method: "turn/completed",
  params: { threadId: THREAD, turn: { id: turn, status, error } },
});
const says = (text: string, threadId = THREAD) => ({
  method: "item/completed",
  params: { threadId, turnId: "turn-1", item: { type: "agentMessage", id: "i", text } },
});
const tokens = (total: number, turnId: string, threadId = THREAD) => {
  const counted = { inputTokens: total, outputTokens: 0, totalTokens: total };
  return {
    method: "thread/tokenUsage/updated",
    params: { threadId, turnId, tokenUsage: { total: counted, last: counted } },
  };
};

async function open(react: React, request: Partial<SessionRequest> = {}) {
  const clock = new VirtualClock();
  const heard: Message[] = [];
  const codex = async (process: SimProcess): Promise<number> => {
    for (let line = await process.readLine(); line !== null; line = await process.readLine()) {
      const message: Message = JSON.parse(line);
      heard.push(message);
      const answers = (await react(message, process)) ?? usual(message);
      process.say(answers.map((answer) => `${JSON.stringify(answer)}\n`).join(""));
    }
    return 0;
  };
  const runtime = simRuntime({ clock, programs: { codex } });
  await runtime.makeDirectory("/work");
  const events: AgentEvent[] = [];
  const provider = await codexAgent.open({});
  const starting = provider.start({
    ...{ runtime, clock, log: silentLog, workspace: "/work", env: {}, marker: "m.agent", title: "A-1: t", tools: [] },
    callTool: async () => ({ ok: true, code: "ok", text: "" }),
    resume: null,
    limits: { startupMs: 5_000, responseMs: 1_000, turnSilenceMs: 10_000 },
    onEvent: (event) => events.push(event),
    signal: new AbortController().signal,
    ...request,
  });
  return { clock, runtime, events, heard, starting };
}

async function session(react: React, request: Partial<SessionRequest> = {}) {
  const opened = await open(react, request);
  const start = await opened.starting;
  if (!start.ok) throw new Error(start.failure.sentence);
  return { ...opened, session: start.session };
}

const onTurn =
  (answers: (message: Message) => readonly object[]): React =>
  (message) =>
    message.method === "turn/start" ? answers(message) : undefined;

describe("a turn of Codex", () => {
  it("that begins and ends in one breath is not lost", async () => {
    const { session: codex, heard } = await session(
      onTurn((message) => [...begun(message), says("hi"), ended("completed")]),
    );
    expect(codex).toMatchObject({ id: THREAD, version: "0.169.0", resumed: false });
    expect(await codex.turn("go")).toEqual({ status: "completed", failure: null, finalMessage: "hi" });
    const start = heard.find(({ method }) => method === "turn/start");
    expect(start?.params).toMatchObject({ threadId: THREAD, input: [{ type: "text", text: "go", text_elements: [] }] });
    expect(heard.every((message) => !("jsonrpc" in message))).toBe(true);
    expect(heard.map(({ method }) => method).slice(0, 4)).toEqual([
      "initialize",
      "initialized",
      "thread/start",
      "thread/name/set",
    ]);
  });

  it.each([
    ["a status that says so", [ended("failed", { message: "no", codexErrorInfo: "unauthorized" })], "auth", "no"],
    [
      "an error beside the status completed",
      [ended("completed", { message: "no", codexErrorInfo: null })],
      "turn_failed",
      "no",
    ],
    [
      "an error that Codex gave up at before",
      [
        { method: "error", params: { threadId: THREAD, turnId: "turn-1", willRetry: false, error: { message: "no" } } },
        ended("completed"),
      ],
      "turn_failed",
      "no",
    ],
    ["a status that nobody knows", [ended("pondering")], "turn_failed", "pondering"],
    ["a break-off that nobody asked for", [ended("interrupted")], "turn_cancelled", "broke its turn off"],
    [
      "an end that is not understood",
      [{ method: "turn/completed", params: { threadId: THREAD, turn: 5 } }],
      "protocol",
      "not understood",
    ],
  ])("has failed by %s (G-7)", async (_, messages, kind, words) => {
    const { session: codex } = await session(onTurn((message) => [...begun(message), ...messages]));
    const { status, failure } = await codex.turn("go");
    expect([status, failure?.kind]).toEqual(["failed", kind]);
    expect(failure?.sentence).toContain(words);
  });

  it("is not harmed by an error that was tried again", async () => {
    const retried = {
      method: "error",
      params: { threadId: THREAD, turnId: "turn-1", willRetry: true, error: { message: "no" } },
    };
    const { session: codex } = await session(onTurn((message) => [...begun(message), retried, ended("completed")]));
    expect((await codex.turn("go")).status).toBe("completed");
  });

  it("takes no word of another thread or an older turn for its own", async () => {
    const { session: codex, events } = await session(
      onTurn((message) => [
        ...begun(message),
        says("I am another", "thread-2"),
        tokens(5, "turn-1", "thread-2"),
        ended("completed", null, "turn-0"),
        says("mine"),
        ended("completed"),
      ]),
    );
    expect((await codex.turn("go")).finalMessage).toBe("mine");
    expect(events.filter(({ type }) => type === "usage" || type === "message")).toEqual([
      { type: "message", text: "mine" },
    ]);
    expect(events.filter(({ type }) => type === "raw")).toHaveLength(2);
  });

  it("survives everything that is no message, or none that is known", async () => {
    const {
      session: codex,
      events,
      clock,
    } = await session(async (message, process) => {
      if (message.method !== "turn/start") return undefined;
      for (const line of [
        "{",
        "[]",
        "null",
        '"x"',
        '{"method":5}',
        '{"id":99,"result":1}',
        '{"method":"item/completed"}',
      ]) {
        process.say(`${line}\n`);
      }
      const unknown = { threadId: THREAD, turnId: "turn-1", item: { type: "somethingNew", id: "n" } };
      return [
        ...begun(message),
        { method: "item/started", params: unknown },
        { method: "new/thing" },
        ended("completed"),
      ];
    });
    expect((await codex.turn("go")).status).toBe("completed");
    expect(events.filter(({ type }) => type === "raw").length).toBeGreaterThanOrEqual(7);
    expect(events).toContainEqual({ type: "alive", what: "new/thing" });
    expect(clock.pendingTimers()).toBe(0);
  });

  it("has an unknown request refused, and goes on", async () => {
    const { session: codex, heard } = await session((message) => {
      if (message.method === "turn/start") return [...begun(message), { id: 0, method: "brand/new", params: {} }];
      return message.id === 0 && message.error !== undefined ? [ended("completed")] : undefined;
    });
    expect((await codex.turn("go")).status).toBe("completed");
    expect(heard.find(({ error }) => error !== undefined)).toMatchObject({ id: 0, error: { code: -32_601 } });
  });

  it("that cannot begin says why", async () => {
    const refused = await session(onTurn(({ id }) => [{ id, error: { code: -32_600, message: "no such model" } }]));
    expect((await refused.session.turn("go")).failure).toMatchObject({ kind: "protocol", sentence: /no such model/ });
    const odd = await session(onTurn(({ id }) => [{ id, result: {} }]));
    expect((await odd.session.turn("go")).failure?.kind).toBe("protocol");
    const deaf = await session(onTurn(() => []));
    const turn = deaf.session.turn("go");
    await deaf.clock.advance(1_000);
    expect((await turn).failure).toMatchObject({ kind: "response_timeout", sentence: /turn\/start/ });
  });

  it("is not waited for when it is broken off before it began, or never began", async () => {
    const deaf = await session(onTurn(() => []));
    const turn = deaf.session.turn("go");
    const interrupted = deaf.session.interrupt();
    await deaf.clock.advance(1_000);
    expect((await turn).status).toBe("failed");
    await interrupted;
  });

  it("is broken off by its id, with the commands that it would leave", async () => {
    const { session: codex, heard } = await session((message) => {
      if (message.method === "turn/start") return begun(message);
      return message.method === "turn/interrupt" ? [{ id: message.id, result: {} }, ended("interrupted")] : undefined;
    });
    const turn = codex.turn("go");
    await codex.interrupt();
    expect((await turn).failure?.kind).toBe("turn_cancelled");
    expect(heard.slice(-2)).toMatchObject([
      { method: "turn/interrupt", params: { threadId: THREAD, turnId: "turn-1" } },
      { method: "thread/backgroundTerminals/clean", params: { threadId: THREAD } },
    ]);
  });

  it("that was given up is broken off, and its late end ends no later turn (S-191)", async () => {
    let turns = 0;
    const {
      session: codex,
      clock,
      heard,
    } = await session((message) => {
      if (message.method !== "turn/start") return undefined;
      turns += 1;
      return turns === 1
        ? begun(message)
        : [...begun(message, "turn-2"), ended("failed"), says("second"), ended("completed", null, "turn-2")];
    });
    const first = codex.turn("one");
    await clock.advance(10_000);
    expect((await first).failure?.kind).toBe("turn_timeout");
    expect((await codex.turn("two")).finalMessage).toBe("second");
    expect(heard.some(({ method }) => method === "turn/interrupt")).toBe(true);
  });

  it("refuses another one beside it, and is not disturbed by that", async () => {
    const { session: codex, clock, heard } = await session(onTurn((message) => begun(message)));
    const first = codex.turn("one");
    await clock.settle();
    expect((await codex.turn("two")).failure?.kind).toBe("protocol");
    expect(heard.some(({ method }) => method === "turn/interrupt")).toBe(false);
    await codex.stop();
    await first;
  });

  it("does not count the time of a question to its host as silence", async () => {
    let answer = (): void => undefined;
    const decide = () =>
      new Promise<{ decision: "refuse"; reason: string }>((resolve) => {
        answer = () => resolve({ decision: "refuse", reason: "no" });
      });
    const { session: codex, clock } = await session(
      (message) => {
        if (message.method === "turn/start") {
          return [
            ...begun(message),
            { id: 7, method: "item/commandExecution/requestApproval", params: { command: "x" } },
          ];
        }
        return message.id === 7 && message.result !== undefined ? [ended("completed")] : undefined;
      },
      { decide },
    );
    const turn = codex.turn("go");
    await clock.advance(60_000);
    answer();
    expect((await turn).status).toBe("completed");
  });

  it("does not count a command that is known to run as silence, within its limit", async () => {
    const item = { type: "commandExecution", id: "c", command: "make", exitCode: null };
    const started = { method: "item/started", params: { threadId: THREAD, turnId: "turn-1", item } };
    const limits = { startupMs: 5_000, responseMs: 1_000, turnSilenceMs: 10_000, commandMs: 30_000 };
    const {
      session: codex,
      clock,
      events,
    } = await session(
      onTurn((message) => [...begun(message), started]),
      { limits },
    );
    const turn = codex.turn("go");
    let isOver = false;
    void turn.then(() => {
      isOver = true;
    });
    await clock.advance(29_000);
    expect(isOver).toBe(false);
    await clock.advance(12_000);
    expect((await turn).failure?.kind).toBe("turn_timeout");
    const states = events.flatMap((event) => (event.type === "command" ? [event.state] : []));
    expect(states).toEqual(["started", "finished"]);
  });
});

describe("a session of Codex", () => {
  it("counts the totals that come in one breath with a resumed thread as told", async () => {
    const replay = tokens(100, "turn-of-old", "old");
    const react: React = (message) => {
      if (message.method === "thread/resume") return [{ id: message.id, result: { thread: { id: "old" } } }, replay];
      if (message.method !== "turn/start") return undefined;
      const turn = { id: "t" };
      return [
        { id: message.id, result: { turn } },
        { method: "turn/started", params: { threadId: "old", turn } },
        tokens(130, "t", "old"),
        { method: "turn/completed", params: { threadId: "old", turn: { id: "t", status: "completed", error: null } } },
      ];
    };
    const { session: codex, events } = await session(react, { resume: "old" });
    expect(codex).toMatchObject({ id: "old", resumed: true });
    await codex.turn("go");
    const told = events.filter(({ type }) => type === "usage" || type === "model_call");
    expect(told).toMatchObject([{ type: "model_call" }, { type: "usage", usage: { totalTokens: 30 } }]);
    expect(codex.baseline?.()).toMatchObject({ totalTokens: 130 });
  });

  it("is not begun anew when its tools cannot be had: that would lose it", async () => {
    const { starting, heard } = await open(
      ({ id, method }) =>
        method === "thread/resume" ? [{ id, error: { code: -32_603, message: "required MCP server" } }] : undefined,
      { resume: "old" },
    );
    expect(await starting).toMatchObject({
      ok: false,
      failure: { kind: "protocol", sentence: /thread\/resume.*required MCP/ },
    });
    expect(heard.some(({ method }) => method === "thread/start")).toBe(false);
  });

  it("has no name when Codex does not like it, which harms nobody", async () => {
    const { session: codex } = await session(({ id, method }) =>
      method === "thread/name/set" ? [{ id, error: { code: -32_600, message: "no names here" } }] : undefined,
    );
    expect(codex.id).toBe(THREAD);
  });

  it("is given up when an answer takes too long, or the whole start does", async () => {
    const deaf = await open(({ method }) => (method === "thread/start" ? [] : undefined));
    await deaf.clock.advance(1_000);
    await deaf.clock.runUntil(() => deaf.runtime.running().length === 0, 60_000);
    expect(await deaf.starting).toMatchObject({
      ok: false,
      failure: { kind: "response_timeout", sentence: /thread\/start/ },
    });
    const limits = { startupMs: 500, responseMs: 1_000, turnSilenceMs: 10_000 };
    const slow = await open(({ method }) => (method === "initialize" ? [] : undefined), { limits });
    await slow.clock.advance(500);
    await slow.clock.runUntil(() => slow.runtime.running().length === 0, 60_000);
    expect(await slow.starting).toMatchObject({ ok: false, failure: { kind: "startup_timeout" } });
  });

  it("whose program ends at once says so", async () => {
    const { starting, clock } = await open(() => Promise.reject(new Error("broken")));
    await clock.advance(100);
    expect(await starting).toMatchObject({ ok: false, failure: { kind: "process_exit", sentence: /exit code 1/ } });
  });

  it("ends once, by the end of its input, and removes what its sandbox left empty", async () => {
    const { session: codex, runtime, clock } = await session(() => undefined);
    await runtime.makeDirectory("/work/.aws");
    await runtime.writeText("/work/.agents/skill.md", "kept");
    const stopped = Promise.all([codex.stop(), codex.stop()]);
    await clock.advance(3_000);
    await stopped;
    expect(runtime.running()).toEqual([]);
    expect((await runtime.list("/work")).map(({ name }) => name)).toEqual([".agents"]);
  });

  it("links the login of this machine into its account, once, and uses no other state folder", async () => {
    const clock = new VirtualClock();
    const seen: unknown[] = [];
    const codex = async ({ env }: SimProcess): Promise<number> => {
      seen.push(env.CODEX_HOME, env.TMPDIR);
      return 3;
    };
    const runtime = simRuntime({ clock, programs: { codex } });
    await runtime.makeDirectory("/work");
    await runtime.writeText("/home/a/.codex/auth.json", "{}");
    const provider = await codexAgent.open({});
    const start = async (env: Record<string, string>) => {
      const starting = provider.start({
        ...{ runtime, clock, log: silentLog, workspace: "/work", env, marker: "m.agent", title: "A-1: t", tools: [] },
        callTool: async () => ({ ok: true, code: "ok", text: "" }),
        resume: null,
        limits: { startupMs: 1_000, responseMs: 1_000, turnSilenceMs: 1_000 },
        account: { name: "main", stateDirectory: "/state", userHome: "/home/a" },
        temporaryDirectory: "/tmp/run",
        onEvent: () => undefined,
        signal: new AbortController().signal,
      });
      await clock.advance(5_000);
      await starting;
    };
    await start({});
    await start({});
    await start({ CODEX_HOME: "/own" });
    expect(seen).toEqual(["/state", "/tmp/run", "/state", "/tmp/run", "/own", "/tmp/run"]);
    expect(await runtime.realPath("/state/auth.json")).toBe("/home/a/.codex/auth.json");
  });
});
