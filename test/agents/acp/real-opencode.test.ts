import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import type { ModelRequest, ModelScript, ModelStep } from "../../../dev/fakes/models/script.ts";
import { opencodeAgent } from "../../../src/agents/acp/index.ts";
import { Bench } from "../bench.ts";
import { OPENCODE, opencodeOptions } from "./opencode-options.ts";

let bench: Bench | null = null;
afterEach(async () => {
  await bench?.close();
  bench = null;
});

/** Answers side questions (titles) with a word, and the run's own prompt by `main`. */
function script(main: (request: ModelRequest) => readonly ModelStep[]): ModelScript {
  return (request) => (request.tools.length === 0 ? [{ text: "A title" }] : main(request));
}

describe.skipIf(OPENCODE === null)("opencode over ACP, the real one", () => {
  it("calls a tool, runs a command, edits a file, and tells what it used", async () => {
    bench = await Bench.open(
      script(({ outcomes }) => {
        if (outcomes.length === 0)
          return [{ tool: "maestro_note", args: { text: "hi" } }, { usage: { input: 100, output: 10 } }];
        if (outcomes.length === 1) {
          return [{ tool: "bash", args: { command: "echo hello > hello.txt", description: "greets" } }];
        }
        return [{ text: "All done." }, { usage: { input: 300, cacheRead: 50, output: 30, reasoning: 10 } }];
      }),
    );
    const session = await bench.session(opencodeAgent, opencodeOptions(bench.model.url));
    const result = await session.turn("Do it.");
    expect(result, bench.stderr()).toEqual({ status: "completed", failure: null, finalMessage: "All done." });
    expect(bench.calls).toMatchObject([{ name: "note", arguments: { text: "hi" } }]);
    expect(await readFile(join(bench.workspace, "hello.txt"), "utf8")).toBe("hello\n");
    expect(bench.of("command").map(({ state }) => state)).toContain("started");
    expect(bench.of("model_call").length).toBeGreaterThanOrEqual(3);
    const used = bench.of("usage").reduce((sum, { usage }) => sum + usage.totalTokens, 0);
    expect(used).toBe(110 + 120 + 380);
    await session.stop();
    expect(await bench.survivors()).toBe(0);
    expect(await bench.files()).toEqual(["hello.txt"]);
  });

  it("takes /compact for a prompt, and for no command of its own", async () => {
    bench = await Bench.open(script(() => [{ text: "I see." }]));
    const session = await bench.session(opencodeAgent, opencodeOptions(bench.model.url));
    expect(await session.turn("/compact")).toMatchObject({ status: "completed", finalMessage: "I see." });
    expect(bench.model.asked.at(-1)?.said).toContain("/compact");
  });

  it("is interrupted while its model hangs, and goes on in the same session", async () => {
    bench = await Bench.open(script(({ said }) => (said.includes("Hang") ? [{ hang: true }] : [{ text: "Here." }])));
    const session = await bench.session(opencodeAgent, opencodeOptions(bench.model.url));
    const turn = session.turn("Hang around.");
    await bench.until(() => (bench?.model.asked.length ?? 0) > 0);
    await session.interrupt();
    expect(await turn).toMatchObject({ failure: { kind: "turn_cancelled" } });
    expect(await session.turn("And now?")).toMatchObject({ status: "completed", finalMessage: "Here." });
  });

  it("ends with everything that its commands left behind", async () => {
    const command = "setsid sleep 300 & sleep 300 & wait";
    bench = await Bench.open(script(() => [{ tool: "bash", args: { command, description: "waits" } }]));
    const session = await bench.session(opencodeAgent, opencodeOptions(bench.model.url));
    const turn = session.turn("Wait.");
    await bench.until(() => bench?.of("command").some(({ state }) => state === "started") ?? false);
    await session.stop({ graceMs: 500 });
    expect(await turn).toMatchObject({ failure: { kind: "turn_cancelled" } });
    expect(await bench.survivors()).toBe(0);
  });

  it("is resumed after it was killed, without counting twice", async () => {
    bench = await Bench.open(
      script(({ everything }) => [{ text: everything.includes("secret word") ? "Heron." : "What?" }]),
    );
    const first = await bench.session(opencodeAgent, opencodeOptions(bench.model.url));
    await first.turn("The secret word is heron.");
    const baseline = first.baseline?.();
    await bench.kill();
    bench.events.length = 0;
    const again = await bench.session(opencodeAgent, opencodeOptions(bench.model.url), {
      resume: first.id,
      ...(baseline === undefined ? {} : { baseline }),
    });
    expect([again.resumed, again.id]).toEqual([true, first.id]);
    expect(await again.turn("What is it?")).toMatchObject({ finalMessage: "Heron." });
    expect(bench.of("usage").map(({ usage }) => usage.totalTokens)).toEqual([120]);
    const lost = await bench.session(opencodeAgent, opencodeOptions(bench.model.url), { resume: "ses_of_nobody" });
    expect(lost.resumed).toBe(false);
  });

  it.each([
    ["unauthorized", "auth"],
    ["bad_request", "turn_failed"],
    ["context_overflow", "context_overflow"],
  ] as const)("tells a model that answers %s as %s", async (fail, kind) => {
    bench = await Bench.open(script(() => [{ fail }]));
    const session = await bench.session(opencodeAgent, opencodeOptions(bench.model.url));
    expect(await session.turn("Go.")).toMatchObject({ status: "failed", failure: { kind } });
    expect(bench.model.asked.length).toBeLessThan(5);
  });

  it("tells that its quota is used up, when it has tried as often as it does", async () => {
    bench = await Bench.open(script(() => [{ fail: "usage_limit", headers: { "retry-after": "1" } }]));
    const session = await bench.session(opencodeAgent, opencodeOptions(bench.model.url));
    expect(await session.turn("Go.")).toMatchObject({ status: "failed", failure: { kind: "capacity" } });
    expect(bench.model.asked.length).toBeLessThan(10);
  });

  it("gives its commands no secret of the run", async () => {
    bench = await Bench.open(
      script(({ outcomes }) =>
        outcomes.length === 0
          ? [{ tool: "bash", args: { command: "env", description: "looks" } }]
          : [{ text: "Seen." }],
      ),
    );
    const session = await bench.session(opencodeAgent, opencodeOptions(bench.model.url));
    await session.turn("Look.");
    const seen = bench.model.asked.flatMap(({ outcomes }) => outcomes.map(({ text }) => text)).join("\n");
    expect(seen).toContain("MAESTRO_PROCESS_MARKER");
    expect(bench.secrets.redact(seen)).toBe(seen);
  });

  it("does not start for a login shell that has no such program", async () => {
    bench = await Bench.open(script(() => []));
    const start = await bench.start(opencodeAgent, { command: "no-such-opencode acp" });
    expect(start).toMatchObject({ ok: false, failure: { kind: "agent_not_found" } });
    expect(await bench.survivors()).toBe(0);
  });
});
