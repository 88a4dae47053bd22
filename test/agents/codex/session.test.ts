import { describe, expect, it } from "vitest";
import type { SimProcess } from "../../../dev/sim/sim-process.ts";
import { simRuntime } from "../../../dev/sim/sim-runtime.ts";
import { VirtualClock } from "../../../dev/sim/virtual-clock.ts";
import { codexAgent } from "../../../src/agents/codex/index.ts";
import { silentLog } from "../../../src/base/log.ts";
import { open, type React, session, THREAD, tokens } from "./app-server.ts";

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
