import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it, onTestFinished } from "vitest";
import { startFakeModel } from "../../dev/fakes/models/fake-model.ts";
import { opencodeOptions, OPENCODE } from "./acp/opencode-options.ts";
import { realAgent } from "./bench.ts";

const CLAUDE = realAgent("claude");
const CODEX = realAgent("codex");

const run = promisify(execFile);
const MAIN = join(import.meta.dirname, "../../src/main.ts");
const TSX = join(import.meta.dirname, "../../node_modules/.bin/tsx");

const FRONT = {
  workflow: { profile: { kind: "triage" } },
  tracker: {
    kind: "memory",
    provider: { issues: [] },
    lifecycle: {
      active_states: ["intake", "classifying"],
      terminal_states: ["routed", "duplicate", "rejected"],
      state_phase_map: { needs_info: "review" },
    },
  },
};

/** Calls the program in a project of its own whose home is empty, with what it printed; never rejects for its exit code. */
async function maestro(agentProvider: object, words: readonly string[], env: Readonly<Record<string, string>> = {}) {
  await mkdir(join(homedir(), ".cache"), { recursive: true });
  const folder = await mkdtemp(join(homedir(), ".cache", "maestro-probe-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const home = join(folder, "home");
  await mkdir(join(home, ".claude"), { recursive: true });
  const front = JSON.stringify({ ...FRONT, agent_provider: agentProvider });
  await writeFile(join(folder, "WORKFLOW.md"), `---\n${front}\n---\nTriage {{ issue.title }}.\n`);
  const whole = { PATH: process.env.PATH ?? "", HOME: home, MAESTRO_HOME: join(folder, "state"), ...env };
  const done = await run(TSX, [MAIN, ...words, "--json"], { cwd: folder, env: whole }).catch(
    (failure: { code: number; stdout: string }) => ({ stdout: failure.stdout, code: failure.code }),
  );
  const left = (await readdir(folder)).toSorted();
  return { out: JSON.parse(done.stdout), code: "code" in done ? done.code : 0, left };
}

/** Notes what it is asked to start, and starts it without containing anything: so that the test holds where namespaces are not allowed. */
async function notingBubblewrap() {
  const folder = await mkdtemp(join(homedir(), ".cache", "maestro-bwrap-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const log = join(folder, "log");
  const script = `#!/bin/sh\necho "$*" >> '${log}'\nwhile [ "$1" != -- ]; do shift; done\nshift\nexec "$@"\n`;
  await writeFile(join(folder, "bwrap"), script, { mode: 0o755 });
  const started = async () => (await readFile(log, "utf8")).trim().split("\n");
  return { path: `${folder}:${process.env.PATH ?? ""}`, started };
}

describe("an agent that is only tried", () => {
  const agent = { kind: "mock", options: { scripts: { default: { runs: [[{ do: "say", text: "READY" }]] } } } };

  it.each(["protocol probe", "smoke agent", "doctor"])(
    "by %s is started inside of what contains runs",
    async (words) => {
      const { path, started } = await notingBubblewrap();
      await maestro(agent, words.split(" "), { PATH: path });
      const starts = (await started()).filter((line) => !line.endsWith("-- true"));
      expect(starts.length).toBeGreaterThan(0);
      for (const line of starts) expect(line).toMatch(/--die-with-parent --unshare-pid .* --chdir \S+ -- .*node/);
    },
  );
});

const STEPS = ["program", "handshake", "version", "tools", "stop"];

describe.skipIf(OPENCODE === null || CLAUDE === null || CODEX === null)("the real agents", () => {
  it("are looked at one after the other: program, version, login, tools, a clean end, and no model is asked", async () => {
    const model = await startFakeModel({ script: () => [{ text: "hello" }] });
    onTestFinished(() => model.close());
    const when = { retry_at_least: 1 };
    const rules = [
      { when, kind: "claude_code", options: { command: [CLAUDE], env: { ANTHROPIC_API_KEY: "fake-key" } } },
      { when, kind: "codex", options: { command: [CODEX, "app-server"] } },
    ];
    const agents = { kind: "opencode", options: opencodeOptions(model.url), rules };
    const { out, code, left } = await maestro(agents, ["protocol", "probe"]);
    expect([code, out.ok], JSON.stringify(out)).toEqual([0, true]);
    expect(out.agents).toMatchObject([
      { kind: "opencode", tested: "1.18.x", version: expect.stringMatching(/^1\.18\./), login: expect.any(String) },
      { kind: "claude_code", version: expect.stringMatching(/^2\.1\./), login: "the key in ANTHROPIC_API_KEY" },
      { kind: "codex", version: expect.stringMatching(/^0\.169\./), login: null },
    ]);
    for (const { steps } of out.agents) {
      expect(steps.map(({ id }: { id: string }) => id).toSorted()).toEqual(STEPS.toSorted());
      expect(steps.every(({ ok }: { ok: boolean }) => ok)).toBe(true);
    }
    expect(JSON.stringify(out)).not.toContain("fake-key");
    expect(model.asked).toEqual([]);
    expect(left).toEqual(["WORKFLOW.md", "home", "state"]);
  });

  it("are tried by smoke agent, with an answer of the model", async () => {
    const model = await startFakeModel({ script: () => [{ text: "READY" }] });
    onTestFinished(() => model.close());
    const agent = { kind: "opencode", options: opencodeOptions(model.url) };
    const { out, code } = await maestro(agent, ["smoke", "agent"]);
    expect([code, out.ok], JSON.stringify(out)).toEqual([0, true]);
    const turn = out.probes.find(({ id }: { id: string }) => id === "turn");
    expect(turn.summary).toContain("READY");
    expect(model.asked.length).toBeGreaterThan(0);
  });
});
