import { describe, expect, it } from "vitest";
import { ToolCalls, type ToolCallPart } from "../../../src/agents/acp/tool-calls.ts";

/** What is told of these parts. */
function told(...parts: readonly ToolCallPart[]) {
  const calls = new ToolCalls();
  return parts.flatMap((part) => calls.take(part, false));
}

/** The parts by which opencode tells of a command: its name first, its arguments only when it begins. */
const command = (id: string, line: string): ToolCallPart[] => [
  { toolCallId: id, title: "bash", kind: "execute", status: "pending", rawInput: {} },
  { toolCallId: id, status: "in_progress", rawInput: { command: line } },
  { toolCallId: id, status: "in_progress", rawInput: { command: line }, title: line },
  { toolCallId: id, status: "completed", rawOutput: { metadata: { exit: 0 } } },
];

describe("the tool calls of an ACP agent", () => {
  it("are told with their arguments, which may come later than their names", () => {
    const events = told(...command("1", "make"));
    expect(events).toMatchObject([
      { type: "alive" },
      { type: "activity", summary: "bash" },
      { type: "tool", id: "1", name: "bash", state: "started" },
      { type: "command", id: "1", command: "make", state: "started" },
      { type: "tool", id: "1", state: "finished", ok: true },
      { type: "command", id: "1", command: "make", state: "finished", exitCode: 0 },
    ]);
  });

  it("are no circle when the same tool does something else", () => {
    const prints = (...lines: string[]) => {
      const events = told(...lines.flatMap((line, at) => command(String(at), line)));
      return new Set(
        events.flatMap((event) => (event.type === "tool" && event.state === "started" ? [event.fingerprint] : [])),
      ).size;
    };
    expect(prints("echo 1", "echo 2", "echo 3")).toBe(3);
    expect(prints("echo 1", "echo 1", "echo 1")).toBe(1);
  });

  it("are told at once when an agent asks for leave, and when it tells of them only at the end", () => {
    const calls = new ToolCalls();
    expect(calls.take({ toolCallId: "1", title: "fetch", status: "pending" }, true)).toMatchObject([
      { type: "activity" },
      { type: "tool", state: "started" },
    ]);
    expect(calls.take({ toolCallId: "1", status: "completed" }, false)).toMatchObject([
      { type: "tool", name: "fetch", state: "finished" },
      { type: "command", state: "finished" },
    ]);
    expect(told({ toolCallId: "2", title: "read", status: "completed" }).map(({ type }) => type)).toEqual([
      ...["activity", "tool", "tool", "command"],
    ]);
  });
});
