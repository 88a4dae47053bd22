import { describe, expect, it } from "vitest";
import { begun, ended, onTurn, says, session, THREAD, tokens } from "./app-server.ts";

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

  it("tells its tokens by the model that was asked", async () => {
    const rerouted = {
      method: "model/rerouted",
      params: { threadId: THREAD, turnId: "turn-1", fromModel: "m", toModel: "n" },
    };
    const { session: codex, events } = await session(
      onTurn((message) => [...begun(message), tokens(5, "turn-1"), rerouted, tokens(9, "turn-1"), ended("completed")]),
    );
    await codex.turn("go");
    const told = events.flatMap((event) => (event.type === "usage" ? [[event.model, event.usage.totalTokens]] : []));
    expect(told).toEqual([
      ["m", 5],
      ["n", 4],
    ]);
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
    await clock.settle();
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
