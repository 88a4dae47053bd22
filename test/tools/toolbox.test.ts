import { describe, expect, it } from "vitest";
import { VirtualClock } from "../../dev/sim/virtual-clock.ts";
import { MaestroError } from "../../src/base/errors.ts";
import { memoryLog } from "../../src/base/log.ts";
import { SecretRegistry } from "../../src/base/redact.ts";
import type { Tool, ToolContext } from "../../src/contracts/tool.ts";
import type { Event } from "../../src/model/events/index.ts";
import { createToolbox } from "../../src/tools/index.ts";
import * as schemas from "../../src/tools/schema.ts";
import { anIssue } from "../runs/samples.ts";

const NAMES = ["run_handoff", "run_attention", "run_finalize"];

function setUp(options: { tools?: Tool[]; refuse?: boolean } = {}) {
  const clock = new VirtualClock();
  const secrets = new SecretRegistry();
  const log = memoryLog();
  const events: Event[] = [];
  const controller = new AbortController();
  const context: ToolContext = {
    issue: anIssue(),
    profile: "coding_pr_delivery",
    completionRoutes: ["review", "planning"],
    deliversChange: true,
    laneId: "lane",
    run: 1,
    fence: 1,
    observe: async (event) => {
      if (options.refuse) throw new MaestroError({ code: "stale_fence", message: "A newer fence exists." });
      events.push(event);
    },
    signal: controller.signal,
  };
  const toolbox = createToolbox({ secrets, clock, log, ...(options.tools ? { tools: options.tools } : {}) });
  const call = (name: string, args: unknown, names: readonly string[] = NAMES) =>
    toolbox.call({ id: "1", name, arguments: args }, names, context);
  return { clock, secrets, log, events, controller, toolbox, call };
}

function tool(name: string, call: Tool["call"]): Tool {
  return { name, description: "", inputSchema: { type: "object" }, mutates: false, call };
}

describe("toolbox", () => {
  it("describes the tools of a run with the schemas that their validators check", () => {
    const { toolbox } = setUp();
    const byName = new Map(toolbox.descriptors(NAMES).map((one) => [one.name, one.inputSchema]));
    const plain = (schema: unknown) => JSON.parse(JSON.stringify(schema));
    expect(byName.get("run_handoff")).toEqual(plain(schemas.HandoffArguments));
    expect(byName.get("run_attention")).toEqual(plain(schemas.AttentionArguments));
    expect(byName.get("run_finalize")).toEqual(plain(schemas.FinalizeArguments));
  });

  it("refuses to describe a tool that is not built, naming the known ones", () => {
    const { toolbox } = setUp();
    expect(() => toolbox.descriptors(["no_such_tool"])).toThrowError(
      expect.objectContaining({ code: "unsupported_tool", message: expect.stringContaining("run_handoff") }),
    );
  });

  it("answers an unknown tool, or one that this run was not given, with the ones that it has", async () => {
    const { call, events } = setUp();
    expect(await call("no_such", {})).toMatchObject({ ok: false, code: "unknown_tool" });
    const withheld = await call("run_attention", { summary: "x" }, ["run_handoff"]);
    expect(withheld).toMatchObject({ ok: false, code: "unknown_tool", text: expect.stringContaining("run_handoff") });
    expect(events.map((event) => event.type)).toEqual(["tool_called", "tool_called"]);
  });

  it.each([
    ["run_handoff", {}, '"summary" is missing'],
    ["run_handoff", { summary: "x", brnach: 1 }, 'unknown key "brnach"'],
    ["run_handoff", { summary: 5 }, "summary"],
    ["run_handoff", [], "JSON object"],
    ["run_finalize", { path: "merge" }, "path"],
  ])("tells %s what is wrong with %j", async (name, args, text) => {
    const { call, events } = setUp();
    const result = await call(name, args);
    expect(result).toMatchObject({ ok: false, code: "invalid_arguments", text: expect.stringContaining(text) });
    expect(events).toMatchObject([{ type: "tool_called", data: { tool: name, ok: false, code: "invalid_arguments" } }]);
  });

  it("records a hand-off and its confirmation", async () => {
    const { call, events } = setUp();
    expect((await call("run_handoff", { summary: "done", route: "review" })).ok).toBe(true);
    expect((await call("run_finalize", { path: "hand_off" })).ok).toBe(true);
    const signals = events.filter((event) => event.type === "signal_recorded").map(({ data }) => data);
    expect(signals).toEqual([
      {
        tool: "run_handoff",
        path: "hand_off",
        signal: { kind: "hand_off", route: "review", summary: "done", noChange: null },
      },
      { tool: "run_finalize", path: "hand_off", signal: { kind: "none" } },
    ]);
  });

  it("refuses a route that the profile does not allow, at once and without a signal", async () => {
    const { call, events } = setUp();
    const result = await call("run_handoff", { summary: "done", route: "resolved" });
    expect(result).toMatchObject({ ok: false, code: "refused", text: expect.stringContaining("review, planning") });
    expect(events.map((event) => event.type)).toEqual(["tool_called"]);
  });

  it("masks secrets and cuts long answers", async () => {
    const long = tool("long", async () => ({ ok: true, code: "ok", text: `hunter2-secret ${"é".repeat(70_000)}` }));
    const { call, secrets } = setUp({ tools: [long] });
    secrets.register("token", "hunter2-secret");
    const { text } = await call("long", {}, ["long"]);
    expect(text.startsWith("[REDACTED:token]")).toBe(true);
    expect(Buffer.byteLength(text)).toBeLessThan(64 * 1024 + 40);
    expect(text).toContain("[cut at 65536 bytes]");
  });

  it("answers for a tool that throws, and says so in the log", async () => {
    const broken = tool("broken", async () => {
      throw new Error("the disk is on fire");
    });
    const { call, log } = setUp({ tools: [broken] });
    expect(await call("broken", {}, ["broken"])).toMatchObject({ ok: false, code: "failed" });
    expect(log.entries).toMatchObject([{ level: "error", message: "a tool failed" }]);
  });

  it("gives up a tool that hangs, when its time is over or its run ends", async () => {
    const hanging = tool("hanging", () => new Promise(() => undefined));
    const { call, clock, controller } = setUp({ tools: [hanging] });
    const late = call("hanging", {}, ["hanging"]);
    await clock.advance(60_000);
    expect(await late).toMatchObject({ ok: false, code: "failed" });
    const ended = call("hanging", {}, ["hanging"]);
    controller.abort();
    expect(await ended).toMatchObject({ ok: false, code: "refused" });
    expect(clock.pendingTimers()).toBe(0);
  });

  it("refuses what a run with an old fence asks for", async () => {
    const { call } = setUp({ refuse: true });
    expect(await call("run_handoff", { summary: "done" })).toMatchObject({ ok: false, code: "refused" });
  });
});
