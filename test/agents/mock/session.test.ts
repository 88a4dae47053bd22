import { describe, expect, it } from "vitest";
import { simRuntime } from "../../../dev/sim/sim-runtime.ts";
import type { SimProcess } from "../../../dev/sim/sim-process.ts";
import { VirtualClock } from "../../../dev/sim/virtual-clock.ts";
import { createMockAgent } from "../../../src/agents/mock/provider.ts";
import { silentLog } from "../../../src/base/log.ts";
import type { AgentEvent, SessionRequest } from "../../../src/contracts/agent-provider.ts";

type Say = (message: object) => void;

/** A session with an agent that answers each line of its host by `react`. */
async function open(
  react: (line: Record<string, unknown>, say: Say, process: SimProcess) => unknown,
  request: Partial<SessionRequest> = {},
) {
  const clock = new VirtualClock();
  const agent = async (process: SimProcess): Promise<number> => {
    const say: Say = (message) => process.say(`${JSON.stringify(message)}\n`);
    for (let line = await process.readLine(); line !== null; line = await process.readLine()) {
      const message = JSON.parse(line);
      if (message.type === "start") say({ type: "ready" });
      await react(message, say, process);
    }
    return 0;
  };
  const runtime = simRuntime({ clock, programs: { agent } });
  const events: AgentEvent[] = [];
  const provider = await createMockAgent({ node: "agent", program: [] }).open({});
  const start = await provider.start({
    ...{ runtime, clock, log: silentLog, workspace: "/tmp", env: {}, marker: "m.agent", title: "A-1: t", tools: [] },
    callTool: async () => ({ ok: true, code: "ok", text: "" }),
    resume: null,
    limits: { startupMs: 1_000, responseMs: 1_000, turnSilenceMs: 10_000 },
    onEvent: (event) => events.push(event),
    signal: new AbortController().signal,
    ...request,
  });
  if (!start.ok) throw new Error(start.failure.sentence);
  return { clock, runtime, events, session: start.session };
}

describe("a mock session", () => {
  it("takes the proposed id, or the one that the agent gives itself", async () => {
    const own = await open(() => undefined);
    expect([own.session.id, own.session.resumed]).toEqual(["m.agent", false]);
    const resumed = await open(() => undefined, { resume: "older" });
    expect([resumed.session.id, resumed.session.resumed]).toEqual(["older", true]);
  });

  it("fails a turn whose agent breaks the protocol, and keeps the line", async () => {
    const { session, events } = await open(({ type }, say) => type === "turn" && say({ type: "message" }));
    const result = await session.turn("go");
    expect(result.failure).toMatchObject({ kind: "protocol", sentence: expect.stringContaining("text") });
    expect(events.at(-1)).toEqual({ type: "raw", line: '{"type":"message"}' });
  });

  it("keeps what comes when nobody waits for it", async () => {
    const stray = { type: "turn_end", status: "completed" };
    const { events, clock } = await open(({ type }, say) => type === "start" && say(stray));
    await clock.settle();
    expect(events.at(-1)).toEqual({ type: "raw", line: JSON.stringify(stray) });
  });

  it("does not take the late end of one turn for that of the next", async () => {
    const { session, clock } = await open(async ({ type, turn }, say, process) => {
      if (type !== "turn") return;
      if (turn === 1) {
        say({ type: "ask", question: "which?" });
        return;
      }
      say({ type: "turn_end", status: "failed", turn: 1 });
      await process.clock.sleep(50, process.signal);
      say({ type: "turn_end", status: "completed", turn: 2 });
    });
    expect((await session.turn("one")).failure?.kind).toBe("input_required");
    const second = session.turn("two");
    await clock.advance(50);
    expect((await second).status).toBe("completed");
  });

  it("does not count the time of a tool as the agent's silence", async () => {
    const { session, clock } = await open(
      ({ type }, say) => {
        if (type === "turn") say({ type: "tool_call", id: "1", name: "slow" });
        if (type === "tool_result") say({ type: "turn_end", status: "completed" });
      },
      {
        callTool: async () => {
          await clockOf.current?.sleep(60_000);
          return { ok: true, code: "ok", text: "" };
        },
      },
    );
    clockOf.current = clock;
    const turn = session.turn("go");
    await clock.advance(60_000);
    expect((await turn).status).toBe("completed");
  });

  it("hears every line as a sign of life (S-191)", async () => {
    const { session, clock } = await open(async ({ type }, say, process) => {
      if (type !== "turn") return;
      for (let beat = 0; beat < 5; beat += 1) {
        await process.clock.sleep(9_000, process.signal);
        process.say("still here\n");
      }
      say({ type: "turn_end", status: "completed" });
    });
    const turn = session.turn("go");
    await clock.advance(45_000);
    expect((await turn).status).toBe("completed");
    expect(clock.pendingTimers()).toBe(0);
  });

  it("gives up an agent that does not break off when asked to", async () => {
    const { session, clock } = await open(() => undefined);
    const turn = session.turn("go");
    await session.interrupt();
    await clock.advance(1_000);
    expect((await turn).failure?.kind).toBe("response_timeout");
  });

  it("refuses a second turn at a time", async () => {
    const { session } = await open(() => undefined);
    void session.turn("one");
    expect((await session.turn("two")).failure?.kind).toBe("protocol");
  });

  it("asks the process to leave before it ends it", async () => {
    const heard: unknown[] = [];
    const { session, clock, runtime } = await open(({ type }) => heard.push(type));
    const stopped = session.stop();
    await clock.advance(2_000);
    await stopped;
    expect(heard).toEqual(["start", "stop"]);
    expect(runtime.running()).toEqual([]);
  });
});

const clockOf: { current: VirtualClock | null } = { current: null };
