import { addUsage, NO_USAGE } from "../../model/usage.ts";
import type {
  AgentEvent,
  AgentFailureKind,
  AgentSession,
  PermissionRequest,
  SessionStart,
  TurnResult,
} from "../agent-provider.ts";
import type { ToolCall } from "../tool.ts";
import { type ConformanceCase, check, equal } from "./case.ts";

/** What the agent behind a session does. */
export type AgentBehaviour =
  /** Each turn: says `hello`, ends the turn. */
  | "answers"
  /** One activity, then a message; within the turn a usage of 10 in and 5 out. */
  | "reports"
  /** Calls `note` with {text: "x"}, which succeeds, then `no_such`, says `done`, ends the turn. */
  | "calls_tools"
  /** Asks a person `which one?`. */
  | "asks"
  /** Says that its turn failed. */
  | "fails"
  /** Says that its quota is used up, until an instant that it names. */
  | "out_of_quota"
  /** Ends its process with exit code 3 within a turn. */
  | "exits"
  /** Says nothing within a turn. */
  | "is_silent"
  /** Gives signs of life within a turn, but no answer, under a limit of about a second on the first output. */
  | "is_mute"
  /** Works on and on, under a limit of a few seconds on the whole turn. */
  | "goes_on"
  /** Ignores its host and every signal that can be ignored, and has a child in a session of its own. */
  | "hangs"
  /** Works for a minute, but breaks off when asked to. */
  | "waits"
  /** 10,000 activities `event 1`, `event 2` … */
  | "floods"
  /** Prints a line that is no message, and `oops` on standard error, then says `hello`. */
  | "chatters"
  /** Is started, but never becomes ready. */
  | "is_never_ready"
  /** There is no such program. */
  | "is_missing";

/** A session that was started (or was not), with everything that its host saw. */
export interface StartedAgent {
  readonly start: SessionStart;
  readonly events: readonly AgentEvent[];
  readonly calls: readonly ToolCall[];
  /** What its host was asked within turns. Absent: nothing. */
  readonly asked?: readonly PermissionRequest[];
  /** Aborts the request's signal. */
  readonly abort: () => void;
  /** Live processes of the session. */
  survivors(): Promise<number>;
}

/** Starts sessions. Limits: start-up and response a few seconds, silence about a second. */
export interface AgentHarness {
  start(behaviour: AgentBehaviour): Promise<StartedAgent>;
}

/** A case, and the behaviour without which it cannot be run. */
export interface AgentCase extends ConformanceCase<AgentHarness> {
  readonly needs: AgentBehaviour;
}

/** What every agent provider does. */
export const AGENT_PROVIDER_CASES: readonly AgentCase[] = [
  caseOf("answers", "keeps one session over its turns", async (session, { events }) => {
    check(session.id !== "", "the session has an id");
    equal(session.resumed, false, "resumed");
    for (const turn of [1, 2]) {
      const result = await session.turn(`prompt ${turn}`);
      equal(result, { status: "completed", failure: null, finalMessage: "hello" }, `turn ${turn}`);
    }
    equal(count(events, "message"), 2, "messages");
  }),
  caseOf("reports", "reports activity and words in order, and what it used", async (session, { events }) => {
    await session.turn("prompt");
    const told = events.flatMap(({ type }) => (type === "activity" || type === "message" ? [type] : []));
    equal(told, ["activity", "message"], "events");
    const used = events.flatMap((event) => (event.type === "usage" ? [event.usage] : []));
    equal(used.reduce(addUsage, NO_USAGE), { inputTokens: 10, outputTokens: 5, totalTokens: 15 }, "usage");
  }),
  caseOf("calls_tools", "has tools answered, and goes on after a refusal (S-185)", async (session, { calls }) => {
    const result = await session.turn("prompt");
    equal(result.status, "completed", "status");
    equal(
      calls.map(({ name }) => name),
      ["note", "no_such"],
      "calls",
    );
    equal(calls[0]?.arguments, { text: "x" }, "arguments");
  }),
  caseOf("asks", "never waits for a person (S-184)", async (session, { asked = [] }) => {
    const result = await session.turn("prompt");
    // One whose questions the host answers goes on with a refusal.
    if (result.status === "failed") equal(result.failure?.kind, "input_required", "failure");
    else
      check(
        asked.some(({ kind }) => kind === "question"),
        "its host was asked",
      );
  }),
  failing("fails", "turn_failed", "tells a failed turn from a completed one (G-7)"),
  failing("exits", "process_exit", "notices that the process has ended"),
  failing("is_silent", "turn_timeout", "ends a turn that has gone silent (S-191)"),
  failing("is_mute", "turn_timeout", "ends a turn that brings no first output, whatever signs of life there are"),
  caseOf("goes_on", "ends a turn that takes too long, whatever it does", async (session, { events }) => {
    expectFailure(await session.turn("prompt"), "turn_timeout");
    check(
      events.some(({ type }) => type === "activity" || type === "command" || type === "tool"),
      "it worked until then",
    );
  }),
  caseOf("out_of_quota", "tells when capacity comes back", async (session) => {
    const result = await session.turn("prompt");
    equal(result.failure?.kind, "capacity", "failure");
    check((result.failure?.resetAt ?? 0) > 0, "resetAt is an instant");
  }),
  caseOf("hangs", "ends everything of an agent that ignores it", async (session, agent) => {
    const turn = session.turn("prompt");
    await session.stop({ graceMs: 100 });
    expectFailure(await turn, "turn_cancelled");
    equal(await agent.survivors(), 0, "processes that are left");
    await session.stop();
  }),
  caseOf("waits", "breaks a turn off when asked to", async (session) => {
    const turn = session.turn("prompt");
    await session.interrupt();
    expectFailure(await turn, "turn_cancelled");
  }),
  caseOf("waits", "breaks a turn off when its run is called off", async (session, agent) => {
    const turn = session.turn("prompt");
    agent.abort();
    expectFailure(await turn, "turn_cancelled");
    expectFailure(await session.turn("prompt"), "turn_cancelled");
  }),
  caseOf("answers", "answers a turn after the end with a failure", async (session) => {
    await session.stop();
    expectFailure(await session.turn("prompt"), "process_exit");
  }),
  caseOf("floods", "delivers 10,000 events in order", async (session, { events }) => {
    const result = await session.turn("prompt");
    equal(result.status, "completed", "status");
    const seen = events.flatMap((event) => (event.type === "activity" ? [event.summary] : []));
    equal(seen.length, 10_000, "events");
    check(
      seen.every((summary, at) => summary === `event ${at + 1}`),
      "they are in order",
    );
  }),
  caseOf("chatters", "keeps noise and standard error apart (S-181)", async (session, { events }) => {
    const result = await session.turn("prompt");
    equal(result.finalMessage, "hello", "final message");
    // The two streams keep no order between them; with the end of the process all of both is there.
    await session.stop();
    check(
      events.some((event) => event.type === "stderr" && event.text.includes("oops")),
      "standard error was seen",
    );
    check(
      !events.some((event) => event.type === "raw" && event.line.includes("oops")),
      "it was not mixed into the protocol",
    );
  }),
  refusing("is_never_ready", "startup_timeout", "gives up a start that takes too long"),
  refusing("is_missing", "agent_not_found", "says that there is no such agent"),
];

function caseOf(
  needs: AgentBehaviour,
  name: string,
  run: (session: AgentSession, agent: StartedAgent) => Promise<void>,
): AgentCase {
  return {
    needs,
    name,
    async run(harness) {
      const agent = await harness.start(needs);
      const { start } = agent;
      check(start.ok, `the session starts: ${start.ok ? "" : start.failure.sentence}`);
      try {
        await run(start.session, agent);
      } finally {
        await start.session.stop({ graceMs: 500 });
      }
      equal(await agent.survivors(), 0, "processes that are left");
    },
  };
}

function failing(needs: AgentBehaviour, kind: AgentFailureKind, name: string): AgentCase {
  return caseOf(needs, name, async (session) => expectFailure(await session.turn("prompt"), kind));
}

function refusing(needs: AgentBehaviour, kind: AgentFailureKind, name: string): AgentCase {
  return {
    needs,
    name,
    async run(harness) {
      const agent = await harness.start(needs);
      check(!agent.start.ok, "the session does not start");
      equal(agent.start.failure.kind, kind, "failure");
      equal(await agent.survivors(), 0, "processes that are left");
    },
  };
}

function expectFailure(result: TurnResult, kind: AgentFailureKind): void {
  equal(result.status, "failed", "status");
  equal(result.failure?.kind, kind, "failure");
}

function count(events: readonly AgentEvent[], type: AgentEvent["type"]): number {
  return events.filter((event) => event.type === type).length;
}
