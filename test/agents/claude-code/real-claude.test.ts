import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import type { ModelRequest, ModelStep } from "../../../dev/fakes/models/script.ts";
import { claudeCodeAgent } from "../../../src/agents/claude-code/index.ts";
import { Bench, type BenchOptions, realAgent } from "../bench.ts";

const program = realAgent("claude");

let bench: Bench | null = null;
afterEach(async () => {
  await bench?.close();
  bench = null;
});

/** A bench whose model does `main` when it is asked for the run itself, and something short for everything else. */
async function open(main: (request: ModelRequest) => readonly ModelStep[]): Promise<Bench> {
  bench = await Bench.open((request) => (request.tools.includes("Bash") ? main(request) : [{ text: "A title" }]));
  return bench;
}

function start(on: Bench, more: BenchOptions = {}, options: Record<string, string> = {}) {
  const env = { ANTHROPIC_BASE_URL: on.model.url, ANTHROPIC_API_KEY: "fake-key", ...more.env };
  return on.session(
    claudeCodeAgent,
    { command: [program ?? ""], model: "claude-sonnet-4-5", ...options },
    { ...more, env },
  );
}

const shell = (command: string) => [{ tool: "Bash", args: { command, description: "does it" } }] as const;

describe.skipIf(program === null)("Claude Code, the real one", () => {
  it("calls a tool, runs a command, edits a file, and tells what it used", async () => {
    const on = await open(({ outcomes }) => {
      if (outcomes.length === 0) return [{ tool: "mcp__maestro__note", args: { text: "hi" } }];
      if (outcomes.length === 1) return shell("echo hello > hello.txt");
      return [{ text: "All done." }, { usage: { input: 300, cacheRead: 50, cacheWrite: 5, output: 30 } }];
    });
    const session = await start(on);
    expect(session.version).toBe("2.1.329");
    const result = await session.turn("Do it.");
    expect(result, on.stderr()).toEqual({ status: "completed", failure: null, finalMessage: "All done." });
    expect(on.calls).toMatchObject([{ name: "note", arguments: { text: "hi" } }]);
    expect(on.asked).toMatchObject([{ kind: "command", summary: "echo hello > hello.txt" }]);
    expect(await readFile(join(on.workspace, "hello.txt"), "utf8")).toBe("hello\n");
    expect(on.of("model_call")).toHaveLength(3);
    const used = on.of("usage").reduce((sum, { usage }) => sum + usage.totalTokens, 0);
    expect(used).toBe(120 + 120 + 385);
    await session.stop();
    expect(await on.survivors()).toBe(0);
    expect(await on.files()).toEqual(["hello.txt"]);
  });

  it.each(["/cost", "/compact", " /clear", "!ls", "#note"])(
    "takes %j for a prompt, and for no command of its own",
    async (prompt) => {
      const on = await open(() => [{ text: "I see." }]);
      const session = await start(on);
      expect(await session.turn(prompt)).toMatchObject({ status: "completed", finalMessage: "I see." });
      expect(on.model.asked.at(-1)?.said).toContain(prompt.trim());
    },
  );

  it("is told no, and goes on", async () => {
    const on = await open(({ outcomes }) => (outcomes.length === 0 ? shell("touch no.txt") : [{ text: "Then not." }]));
    const session = await start(on, { allow: false });
    expect(await session.turn("Do it.")).toMatchObject({ status: "completed", finalMessage: "Then not." });
    expect(await on.files()).toEqual([]);
    expect(on.model.asked.at(-1)?.outcomes[0]?.text).toContain("as the test says");
  });

  it("is interrupted while its model hangs, and goes on in the same session", async () => {
    const on = await open(({ said }) => (said.endsWith("now?") ? [{ text: "Here." }] : [{ hang: true }]));
    const session = await start(on);
    const turn = session.turn("Hang around.");
    await on.until(() => on.model.asked.length > 0);
    await session.interrupt();
    expect(await turn).toMatchObject({ failure: { kind: "turn_cancelled" } });
    expect(await session.turn("And now?")).toMatchObject({ status: "completed", finalMessage: "Here." });
  });

  it("is interrupted while a command runs, and leaves nothing of it", async () => {
    const on = await open(() => shell("setsid sleep 300 & (sleep 300; true)"));
    const session = await start(on);
    const turn = session.turn("Wait.");
    await on.until(() => on.asked.length > 0);
    await session.stop({ graceMs: 500 });
    expect(await turn).toMatchObject({ failure: { kind: "turn_cancelled" } });
    expect(await on.survivors()).toBe(0);
  });

  it("is resumed after it was killed; a session that is gone, or that somebody has, is not", async () => {
    const on = await open(({ everything }) => [{ text: everything.includes("secret word") ? "Heron." : "What?" }]);
    const first = await start(on);
    await first.turn("The secret word is heron.");
    await expect(start(on, { resume: first.id })).rejects.toThrow(/living process has the session/);
    await on.kill();
    on.events.length = 0;
    const again = await start(on, { resume: first.id });
    expect([again.resumed, again.id]).toEqual([true, first.id]);
    expect(await again.turn("What is it?")).toMatchObject({ finalMessage: "Heron." });
    expect(on.of("usage").reduce((sum, { usage }) => sum + usage.totalTokens, 0)).toBe(120);
    const lost = await start(on, { resume: "00000000-0000-4000-8000-000000000000" });
    expect(lost.resumed).toBe(false);
  });

  it.each([
    ["unauthorized", "auth"],
    ["rate_limited", "capacity"],
    ["overloaded", "capacity"],
    ["server_error", "turn_failed"],
    ["context_overflow", "context_overflow"],
  ] as const)("tells a model that answers %s as %s, although it calls that a success", async (fail, kind) => {
    const on = await open(() => [{ fail }]);
    const session = await start(on, { env: { CLAUDE_CODE_MAX_RETRIES: "1" } });
    expect(await session.turn("Go.")).toMatchObject({ status: "failed", failure: { kind } });
  });

  it("tells a stream that breaks off as a failed turn", async () => {
    const on = await open(() => [{ text: "Half a" }, { drop: true }]);
    const session = await start(on, { env: { CLAUDE_CODE_MAX_RETRIES: "1" } });
    expect(await session.turn("Go.")).toMatchObject({ status: "failed", failure: { kind: "turn_failed" } });
  });

  it("does not go on without its tools", async () => {
    const on = await open(() => [{ text: "Never mind." }]);
    const session = await start(on, { deadTools: true });
    expect(await session.turn("Go.")).toMatchObject({ status: "failed", failure: { kind: "protocol" } });
  });

  it("gives its commands no secret of the run", async () => {
    const on = await open(({ outcomes }) =>
      outcomes.length === 0 ? shell("env; cat /proc/$PPID/cmdline") : [{ text: "Seen." }],
    );
    const session = await start(on);
    await session.turn("Look.");
    const seen = on.model.asked.flatMap(({ outcomes }) => outcomes.map(({ text }) => text)).join("\n");
    expect(seen).toContain("MAESTRO_PROCESS_MARKER");
    expect(on.secrets.redact(seen)).toBe(seen);
  });
});
