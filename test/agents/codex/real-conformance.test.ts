import { afterEach, describe, it } from "vitest";
import type { ModelScript } from "../../../dev/fakes/models/script.ts";
import {
  AGENT_PROVIDER_CASES,
  type AgentBehaviour,
  type AgentHarness,
} from "../../../src/contracts/conformance/agent-provider.ts";
import { closeRigs, CODEX, NOTE, note, openRig, type RigStart, shell } from "./rig.ts";

afterEach(closeRigs);

const HELLO: ModelScript = () => [{ text: "hello" }];
const QUESTION = {
  ...{ id: "q", header: "Which", question: "which one?" },
  options: ["A", "B"].map((label) => ({ label, description: label })),
};
const QUOTA = { "x-codex-primary-used-percent": "100", "x-codex-primary-reset-at": "1900000000" };
const FREE: RigStart = { options: { thread_sandbox: "danger-full-access" } };

/** What the scripted model does so that Codex behaves like this, and how Codex is started for it. */
const BEHAVIOURS: Readonly<Record<AgentBehaviour, { readonly script: ModelScript; readonly start?: RigStart }>> = {
  answers: { script: HELLO },
  reports: { script: () => [{ thinking: "Let me see." }, { text: "done" }, { usage: { input: 10, output: 5 } }] },
  calls_tools: {
    script: ({ outcomes }) =>
      [[note("x")], [{ tool: "no_such", namespace: "mcp__maestro", args: {} }]][outcomes.length] ?? [{ text: "done" }],
    // Codex itself refuses what nobody offers; this one was offered, and is gone.
    start: { tools: "served", also: { ...NOTE, name: "no_such" } },
  },
  asks: {
    script: ({ outcomes }) =>
      outcomes.length === 0 ? [{ tool: "request_user_input", args: { questions: [QUESTION] } }] : [{ text: "done" }],
    start: { options: { config: { "features.default_mode_request_user_input": true } } },
  },
  fails: { script: () => [{ fail: "bad_request" }] },
  out_of_quota: { script: () => [{ fail: "usage_limit", headers: QUOTA }] },
  exits: {
    script: () => [shell("kill -9 $PPID")],
    start: { ...FREE, command: `'${CODEX}' app-server; exit 3` },
  },
  is_silent: { script: () => [{ hang: true }] },
  is_mute: { script: () => [{ hang: true }] },
  goes_on: { script: ({ outcomes }) => [shell(`sleep 0.3; echo ${outcomes.length}`)] },
  hangs: {
    script: () => [{ hang: true }],
    start: { command: `trap '' TERM INT; setsid sh -c "trap '' TERM; sleep 300" & '${CODEX}' app-server; sleep 300` },
  },
  waits: {
    script: ({ outcomes }) =>
      outcomes.length === 0 ? [shell("sleep 60", { yield_time_ms: 30_000 })] : [{ hang: true }],
  },
  floods: {
    script: () => [...Array.from({ length: 10_000 }, (_, at) => ({ thinking: `event ${at + 1}` })), { text: "." }],
  },
  chatters: {
    script: HELLO,
    start: { command: `echo 'Compiling 3 files …'; echo oops >&2; exec '${CODEX}' app-server` },
  },
  is_never_ready: { script: HELLO, start: { command: ["sh", "-c", "sleep 300"] } },
  is_missing: { script: HELLO, start: { command: ["/no/such/agent"] } },
};

const harness: AgentHarness = {
  start: async (behaviour) => {
    const { script, start = {} } = BEHAVIOURS[behaviour];
    const rig = await openRig(script);
    rig.answer = async ({ name }) =>
      name === "no_such" ? { ok: false, code: "unknown_tool", text: "" } : { ok: true, code: "ok", text: "" };
    rig.decide = async () => ({ decision: "refuse", reason: "Nobody is there." });
    const limits = {
      startupMs: behaviour === "is_never_ready" ? 500 : 40_000,
      responseMs: 20_000,
      turnSilenceMs: behaviour === "is_silent" ? 1_500 : 60_000,
      ...(behaviour === "is_mute" ? { firstOutputMs: 1_500 } : {}),
      ...(behaviour === "goes_on" ? { turnTotalMs: 6_000 } : {}),
    };
    const started = await rig.start({ ...start, request: { limits } });
    const { events, calls, asked } = rig;
    return { start: started, events, calls, asked, abort: () => rig.abort(), survivors: () => rig.survivors() };
  },
};

describe.skipIf(CODEX === null)("agent provider codex, with the real program", () => {
  // Codex keeps each of the ten thousand events on disk.
  it.each(AGENT_PROVIDER_CASES)("$name", { timeout: 300_000 }, ({ run }) => run(harness));
});
