import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { type FakeLogin, startFakeLogin } from "../../../dev/fakes/anthropic-login/fake-login.ts";
import { claudeCodeAgent } from "../../../src/agents/claude-code/index.ts";
import { systemClock } from "../../../src/base/clock.ts";
import { silentLog } from "../../../src/base/log.ts";
import type { Runtime } from "../../../src/contracts/runtime.ts";
import { contain } from "../../../src/runs/run/containment.ts";
import { localRuntime } from "../../../src/runtimes/local/index.ts";
import { Bench, realAgent } from "../bench.ts";

const program = realAgent("claude");

let bench: Bench | null = null;
let login: FakeLogin | null = null;
afterEach(async () => {
  await bench?.close();
  await login?.close();
  bench = null;
  login = null;
});

/** A machine whose user has logged in, with a token that is over, and a model that lets in whoever has the newest. */
async function loggedIn() {
  // A contained agent has an empty temporary folder.
  const cache = join(homedir(), ".cache");
  mkdirSync(cache, { recursive: true });
  const from = await startFakeLogin(cache);
  login = from;
  const on = await Bench.open(({ credential }) =>
    from.isGood(credential) ? [{ text: "welcome" }] : [{ fail: "unauthorized" }],
  );
  bench = on;
  const home = join(on.folder, "nobody", ".claude");
  mkdirSync(home, { recursive: true });
  const file = join(home, ".credentials.json");
  writeFileSync(file, from.file(), { mode: 0o600 });
  const env = { ANTHROPIC_BASE_URL: on.model.url, ...from.env };
  const options = { command: [program ?? ""], model: "claude-sonnet-4-5" };
  const start = (runtime?: Runtime) =>
    on.session(claudeCodeAgent, options, { env, ...(runtime === undefined ? {} : { runtime }) });
  return { from, on, file, start };
}

const renewed = (file: string): string => JSON.parse(readFileSync(file, "utf8")).claudeAiOauth.refreshToken;

describe.skipIf(program === null)("the login of this machine, with the real Claude Code", () => {
  it("is renewed in place, for everybody", async () => {
    const { from, on, file, start } = await loggedIn();
    const session = await start();
    expect(await session.turn("go")).toMatchObject({ finalMessage: "welcome" });
    await session.stop();
    expect(from.asked).toEqual(["refresh-1"]);
    expect(renewed(file)).toBe("refresh-2");
    expect(existsSync(join(on.folder, "account/config/.credentials.json"))).toBe(false);
  });

  it("is renewed once when two runs need it at the same moment", async () => {
    const { from, file, start } = await loggedIn();
    const sessions = await Promise.all([start(), start()]);
    const results = await Promise.all(sessions.map((session) => session.turn("go")));
    expect(results.map(({ finalMessage }) => finalMessage)).toEqual(["welcome", "welcome"]);
    expect(from.asked).toEqual(["refresh-1"]);
    expect(renewed(file)).toBe("refresh-2");
  });

  it("is renewed in place also where only its own places can be written to", async ({ skip }) => {
    const { from, on, file, start } = await loggedIn();
    const machine = localRuntime({ clock: systemClock(), machine: "here", log: silentLog });
    const [stateDirectory, userHome] = [join(on.folder, "account"), join(on.folder, "nobody")];
    const account = { name: "default", stateDirectory, userHome };
    // The certificate of the fake login lies there.
    const caches = [from.env.NODE_EXTRA_CA_CERTS ?? ""];
    const temporaryDirectory = join(on.folder, "tmp");
    const place = { workspace: on.workspace, home: on.folder, account, caches, temporaryDirectory };
    const contained = await contain(machine, { sandbox: "bwrap", machine, place }).catch(() => null);
    if (contained === null) return skip("gap: bubblewrap does not work on this machine");
    writeFileSync(join(userHome, ".claude", "settings.json"), "{}");
    const session = await start(contained);
    expect(await session.turn("go")).toMatchObject({ finalMessage: "welcome" });
    await session.stop();
    expect(renewed(file)).toBe("refresh-2");
    expect(readdirSync(join(userHome, ".claude")).sort()).toEqual([".credentials.json", "settings.json"]);
  });

  it("that cannot be renewed any more is for a person", async () => {
    const { file, start } = await loggedIn();
    writeFileSync(file, readFileSync(file, "utf8").replace('"refresh-1"', '"refresh-0"'));
    const session = await start();
    expect(await session.turn("go")).toMatchObject({ failure: { kind: "auth" } });
  });
});
