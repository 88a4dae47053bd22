import { describe, expect, it } from "vitest";
import { VirtualClock } from "../../dev/sim/virtual-clock.ts";
import { silentLog } from "../../src/base/log.ts";
import type { AgentEvent, SessionRequest } from "../../src/contracts/agent-provider.ts";
import { AgentTurns } from "../../src/contracts/agent-turns.ts";
import { simRuntime } from "../../dev/sim/sim-runtime.ts";

function setUp(limits: Partial<SessionRequest["limits"]> = {}) {
  const told: AgentEvent[] = [];
  const clock = new VirtualClock();
  const controller = new AbortController();
  const request: SessionRequest = {
    ...{ clock, log: silentLog, runtime: simRuntime({ clock, programs: {} }), workspace: "/w", env: {}, marker: "m" },
    ...{ title: "t", tools: [], resume: null, onEvent: (event) => told.push(event), signal: controller.signal },
    callTool: async () => ({ ok: true, code: "ok", text: "" }),
    limits: { startupMs: 1_000, responseMs: 500, turnSilenceMs: 1_000, commandMs: 3_000, ...limits },
  };
  return { clock, controller, told, turns: new AgentTurns(request) };
}

const sent = async (): Promise<void> => undefined;

describe("the turns of a session", () => {
  it("end with what the agent said last, unless its end has words of its own", async () => {
    const { turns } = setUp();
    const first = turns.begin(sent);
    turns.say("almost");
    turns.say("done");
    turns.complete();
    expect(await first).toEqual({ status: "completed", failure: null, finalMessage: "done" });
    const second = turns.begin(sent);
    turns.complete("all done");
    expect(await second).toMatchObject({ finalMessage: "all done" });
  });

  it("come one at a time, and count from 1", async () => {
    const { turns } = setUp();
    const numbers: number[] = [];
    const first = turns.begin(async (turn) => void numbers.push(turn));
    expect(await turns.begin(sent)).toMatchObject({ failure: { kind: "protocol" } });
    expect(turns.current).toBe(1);
    turns.complete();
    await first;
    expect(turns.current).toBeNull();
    void turns.begin(async (turn) => void numbers.push(turn));
    expect(numbers).toEqual([1, 2]);
  });

  it("fail by silence, which neither words nor the host's own work are", async () => {
    const { clock, turns } = setUp();
    const turn = turns.begin(sent);
    await clock.advance(900);
    turns.heard();
    await clock.advance(900);
    let release = (): void => undefined;
    const held = turns.hold(() => new Promise<void>((resolve) => (release = resolve)));
    await clock.advance(5_000);
    release();
    await held;
    await clock.advance(900);
    expect(turns.current).toBe(1);
    await clock.advance(200);
    expect(await turn).toMatchObject({ failure: { kind: "turn_timeout" } });
  });

  it("are not ended for silence while a command is known to run, but only within its limit", async () => {
    const { clock, turns } = setUp();
    const turn = turns.begin(sent);
    turns.commandStarted("build");
    turns.commandStarted("build");
    await clock.advance(2_900);
    expect(turns.current).toBe(1);
    turns.commandFinished("build");
    turns.commandFinished("never heard of");
    turns.commandStarted("test");
    await clock.advance(3_000 + 900);
    expect(turns.current).toBe(1);
    await clock.advance(200);
    expect(await turn).toMatchObject({ failure: { kind: "turn_timeout" } });
  });

  it("fail without a first output in time, for which signs of life are none", async () => {
    const { clock, told, turns } = setUp({ firstOutputMs: 400 });
    const turn = turns.begin(sent);
    await clock.advance(300);
    turns.tell({ type: "alive", what: "tries again" });
    turns.tell({ type: "capacity", window: "hour", usedShare: 1, resetAt: null });
    await clock.advance(100);
    expect(await turn).toMatchObject({
      failure: { kind: "turn_timeout", sentence: /nothing within 400 ms.* sign of life: tries again$/ },
    });
    expect(told.map(({ type }) => type)).toEqual(["alive", "capacity"]);
  });

  it.each<[string, (turns: AgentTurns) => void]>([
    ["an event that counts", (turns) => turns.tell({ type: "model_call" })],
    ["a piece of an answer that is not whole yet", (turns) => turns.answered()],
  ])("have their first output with %s, each for itself", async (_, answer) => {
    const { clock, turns } = setUp({ firstOutputMs: 400, turnSilenceMs: 10_000 });
    const first = turns.begin(sent);
    answer(turns);
    await clock.advance(5_000);
    turns.complete("done");
    expect(await first).toMatchObject({ status: "completed" });
    const second = turns.begin(sent);
    await clock.advance(400);
    expect(await second).toMatchObject({ failure: { kind: "turn_timeout" } });
  });

  it("fail when they take too long, whatever happens in them", async () => {
    const { clock, turns } = setUp({ turnTotalMs: 2_500 });
    const turn = turns.begin(sent);
    turns.commandStarted("build");
    for (let at = 0; at < 4; at += 1) {
      await clock.advance(600);
      turns.tell({ type: "message", text: "still at it" });
    }
    expect(turns.current).toBe(1);
    await clock.advance(100);
    expect(await turn).toMatchObject({
      failure: { kind: "turn_timeout", sentence: "The turn took longer than 2500 ms." },
      finalMessage: "still at it",
    });
  });

  it("are cancelled when they were interrupted, whatever the agent says of it", async () => {
    const { turns } = setUp();
    for (const say of [() => turns.complete(), () => turns.failByAgent("auth", "no")]) {
      const turn = turns.begin(sent);
      await turns.interrupt(sent);
      say();
      expect(await turn).toMatchObject({ failure: { kind: "turn_cancelled" } });
    }
  });

  it("fail when an interruption has no effect in time", async () => {
    const { clock, turns } = setUp();
    const turn = turns.begin(sent);
    await turns.interrupt(sent);
    await clock.advance(500);
    expect(await turn).toMatchObject({ failure: { kind: "response_timeout" } });
  });

  it("end with the run, and none begins after it", async () => {
    const { controller, turns } = setUp();
    const turn = turns.begin(sent);
    controller.abort();
    turns.close("process_exit", "gone");
    expect(await turn).toMatchObject({ failure: { kind: "turn_cancelled" } });
    expect(await turns.begin(sent)).toMatchObject({ failure: { kind: "turn_cancelled" } });
  });
});
