import { existsSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { systemClock } from "../../src/base/clock.ts";
import { silentLog } from "../../src/base/log.ts";
import type { AgentProvider } from "../../src/contracts/agent-provider.ts";
import { openAgentPlace } from "../../src/runs/run/agent-place.ts";
import { localRuntime } from "../../src/runtimes/local/index.ts";
import { aWorkflow } from "./samples.ts";

let root: string;
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), "maestro-place-")));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const provider = (hasOwnHome: boolean): AgentProvider => ({
  ...{ kind: "codex", capabilities: { resume: true, tools: true, usage: true, interrupt: true }, hasOwnHome },
  start: async () => ({ ok: false, failure: { kind: "protocol", sentence: "", resetAt: null } }),
});

function open(more: { readonly account?: string; readonly hasOwnHome?: boolean; readonly marker?: string } = {}) {
  const { account, hasOwnHome = true, marker = "m.agent" } = more;
  const runtime = {
    ...localRuntime({ clock: systemClock(), machine: "here", log: silentLog }),
    environment: () => ({ PATH: "/bin", HOME: "/home/person" }),
    temporaryDirectory: () => join(root, "tmp"),
  };
  return openAgentPlace({
    ...{ workflow: aWorkflow(root), provider: provider(hasOwnHome), runtime, machine: runtime, marker },
    ...{ agentsDirectory: join(root, "agents"), workspace: join(root, "work") },
    ...(account === undefined ? {} : { account }),
  });
}

describe("the place of an agent", () => {
  it("is its account's, with the login of this machine, and a temporary folder that goes", async () => {
    const { own, env, close } = await open();
    const stateDirectory = join(root, "agents/codex/default");
    expect(own.account).toEqual({ name: "default", stateDirectory, userHome: "/home/person" });
    expect(env).toEqual({ HOME: join(stateDirectory, "home"), TMPDIR: own.temporaryDirectory });
    expect([existsSync(env.HOME ?? ""), existsSync(env.TMPDIR ?? "")]).toEqual([true, true]);
    await close();
    expect([existsSync(env.HOME ?? ""), existsSync(env.TMPDIR ?? "")]).toEqual([true, false]);
  });

  it("has of another account nothing but that account's own", async () => {
    const [one, two] = await Promise.all([
      open({ account: "team-1", marker: "1" }),
      open({ account: "team-2", marker: "2" }),
    ]);
    const stateDirectory = join(root, "agents/codex/team-1");
    expect(one.own.account).toEqual({ name: "team-1", stateDirectory, userHome: join(stateDirectory, "home") });
    expect(two.own.account?.stateDirectory).toBe(join(root, "agents/codex/team-2"));
    expect(one.own.temporaryDirectory).not.toBe(two.own.temporaryDirectory);
  });

  it.each(["..", "", "a/b", ".hidden", "a b"])("is not made for an account %j", async (account) => {
    await expect(open({ account })).rejects.toMatchObject({ code: "agent_invalid_account" });
    expect(existsSync(join(root, "agents"))).toBe(false);
  });

  it("is the machine itself for an agent that keeps nothing", async () => {
    expect(await open({ hasOwnHome: false })).toMatchObject({ own: {}, env: {} });
    expect(existsSync(join(root, "agents"))).toBe(false);
  });
});
