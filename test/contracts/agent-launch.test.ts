import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { simRuntime } from "../../dev/sim/sim-runtime.ts";
import { VirtualClock } from "../../dev/sim/virtual-clock.ts";
import { systemClock } from "../../src/base/clock.ts";
import { silentLog } from "../../src/base/log.ts";
import { launchAgent, launchOf } from "../../src/contracts/agent-launch.ts";
import type { SessionRequest } from "../../src/contracts/agent-provider.ts";
import { localRuntime } from "../../src/runtimes/local/index.ts";

const home = mkdtempSync(join(tmpdir(), "maestro-launch-"));
const own = join(home, "it's own");
mkdirSync(own);
writeFileSync(join(own, "only-here"), "#!/bin/sh\necho found\n");
chmodSync(join(own, "only-here"), 0o755);
// What /etc/profile and a user's profile do to a login shell: another PATH, and secrets.
writeFileSync(
  join(home, ".bash_profile"),
  'export PATH="/from/profile:/usr/bin:/bin" LINEAR_API_KEY=secret\nreadonly FIXED=1; export FIXED\n',
);
afterAll(() => rmSync(home, { recursive: true, force: true }));

function run(line: string): string {
  const { command, args, env } = launchOf(line, { PATH: `${own}:/usr/bin:/bin`, HOME: home, GIVEN: "a b" });
  const marked = { ...env, MAESTRO_PROCESS_MARKER: "m" };
  return execFileSync(command, [...args], { env: marked, encoding: "utf8" }).trim();
}

describe("a shell line", () => {
  it("finds the programs that only the daemon's PATH names, and after them those of the profile", () => {
    expect(run("only-here")).toBe("found");
    expect(run('echo "$PATH"')).toBe(`${own}:/usr/bin:/bin:/from/profile:/usr/bin:/bin`);
  });

  it("has what the host gives and nothing that a profile adds", () => {
    expect(run('echo "$GIVEN/$HOME/$MAESTRO_PROCESS_MARKER/${LINEAR_API_KEY-none}"; env | grep FIXED || echo no')).toBe(
      `a b/${home}/m/none\nno`,
    );
  });

  it("is run as it stands", () => {
    expect(run("printf '%s' \"a  'b'\" # a word")).toBe("a  'b'");
    expect(() => run("exit 3")).toThrow(expect.objectContaining({ status: 3 }));
  });

  it("takes what stands behind it as words, whatever is in them", () => {
    const { command, args, env } = launchOf("printf '[%s]'", { PATH: "/usr/bin:/bin", HOME: home }, [
      "a b",
      "$HOME;",
      "'",
    ]);
    expect(execFileSync(command, [...args], { env, encoding: "utf8" })).toBe("[a b][$HOME;][']");
    expect(launchOf(["a", "b"], {}, ["c"])).toMatchObject({ command: "a", args: ["b", "c"] });
  });

  it("is not needed for a program with arguments", () => {
    expect(launchOf(["codex", "app-server"], { A: "1" })).toEqual({
      command: "codex",
      args: ["app-server"],
      shellLine: null,
      env: { A: "1" },
    });
  });
});

describe("a program that takes too long to be started", () => {
  async function setUp() {
    const clock = new VirtualClock();
    const waits = async ({ signal }: { readonly signal: AbortSignal }): Promise<number> => {
      await clock.sleep(Number.POSITIVE_INFINITY, signal);
      return 0;
    };
    const runtime = simRuntime({ clock, programs: { agent: waits } });
    await runtime.makeDirectory("/w");
    const controller = new AbortController();
    const request: SessionRequest = {
      ...{ clock, log: silentLog, workspace: "/w", env: {}, marker: "m", title: "t", tools: [], resume: null },
      ...{ onEvent: () => undefined, signal: controller.signal },
      callTool: async () => ({ ok: true, code: "ok", text: "" }),
      limits: { startupMs: 1_000, responseMs: 500, turnSilenceMs: 1_000 },
      runtime: {
        ...runtime,
        spawn: async (spec) => {
          await clock.sleep(3_000);
          return runtime.spawn(spec);
        },
      },
    };
    return { clock, controller, runtime, starting: launchAgent(launchOf(["agent"], {}), request) };
  }

  it("is a failed start, and is ended when it comes after all", async () => {
    const { clock, runtime, starting } = await setUp();
    await clock.advance(1_000);
    expect(await starting).toMatchObject({ ok: false, failure: { kind: "startup_timeout", sentence: /1000 ms/ } });
    await clock.advance(10_000);
    expect(await runtime.liveMarkers("m")).toEqual([]);
  });

  it("is not waited for when the run is called off", async () => {
    const { clock, controller, runtime, starting } = await setUp();
    controller.abort();
    expect(await starting).toMatchObject({ ok: false, failure: { kind: "turn_cancelled" } });
    await clock.advance(10_000);
    expect(await runtime.liveMarkers("m")).toEqual([]);
  });
});

describe("a program that ends before it is ready", () => {
  const explained = async (command: string | readonly string[]) => {
    const clock = systemClock();
    const launched = await launchAgent(launchOf(command, { PATH: "/usr/bin:/bin", HOME: home }), {
      ...{ clock, log: silentLog, workspace: home, env: {}, marker: `m.launch.${process.pid}`, title: "t", tools: [] },
      ...{ resume: null, onEvent: () => undefined, signal: new AbortController().signal },
      runtime: localRuntime({ clock, machine: "here", log: silentLog }),
      callTool: async () => ({ ok: true, code: "ok", text: "" }),
      limits: { startupMs: 10_000, responseMs: 500, turnSilenceMs: 1_000 },
    });
    if (!launched.ok) return launched.failure;
    return launched.agent.explainExit(await launched.agent.process.exited);
  };

  it("is named with the way it ended, and with what it said last", async () => {
    expect(await explained(["sh", "-c", "echo one >&2; echo 'cannot open it' >&2; exit 3"])).toMatchObject({
      kind: "process_exit",
      sentence: `"sh -c echo one >&2; echo 'cannot open it' >&2; exit 3" ended with exit code 3 before it was ready. It said: cannot open it`,
    });
    expect(await explained("exit 4")).toMatchObject({
      sentence: '"exit 4" ended with exit code 4 before it was ready.',
    });
  });

  it("is a missing one where a shell does not find it", async () => {
    expect(await explained("no-such-agent --acp")).toMatchObject({
      kind: "agent_not_found",
      sentence: expect.stringContaining('There is no program "no-such-agent".'),
    });
  });
});
