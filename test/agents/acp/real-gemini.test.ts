import { mkdir, readdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import type { ModelRequest, ModelStep } from "../../../dev/fakes/models/script.ts";
import { geminiAgent } from "../../../src/agents/acp/index.ts";
import { Bench, type BenchOptions } from "../bench.ts";
import { GEMINI, GEMINI_OPTIONS, geminiEnv } from "./gemini-options.ts";

let bench: Bench | null = null;
afterEach(async () => {
  await bench?.close();
  bench = null;
});

/** A bench whose model does `main` when it is asked for the run itself, and something short for everything else. */
async function open(main: (request: ModelRequest) => readonly ModelStep[]): Promise<Bench> {
  bench = await Bench.open((request) => (request.tools.length === 0 ? [{ text: "{}" }] : main(request)));
  return bench;
}

function start(on: Bench, more: BenchOptions = {}) {
  return on.session(geminiAgent, GEMINI_OPTIONS, { ...more, env: { ...geminiEnv(on.model.url), ...more.env } });
}

/** It loses a session that is loaded within the minute that it began in: its files are named by the minute. */
async function ageSession(on: Bench): Promise<void> {
  const chats = join(on.folder, "account", ".gemini", "tmp", "work", "chats");
  for (const name of await readdir(chats)) {
    await rename(join(chats, name), join(chats, name.replace(/T\d\d-\d\d-/, "T00-00-")));
  }
}

const shell = (command: string) => ({ tool: "run_shell_command", args: { command, description: "does it" } });

describe.skipIf(GEMINI === null)("Gemini CLI over ACP, the real one", () => {
  it("calls a tool, runs a command, edits a file, and tells what it used", async () => {
    const on = await open(({ outcomes }) => {
      if (outcomes.length === 0) return [{ tool: "mcp_maestro_note", args: { text: "hi" } }];
      if (outcomes.length === 1) return [shell("echo hello > hello.txt")];
      if (outcomes.length === 2) {
        return [{ tool: "write_file", args: { file_path: join(on.workspace, "more.txt"), content: "more\n" } }];
      }
      return [{ text: "All done." }, { usage: { input: 300, cacheRead: 50, output: 30 } }];
    });
    const session = await start(on);
    expect(session.version).toBe("0.61.0");
    const result = await session.turn("Do it.");
    expect(result, on.stderr()).toEqual({ status: "completed", failure: null, finalMessage: "All done." });
    expect(on.calls).toMatchObject([{ name: "note", arguments: { text: "hi" } }]);
    expect(await readFile(join(on.workspace, "hello.txt"), "utf8")).toBe("hello\n");
    expect(on.asked.map(({ kind }) => kind)).toEqual(["command", "file_change"]);
    expect(on.of("command").map(({ state }) => state)).toContain("started");
    expect(on.of("file_change").map(({ path }) => path)).toEqual([join(on.workspace, "more.txt")]);
    expect(on.of("model_call").length).toBeGreaterThanOrEqual(4);
    const used = on.of("usage").reduce((sum, { usage }) => sum + usage.totalTokens, 0);
    expect(used).toBe(3 * 120 + 380);
    await session.stop();
    expect(await on.survivors()).toBe(0);
    expect(await on.files()).toEqual(["hello.txt", "more.txt"]);
  });

  it.each(["/memory show", "$plan", " /help"])(
    "takes %j for a prompt, and for no command of its own",
    async (prompt) => {
      const on = await open(() => [{ text: "I see." }]);
      const session = await start(on);
      expect(await session.turn(prompt)).toMatchObject({ status: "completed", finalMessage: "I see." });
      expect(on.model.asked.at(-1)?.said).toContain(prompt.trim());
    },
  );

  it("is told no, and goes on", async () => {
    const on = await open(({ outcomes }) =>
      outcomes.length === 0 ? [shell("touch no.txt")] : [{ text: "Then not." }],
    );
    const session = await start(on, { allow: false });
    expect(await session.turn("Do it.")).toMatchObject({ status: "completed", finalMessage: "Then not." });
    expect(on.asked).toMatchObject([{ kind: "command", summary: "touch no.txt" }]);
    expect(await on.files()).toEqual([]);
  });

  it("is interrupted while its model hangs, and goes on in the same session", async () => {
    const on = await open(({ said }) => (said.includes("now?") ? [{ text: "Here." }] : [{ hang: true }]));
    const session = await start(on);
    const turn = session.turn("Hang around.");
    await on.until(() => on.model.asked.length > 0);
    await session.interrupt();
    expect(await turn).toMatchObject({ failure: { kind: "turn_cancelled" } });
    expect(await session.turn("And now?")).toMatchObject({ status: "completed", finalMessage: "Here." });
  });

  it("ends with everything that its commands left behind", async () => {
    const on = await open(() => [shell("setsid sleep 300 & sleep 300")]);
    const session = await start(on);
    const turn = session.turn("Wait.");
    await on.until(() => on.of("command").some(({ state }) => state === "started"));
    await session.stop({ graceMs: 500 });
    expect(await turn).toMatchObject({ failure: { kind: "turn_cancelled" } });
    expect(await on.survivors()).toBe(0);
  });

  it("is resumed after it was killed", async () => {
    const on = await open(({ everything }) => [{ text: everything.includes("secret word") ? "Heron." : "What?" }]);
    const first = await start(on);
    await first.turn("The secret word is heron.");
    await on.kill();
    await ageSession(on);
    on.events.length = 0;
    const again = await start(on, { resume: first.id });
    expect([again.resumed, again.id]).toEqual([true, first.id]);
    expect(await again.turn("What is it?")).toMatchObject({ finalMessage: "Heron." });
    expect(on.of("usage").map(({ usage }) => usage.totalTokens)).toEqual([120]);
    const lost = await start(on, { resume: "00000000-0000-4000-8000-000000000000" });
    expect(lost.resumed).toBe(false);
  });

  it.each([
    ["unauthorized", "auth"],
    ["bad_request", "turn_failed"],
    ["rate_limited", "capacity"],
    ["overloaded", "capacity"],
    ["server_error", "turn_failed"],
    ["context_overflow", "context_overflow"],
  ] as const)("tells a model that answers %s as %s", async (fail, kind) => {
    const on = await open(() => [{ fail }]);
    const session = await start(on);
    expect(await session.turn("Go.")).toMatchObject({ status: "failed", failure: { kind } });
    expect(on.model.asked.length).toBeLessThan(8);
  });

  it("is ended by its host when it tries again and again without a word", async () => {
    const on = await open(() => [{ hang: true }]);
    const session = await start(on, { turnSilenceMs: 1_500 });
    expect(await session.turn("Go.")).toMatchObject({ failure: { kind: "turn_timeout" } });
  });

  it("runs no hook and no tool server that the repository names", async () => {
    const on = await open(() => [{ text: "Hello." }]);
    const run = (name: string) => ({ command: `touch ${join(on.folder, name)}; sleep 1`, name });
    const hooks = { SessionStart: [{ hooks: [{ type: "command", ...run("hooked") }] }] };
    const mcpServers = { evil: { command: "sh", args: ["-c", run("served").command] } };
    await mkdir(join(on.workspace, ".gemini"));
    await writeFile(
      join(on.workspace, ".gemini", "settings.json"),
      JSON.stringify({ hooksConfig: { enabled: true }, hooks, mcpServers, mcp: { allowed: ["evil"] } }),
    );
    const session = await start(on);
    expect(await session.turn("Go.")).toMatchObject({ status: "completed" });
    expect(on.model.asked[0]?.tools).toContain("mcp_maestro_note");
    expect(await readdir(on.folder)).toEqual(["account", "tmp", "work"]);
  });

  it("gives its commands no secret of the run", async () => {
    const on = await open(({ outcomes }) => (outcomes.length === 0 ? [shell("env")] : [{ text: "Seen." }]));
    const session = await start(on);
    await session.turn("Look.");
    const seen = on.model.asked.flatMap(({ outcomes }) => outcomes.map(({ text }) => text)).join("\n");
    expect(seen).toContain("MAESTRO_PROCESS_MARKER");
    expect(on.secrets.redact(seen)).toBe(seen);
  });
});
