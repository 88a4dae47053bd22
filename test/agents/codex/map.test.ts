import { describe, expect, it } from "vitest";
import { inCamelCase, toEvents, toFailure, toSignOfLife, versionIn } from "../../../src/agents/codex/map.ts";
import type { AgentFailureKind } from "../../../src/contracts/agent-provider.ts";

describe("an error of Codex", () => {
  it.each<[unknown, AgentFailureKind]>([
    ["usageLimitExceeded", "capacity"],
    ["rateLimitExceeded", "capacity"],
    ["serverOverloaded", "capacity"],
    ["flexUnavailable", "capacity"],
    ["policyCapacityUnavailable", "capacity"],
    [{ responseTooManyFailedAttempts: { httpStatusCode: 429 } }, "capacity"],
    [{ responseStreamDisconnected: { httpStatusCode: 503 } }, "capacity"],
    [{ httpConnectionFailed: { httpStatusCode: 401 } }, "auth"],
    [{ responseStreamConnectionFailed: { httpStatusCode: 403 } }, "auth"],
    ["unauthorized", "auth"],
    ["contextWindowExceeded", "context_overflow"],
    ["sessionBudgetExceeded", "turn_failed"],
    ["internalServerError", "turn_failed"],
    [{ httpConnectionFailed: { httpStatusCode: null } }, "turn_failed"],
    ["other", "turn_failed"],
    ["neverHeardOf", "turn_failed"],
    [{ neverHeardOf: { anything: true } }, "turn_failed"],
    [{}, "turn_failed"],
    ["toString", "turn_failed"],
    [null, "turn_failed"],
    [undefined, "turn_failed"],
  ])("%j is %s", (codexErrorInfo, kind) => {
    const error = {
      message: "words",
      ...(codexErrorInfo === undefined ? {} : { codexErrorInfo: JSON.parse(JSON.stringify(codexErrorInfo)) }),
    };
    expect(toFailure(error, 5)).toEqual({ kind, sentence: "words", resetAt: kind === "capacity" ? 5 : null });
  });

  it("keeps all words, and has some", () => {
    const error = { message: "It broke", codexErrorInfo: "other", additionalDetails: "twice" };
    expect(toFailure(error, null).sentence).toBe("It broke (twice)");
    expect(toFailure({ message: "" }, null).sentence).toBe("Codex says that its turn failed.");
    expect(toFailure({ message: "Missing environment variable: `K`." }, null).kind).toBe("auth");
  });
});

describe("an item of Codex", () => {
  const at = "/work";

  it("is a command with its end", () => {
    const item = { type: "commandExecution" as const, id: "c", command: "make", exitCode: null };
    const command = { type: "command", id: "c", command: "make" };
    expect(toEvents(item, "started", at)).toEqual([{ ...command, state: "started", exitCode: null }]);
    expect(toEvents({ ...item, exitCode: 2 }, "completed", at)).toEqual([
      { ...command, state: "finished", exitCode: 2 },
    ]);
  });

  it("is the files that it changed, below the workspace where they are", () => {
    const changes = [
      { path: "/work/a.ts", kind: { type: "add" } },
      { path: "/work/b.ts", kind: { type: "update", move_path: null } },
      { path: "/work/c.ts", kind: { type: "update", move_path: "/work/d.ts" } },
      { path: "/workshop/e.ts", kind: { type: "delete" } },
    ];
    const item = { type: "fileChange" as const, id: "f", status: "completed", changes };
    expect(toEvents(item, "completed", at)).toEqual([
      { type: "file_change", path: "a.ts", change: "added" },
      { type: "file_change", path: "b.ts", change: "changed" },
      { type: "file_change", path: "c.ts", change: "removed" },
      { type: "file_change", path: "d.ts", change: "added" },
      { type: "file_change", path: "/workshop/e.ts", change: "removed" },
    ]);
    expect(toEvents(item, "started", at)).toEqual([]);
    expect(toEvents({ ...item, status: "declined" }, "completed", at)).toEqual([]);
  });

  it("is a tool, with a fingerprint of name and arguments", () => {
    const call = {
      type: "mcpToolCall" as const,
      id: "t",
      server: "maestro",
      tool: "note",
      status: "completed",
      arguments: { b: 1, a: 2 },
    };
    const [ours] = toEvents(call, "completed", at);
    const [again] = toEvents({ ...call, id: "u", arguments: { a: 2, b: 1 } }, "started", at);
    const [other] = toEvents({ ...call, arguments: { a: 3 } }, "started", at);
    expect(ours).toMatchObject({ type: "tool", name: "note", state: "finished", ok: true });
    expect(again).toMatchObject({ state: "started", ok: null });
    const prints = [ours, again, other].map((event) => (event?.type === "tool" ? event.fingerprint : null));
    expect(prints[0]).toBe(prints[1]);
    expect(prints[0]).not.toBe(prints[2]);
    expect(toEvents({ ...call, server: "theirs", status: "failed" }, "completed", at)).toMatchObject([
      { name: "theirs/note", ok: false },
    ]);
    const dynamic = { type: "dynamicToolCall" as const, id: "d", tool: "note", status: "completed", success: false };
    expect(toEvents(dynamic, "completed", at)).toMatchObject([{ name: "note", ok: false }]);
    expect(toEvents({ type: "webSearch", id: "w", query: "x" }, "completed", at)).toMatchObject([
      { name: "web_search", ok: true },
    ]);
  });

  it("is words, and silence where there are none", () => {
    expect(toEvents({ type: "agentMessage", id: "m", text: "hi" }, "completed", at)).toEqual([
      { type: "message", text: "hi" },
    ]);
    expect(toEvents({ type: "agentMessage", id: "m", text: "" }, "completed", at)).toEqual([]);
    expect(toEvents({ type: "agentMessage", id: "m", text: "hi" }, "started", at)).toEqual([]);
    expect(toEvents({ type: "reasoning", id: "r", summary: ["a", "b"] }, "completed", at)).toEqual([
      { type: "activity", summary: "a\nb" },
    ]);
    expect(toEvents({ type: "reasoning", id: "r" }, "completed", at)).toEqual([]);
    expect(toEvents({ type: "plan", id: "p", text: "1." }, "completed", at)).toEqual([
      { type: "activity", summary: "1." },
    ]);
    expect(toEvents({ type: "userMessage", id: "u" }, "completed", at)).toEqual([]);
    expect(toEvents({ type: "contextCompaction", id: "k" }, "completed", at)).toHaveLength(1);
  });
});

it("names with underscores are read as well (S-238, G-9)", () => {
  expect(inCamelCase({ rate_limits: { primary: { used_percent: 5 } }, list: [{ a_b: 1 }], threadId: "T_t" })).toEqual({
    rateLimits: { primary: { usedPercent: 5 } },
    list: [{ aB: 1 }],
    threadId: "T_t",
  });
});

it("a sign of life is told with its words", () => {
  expect(toSignOfLife("warning", { message: "take care" })).toEqual({ type: "alive", what: "warning: take care" });
  expect(toSignOfLife("turn/diff/updated", { diff: "…" })).toEqual({ type: "alive", what: "turn/diff/updated" });
});

it("the version stands in the user agent", () => {
  expect(versionIn("maestro/0.169.0 (Debian 12.0.0; x86_64) dumb (maestro; 1)")).toBe("0.169.0");
  expect(versionIn("nothing")).toBeNull();
});
