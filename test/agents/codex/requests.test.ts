import { describe, expect, it } from "vitest";
import { answerRequest } from "../../../src/agents/codex/requests.ts";
import type { JsonObject } from "../../../src/base/json.ts";
import type { AgentEvent, PermissionAnswer, PermissionRequest } from "../../../src/contracts/agent-provider.ts";
import type { ToolResult } from "../../../src/contracts/tool.ts";
import { VirtualClock } from "../../../dev/sim/virtual-clock.ts";

/** Asks as Codex does. `decision`: what policy says; `null`: there is none. */
async function ask(
  method: string,
  params: JsonObject,
  decision: PermissionAnswer["decision"] | null = "refuse",
  tool?: ToolResult,
) {
  const asked: PermissionRequest[] = [];
  const events: AgentEvent[] = [];
  const decide = async (request: PermissionRequest): Promise<PermissionAnswer> => {
    asked.push(request);
    return { decision: decision ?? "refuse", reason: "because" };
  };
  const answer = await answerRequest(method, params, {
    clock: new VirtualClock(),
    callTool: async () => tool ?? { ok: true, code: "ok", text: "yes" },
    onEvent: (event) => events.push(event),
    ...(decision === null ? {} : { decide }),
  });
  return { answer, asked, events };
}

describe("a request of Codex for leave", () => {
  const COMMAND = "item/commandExecution/requestApproval";
  const FILES = "item/fileChange/requestApproval";

  it.each([
    [COMMAND, { command: "rm -r x", reason: "to clean" }, "command", "rm -r x"],
    [COMMAND, { networkApprovalContext: { host: "a.b", protocol: "https" } }, "network", "a.b"],
    [FILES, { reason: null, grantRoot: "/etc" }, "file_change", "/etc"],
  ] as const)("%s %j is judged by policy", async (method, params, kind, summary) => {
    const allowed = await ask(method, params, "allow");
    expect(allowed).toMatchObject({ answer: { decision: "accept" }, asked: [{ kind, summary, details: params }] });
    expect((await ask(method, params)).answer).toEqual({ decision: "decline" });
    expect((await ask(method, params, null)).answer).toEqual({ decision: "decline" });
    expect(allowed.events).toEqual([{ type: "alive", what: `asked for leave (${kind}: ${summary}): allow, because` }]);
  });

  it("for more rights gets them for the turn, or none", async () => {
    const params = { permissions: { network: { enabled: true }, fileSystem: null }, reason: "x" };
    const method = "item/permissions/requestApproval";
    expect((await ask(method, params, "allow")).answer).toEqual({
      permissions: { network: { enabled: true } },
      scope: "turn",
    });
    expect((await ask(method, params)).answer).toEqual({ permissions: {}, scope: "turn" });
  });

  it("is answered in the older form as well", async () => {
    const refused = { decision: { denied: { rejection: "because" } } };
    const command = await ask("execCommandApproval", { command: ["rm", "x"], cwd: "/" });
    expect(command).toMatchObject({ answer: refused, asked: [{ kind: "command", summary: "rm x" }] });
    expect((await ask("applyPatchApproval", {}, "allow")).answer).toEqual({ decision: "approved" });
  });
});

describe("another request of Codex", () => {
  it("for a tool is answered, and a refusal is an answer", async () => {
    const call = { callId: "c", tool: "note", arguments: { text: "x" } };
    expect((await ask("item/tool/call", call)).answer).toEqual({
      contentItems: [{ type: "inputText", text: "yes" }],
      success: true,
    });
    const failed = { ok: false, code: "unknown_tool", text: "no" };
    expect((await ask("item/tool/call", call, "refuse", failed)).answer).toEqual({
      contentItems: [{ type: "inputText", text: "unknown_tool: no" }],
      success: false,
    });
  });

  it("with a question is answered in words, whatever policy says", async () => {
    const params = {
      questions: [
        { id: "a", question: "Which?" },
        { id: "b", question: "When?" },
      ],
    };
    const { answer, asked } = await ask("item/tool/requestUserInput", params, "allow");
    expect(answer).toEqual({ answers: { a: { answers: ["because"] }, b: { answers: ["because"] } } });
    expect(asked).toMatchObject([{ kind: "question", summary: "Which? When?" }]);
  });

  it("of a tool server is allowed for our own tools, judged for others, and never filled in", async () => {
    const method = "mcpServer/elicitation/request";
    const accept = { action: "accept", content: null, _meta: null };
    const decline = { ...accept, action: "decline" };
    const call = { mode: "form", message: "Allow?", _meta: { codex_approval_kind: "mcp_tool_call" } };
    const ours = await ask(method, { ...call, serverName: "maestro" });
    expect([ours.answer, ours.asked]).toEqual([accept, []]);
    const theirs = await ask(method, { ...call, serverName: "theirs" }, "allow");
    expect(theirs).toMatchObject({ answer: accept, asked: [{ kind: "tool", summary: "theirs: Allow?" }] });
    expect((await ask(method, { ...call, serverName: "theirs" })).answer).toEqual(decline);
    const form = await ask(method, { mode: "form", message: "Name?", serverName: "maestro", _meta: null }, "allow");
    expect(form).toMatchObject({ answer: decline, asked: [{ kind: "question" }] });
  });

  it("for the time is answered in whole seconds", async () => {
    expect((await ask("currentTime/read", { threadId: "t" })).answer).toEqual({ currentTimeAt: expect.any(Number) });
  });

  it.each(["account/chatgptAuthTokens/refresh", "attestation/generate", "something/new"])(
    "%s is refused at once",
    async (method) => {
      await expect(ask(method, {}, "allow")).rejects.toMatchObject({ name: "RpcRefusal", code: -32_601 });
    },
  );

  it.each(["item/tool/call", "item/tool/requestUserInput", "mcpServer/elicitation/request"])(
    "%s that is not understood is refused",
    async (method) => {
      await expect(ask(method, { odd: true })).rejects.toMatchObject({ code: -32_602 });
    },
  );
});
