import { afterEach, describe, expect, it } from "vitest";
import type { FailureKind } from "../../../dev/fakes/models/script.ts";
import type { AgentFailureKind } from "../../../src/contracts/agent-provider.ts";
import { closeRigs, CODEX, note, openRig, shell } from "./rig.ts";

afterEach(closeRigs);

/** An instant that the provider names, in the seconds of its header. */
const RESET_S = 1_900_000_000;

describe.skipIf(CODEX === null)("a real Codex whose model fails", () => {
  it.each<[FailureKind, AgentFailureKind, RegExp]>([
    ["unauthorized", "auth", /401/],
    ["rate_limited", "capacity", /429/],
    ["overloaded", "capacity", /capacity/],
    ["server_error", "turn_failed", /./],
    ["bad_request", "turn_failed", /not valid/],
    ["model_not_found", "turn_failed", /does not exist/],
    ["context_overflow", "context_overflow", /context window/],
  ])("%s is %s", async (fail, kind, words) => {
    const rig = await openRig(({ said }) => (said.includes("again") ? [{ text: "well again" }] : [{ fail }]));
    const session = await rig.session();
    const { status, failure } = await session.turn("go");
    expect([status, failure?.kind, failure?.resetAt]).toEqual(["failed", kind, null]);
    expect(failure?.sentence).toMatch(words);
    // The session is none the worse for it.
    if (fail !== "context_overflow") expect((await session.turn("again")).finalMessage).toBe("well again");
  });

  it("tells when used-up capacity comes back, from the limits that it was told last", async () => {
    const headers = {
      "x-codex-primary-used-percent": "100",
      "x-codex-primary-window-minutes": "300",
      "x-codex-primary-reset-at": String(RESET_S),
    };
    const rig = await openRig(() => [{ fail: "usage_limit", headers }]);
    const session = await rig.session();
    const { failure } = await session.turn("go");
    expect(failure).toMatchObject({ kind: "capacity", resetAt: RESET_S * 1_000 });
    const window = { type: "capacity", window: "codex primary", usedShare: 1, resetAt: RESET_S * 1_000 };
    expect(rig.events).toContainEqual(window);
  });

  it("tries a dropped stream again, which is no progress, and gives up after that", async () => {
    const rig = await openRig(() => [{ text: "I was about to" }, { drop: true }]);
    const session = await rig.session();
    expect((await session.turn("go")).failure).toMatchObject({
      kind: "turn_failed",
      sentence: expect.stringContaining("stream disconnected"),
    });
    expect(rig.told("alive").some((what) => what.startsWith("error, tried again"))).toBe(true);
    expect(rig.model.asked).toHaveLength(2);
  });

  it("says that a model provider's key is missing", async () => {
    const rig = await openRig(() => [{ text: "hello" }]);
    const session = await rig.session({ env: { FAKE_API_KEY: "" } });
    expect((await session.turn("go")).failure).toMatchObject({ kind: "auth", sentence: /FAKE_API_KEY/ });
  });

  it("does not start without its tools (the server is down)", async () => {
    const rig = await openRig(() => [{ text: "hello" }]);
    const start = await rig.start({ tools: "down" });
    expect(start).toMatchObject({ ok: false, failure: { kind: "protocol", sentence: /maestro/ } });
    expect(await rig.survivors()).toBe(0);
  });

  it("does not start with a setting that Codex refuses", async () => {
    const rig = await openRig(() => [{ text: "hello" }]);
    const start = await rig.start({ options: { approval_policy: "on-failure" } });
    expect(start).toMatchObject({ ok: false, failure: { kind: "protocol", sentence: /thread\/start.*on-failure/ } });
    expect(await rig.survivors()).toBe(0);
  });

  it("waits for a slow tool, and is told when it is too slow", async () => {
    const rig = await openRig(({ outcomes }) =>
      outcomes.length === 0 ? [note("x")] : [{ text: outcomes[0]?.text ?? "" }],
    );
    rig.answer = async () => {
      await new Promise((resolve) => setTimeout(resolve, 3_000));
      return { ok: true, code: "ok", text: "late but here" };
    };
    const session = await rig.session();
    expect((await session.turn("go")).finalMessage).toContain("late but here");
    const impatient = await rig.session({ options: { config: { "mcp_servers.maestro.tool_timeout_sec": 1 } } });
    expect(await impatient.turn("go")).toMatchObject({ status: "completed", finalMessage: /timed out|time/i });
  });
});

describe.skipIf(CODEX === null)("a real Codex that is broken off", () => {
  it("while its model says nothing", async () => {
    const rig = await openRig(({ said }) => (said === "go" ? [{ hang: true }] : [{ text: "on we go" }]));
    const session = await rig.session();
    const turn = session.turn("go");
    await rig.until(() => rig.model.asked.length > 0);
    await session.interrupt();
    expect((await turn).failure?.kind).toBe("turn_cancelled");
    expect((await session.turn("go on")).finalMessage).toBe("on we go");
  });

  it.each(["danger-full-access", "workspace-write"])("while a command runs, which ends (%s)", async (sandbox) => {
    const rig = await openRig(({ outcomes }) =>
      outcomes.length === 0 ? [shell("sleep 300", { yield_time_ms: 30_000 })] : [{ text: "?" }],
    );
    const session = await rig.session({ options: { thread_sandbox: sandbox } });
    const turn = session.turn("go");
    await rig.until(() => rig.events.some(({ type }) => type === "command"));
    await session.interrupt();
    expect((await turn).failure?.kind).toBe("turn_cancelled");
    const states = rig.events.flatMap((event) => (event.type === "command" ? [event.state] : []));
    expect(states).toEqual(["started", "finished"]);
    await session.stop();
    expect(await rig.survivors()).toBe(0);
  });

  it("before its turn has begun", async () => {
    const rig = await openRig(() => [{ hang: true }]);
    const session = await rig.session();
    const turn = session.turn("go");
    await session.interrupt();
    expect((await turn).failure?.kind).toBe("turn_cancelled");
  });

  it("is silent for too long, and takes the next prompt for a new one", async () => {
    const rig = await openRig(({ said }) => (said === "go" ? [{ hang: true }] : [{ text: "here" }]));
    const session = await rig.session({
      request: { limits: { startupMs: 40_000, responseMs: 20_000, turnSilenceMs: 1_500 } },
    });
    expect((await session.turn("go")).failure?.kind).toBe("turn_timeout");
    expect((await session.turn("go on")).finalMessage).toBe("here");
  });

  it("leaves nothing of a command that moved into a session of its own", async () => {
    const rig = await openRig(({ outcomes }) =>
      outcomes.length === 0
        ? [
            shell("(setsid nohup sh -c 'sleep 300; sleep 300' >/dev/null 2>&1 &) ; sleep 300", {
              yield_time_ms: 30_000,
            }),
          ]
        : [{ text: "?" }],
    );
    const session = await rig.session({ options: { thread_sandbox: "danger-full-access" } });
    const turn = session.turn("go");
    await rig.until(() => rig.events.some(({ type }) => type === "command"));
    await rig.until(async () => (await rig.processes()) >= 4);
    await session.stop({ graceMs: 1_000 });
    expect((await turn).failure?.kind).toBe("turn_cancelled");
    expect(await rig.processes()).toBe(0);
  });

  it("whose run is called off while it starts", async () => {
    const rig = await openRig(() => [{ text: "hello" }]);
    const start = rig.start();
    rig.abort();
    expect(await start).toMatchObject({ ok: false, failure: { kind: "turn_cancelled" } });
    expect(await rig.survivors()).toBe(0);
  });
});
