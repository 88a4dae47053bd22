import { onTestFinished, describe, expect, it } from "vitest";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../src/base/clock.ts";
import { MaestroError } from "../../src/base/errors.ts";
import { silentLog } from "../../src/base/log.ts";
import type { JsonObject } from "../../src/base/json.ts";
import { systemRandom } from "../../src/base/random.ts";
import type { AgentRig } from "../../src/cli/app.ts";
import { mockAgent } from "../../src/agents/mock/index.ts";
import { localRuntime } from "../../src/runtimes/local/index.ts";
import { workflowOf } from "../policy/workflow-facts.ts";
import { pushedChange, stage } from "./stage.ts";

const ISSUES = [{ id: "1", identifier: "DEMO-1", title: "Greet", state: "Todo" }];

interface Report {
  readonly ok: boolean;
  readonly passed_count: number;
  readonly failed_count: number;
  readonly probes: readonly { id: string; ok: boolean; summary: string; error: { code: string } | null }[];
}

function report(out: string): Report {
  return JSON.parse(out);
}

const idsOf = ({ probes }: Report) => probes.map(({ id, ok }) => `${id} ${ok ? "ok" : "failed"}`);

describe("maestro smoke tracker", () => {
  it("reads only, unless it is told to write", async () => {
    const self = await stage({ issues: ISSUES });
    const { code, out } = await self.run("smoke", "tracker", "--issue", "DEMO-1", "--json");
    expect([code, idsOf(report(out))]).toEqual([0, ["config ok", "health ok", "list-states ok", "fetch-issue ok"]]);
    expect(report(out).probes[3]?.summary).toBe('DEMO-1 "Greet" is in "Todo"');
    expect(self.open.size).toBe(0);
  });

  it("writes the same state back when that is confirmed", async () => {
    const self = await stage({ issues: ISSUES });
    const { code, out } = await self.run("smoke", "tracker", "--issue", "1", "--confirm-state-write");
    expect([code, out]).toEqual([0, expect.stringMatching(/ok {4}state-write .*"Todo"[\s\S]*All 5 probes passed/)]);
  });

  it("does not write without knowing where", async () => {
    const self = await stage({ issues: ISSUES });
    expect((await self.run("smoke", "tracker", "--confirm-state-write")).code).toBe(2);
  });

  it("ends at the first probe that fails, with 1 and with what helps", async () => {
    const self = await stage({ issues: ISSUES });
    const words = ["smoke", "tracker", "--issue", "DEMO-9", "--template", "memory/no_repo/mock"];
    const { code, out } = await self.run(...words);
    expect([code, self.open.size]).toEqual([1, 0]);
    expect(out).toContain("hint: `maestro issue list --template memory/no_repo/mock` shows those that there are.");
    expect(idsOf(report((await self.run(...words, "--json")).out)).at(-1)).toBe("fetch-issue failed");
  });

  it("has a wrong workflow file on its list", async () => {
    const workflow = () =>
      Promise.reject(new MaestroError({ code: "invalid_workflow", message: "WORKFLOW.md:3:1 no" }));
    const { code, out } = await (await stage({ parts: { workflow } })).run("smoke", "tracker", "--json");
    expect([code, report(out)]).toEqual([
      1,
      expect.objectContaining({ ok: false, probes: [expect.objectContaining({ id: "config", ok: false })] }),
    ]);
  });

  it("is interrupted like everything else", async () => {
    const self = await stage({ issues: ISSUES });
    self.interrupt();
    expect((await self.run("smoke", "tracker")).code).toBe(130);
  });
});

describe("maestro smoke forge", () => {
  it("finds the base branch, lists and reads changes", async () => {
    const self = await stage();
    self.forge.receivePush("main", "b".repeat(40), null);
    const id = await pushedChange(self.forge);
    const { code, out } = await self.run("smoke", "forge", "--change", id, "--json");
    const ids = ["config", "health", "base-branch", "list-changes", "fetch-change", "diff"];
    expect([code, idsOf(report(out))]).toEqual([0, ids.map((name) => `${name} ok`)]);
  });

  it("misses a base branch that is not there", async () => {
    const { code, out } = await (await stage()).run("smoke", "forge");
    expect([code, out]).toEqual([1, expect.stringContaining('FAIL  base-branch   The forge has no branch "main".')]);
  });
});

describe("maestro smoke agent", () => {
  /** An agent as it really is, with a temporary folder of its own. */
  async function withAgent(options: JsonObject) {
    const clock = systemClock();
    const temporary = mkdtempSync(join(tmpdir(), "maestro-smoke-"));
    onTestFinished(() => rmSync(temporary, { recursive: true, force: true }));
    const runtime = {
      ...localRuntime({ clock, machine: "here", log: silentLog }),
      temporaryDirectory: () => temporary,
    };
    const rig: AgentRig = {
      workflow: workflowOf(),
      account: "default",
      sandbox: { ok: true, sentence: "bubblewrap" },
      provider: await mockAgent.open(mockAgent.parseOptions(options)),
      runtime,
      tools: [],
      place: async () => ({ runtime, own: {}, env: {}, close: async () => undefined }),
      environment: (extra) => ({ PATH: process.env.PATH ?? "", ...extra }),
    };
    const self = await stage({ parts: { clock, random: systemRandom(), agent: async () => rig } });
    return { self, temporary, rig };
  }
  const scripted = (...steps: JsonObject[]) => ({ scripts: { default: { runs: [steps] } } });

  it("starts it, talks with it once, ends it, and leaves nothing", async () => {
    const { self, temporary } = await withAgent(scripted({ do: "say", text: "READY" }));
    const { code, out } = await self.run("smoke", "agent", "--json");
    const ids = ["config", "workspace", "start", "turn", "stop", "processes", "cleanup"];
    expect([code, idsOf(report(out))]).toEqual([0, ids.map((name) => `${name} ok`)]);
    expect(report(out).probes[3]?.summary).toBe("it answered: READY");
    expect(readdirSync(temporary)).toEqual([]);
  });

  it("leaves nothing when it is interrupted while its folder is made", async () => {
    const { self, temporary, rig } = await withAgent(scripted({ do: "say", text: "READY" }));
    const { makeDirectory } = rig.runtime;
    rig.runtime.makeDirectory = async (path, options) => {
      await makeDirectory(path, options);
      self.interrupt();
    };
    expect((await self.run("smoke", "agent")).code).toBe(130);
    expect(readdirSync(temporary)).toEqual([]);
  });

  it("does not talk with it when that is not wanted", async () => {
    const { self } = await withAgent(scripted({ do: "fail", message: "It must not be asked." }));
    const { code, out } = await self.run("smoke", "agent", "--start-only", "--json");
    expect([code, idsOf(report(out))]).toEqual([0, expect.not.arrayContaining(["turn ok"])]);
  });

  it("tells a turn that fails, and still leaves nothing", async () => {
    const { self, temporary } = await withAgent(scripted({ do: "fail", message: "boom" }));
    const { code, out } = await self.run("smoke", "agent");
    expect([code, out]).toEqual([1, expect.stringMatching(/FAIL {2}turn .*boom/)]);
    expect(readdirSync(temporary)).toEqual([]);
  });

  it("tells a program that is not there, and gives an agent that hangs no more than its time", async () => {
    const missing = await withAgent({ command: ["no-such-agent"] });
    expect((await missing.self.run("smoke", "agent")).out).toContain('There is no program "no-such-agent".');
    const hanging = await withAgent(scripted({ do: "hang" }));
    const { code, out } = await hanging.self.run("smoke", "agent", "--timeout-s", "5", "--json");
    expect([code, report(out).probes.at(-1)]).toEqual([
      1,
      expect.objectContaining({ id: "turn", ok: false, error: expect.objectContaining({ code: "deadline" }) }),
    ]);
    expect(readdirSync(hanging.temporary)).toEqual([]);
  });
});
