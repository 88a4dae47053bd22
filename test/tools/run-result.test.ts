import { describe, expect, it } from "vitest";
import { VirtualClock } from "../../dev/sim/virtual-clock.ts";
import { memoryLog } from "../../src/base/log.ts";
import { SecretRegistry } from "../../src/base/redact.ts";
import type { ToolContext } from "../../src/contracts/tool.ts";
import type { Event } from "../../src/model/events/index.ts";
import { createToolbox, judgeSignals } from "../../src/tools/index.ts";
import { anIssue } from "../runs/samples.ts";

const NAMES = ["run_handoff", "run_repair_done", "run_result", "run_attention", "run_finalize"];
const TRIAGE = { type: "bug", priority: 2, risk: "low", owner: null, rationale: "It crashes." };

function setUp(changes: Partial<ToolContext> = {}) {
  const events: Event[] = [];
  const context: ToolContext = {
    issue: anIssue(),
    profile: "triage",
    completionRoutes: ["routed", "rejected"],
    resultKind: "triage",
    deliversChange: false,
    laneId: "lane",
    run: 1,
    fence: 1,
    observe: async (event) => {
      events.push(event);
    },
    signal: new AbortController().signal,
    ...changes,
  };
  const toolbox = createToolbox({ secrets: new SecretRegistry(), clock: new VirtualClock(), log: memoryLog() });
  const call = (name: string, args: unknown) => toolbox.call({ id: "1", name, arguments: args }, NAMES, context);
  const said = () => judgeSignals(events.flatMap((event) => (event.type === "signal_recorded" ? [event.data] : [])));
  return { toolbox, context, call, said };
}

describe("run_result", () => {
  it("is described in the form of the profile's kind, with the routes that it may name", () => {
    const { toolbox, context } = setUp();
    const [tool] = toolbox.descriptors(["run_result"], context);
    expect(tool?.inputSchema).toMatchObject({
      required: ["route", "summary", "result"],
      properties: {
        route: { enum: ["routed", "rejected"] },
        result: { required: ["type", "priority", "risk", "owner", "rationale"], additionalProperties: false },
      },
    });
  });

  it("refuses a wrong form with every place, then a wrong route, and takes the right answer", async () => {
    const { call, said } = setUp();
    const { rationale: _, ...short } = TRIAGE;
    const wrong = await call("run_result", {
      route: "routed",
      summary: "x",
      result: { ...short, risk: "huge", colour: 1 },
    });
    expect(wrong).toMatchObject({ ok: false, code: "invalid_arguments" });
    expect(wrong.text).toContain('result: "rationale" is missing');
    expect(wrong.text).toContain('result: unknown key "colour"');
    expect(wrong.text).toContain("result.risk: must be one of low,medium,high");
    const elsewhere = await call("run_result", { route: "classifying", summary: "x", result: TRIAGE });
    expect(elsewhere).toMatchObject({ ok: false, code: "refused", text: expect.stringContaining("routed, rejected") });
    expect(said()).toEqual({ kind: "none" });
    expect((await call("run_result", { route: "routed", summary: "x", result: TRIAGE })).ok).toBe(true);
    expect((await call("run_finalize", { path: "result" })).ok).toBe(true);
    expect(said()).toEqual({
      kind: "result",
      route: "routed",
      summary: "x",
      result: { kind: "triage", data: TRIAGE },
    });
  });

  it("keeps the options of the profile", async () => {
    const { call } = setUp({ profileOptions: { routing_taxonomy: ["task"] } });
    const refused = await call("run_result", { route: "routed", summary: "x", result: TRIAGE });
    expect(refused).toMatchObject({ ok: false, code: "refused", text: expect.stringContaining("the types are: task") });
  });

  it("is refused where the profile asks for none", async () => {
    const { toolbox, context } = setUp();
    const { resultKind: _, ...coding } = context;
    const made = { id: "1", name: "run_result", arguments: { route: "routed", summary: "x", result: TRIAGE } };
    expect(await toolbox.call(made, NAMES, coding)).toMatchObject({ ok: false, code: "refused" });
  });

  it("counts only with the same path, and not beside another signal", async () => {
    const other = setUp();
    await other.call("run_result", { route: "routed", summary: "x", result: TRIAGE });
    await other.call("run_finalize", { path: "hand_off" });
    expect(other.said()).toMatchObject({ kind: "invalid", reason: { code: "path_mismatch" } });
    const mixed = setUp();
    await mixed.call("run_result", { route: "routed", summary: "x", result: TRIAGE });
    await mixed.call("run_attention", { summary: "Help." });
    await mixed.call("run_finalize", { path: "attention" });
    expect(mixed.said()).toMatchObject({ kind: "invalid", reason: { code: "mixed_signals" } });
    const unsaid = setUp();
    await unsaid.call("run_result", { route: "routed", summary: "x", result: TRIAGE });
    expect(unsaid.said()).toMatchObject({ kind: "invalid", reason: { code: "missing_finalize" } });
  });
});

describe("run_repair_done", () => {
  it("ends a repair, and nothing else", async () => {
    const repair = setUp({ purpose: "repair" });
    expect((await repair.call("run_repair_done", { summary: "Mended." })).ok).toBe(true);
    await repair.call("run_finalize", { path: "repair_done" });
    expect(repair.said()).toEqual({ kind: "repair_done", summary: "Mended.", noChange: null });
    const first = setUp({ purpose: "first" });
    expect(await first.call("run_repair_done", { summary: "Mended." })).toMatchObject({ ok: false, code: "refused" });
    expect(first.said()).toEqual({ kind: "none" });
  });
});
