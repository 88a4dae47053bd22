import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { mockAgent } from "../../src/agents/mock/index.ts";
import { systemClock } from "../../src/base/clock.ts";
import type { JsonObject } from "../../src/base/json.ts";
import { silentLog } from "../../src/base/log.ts";
import { systemRandom } from "../../src/base/random.ts";
import type { AgentRig } from "../../src/cli/app.ts";
import type { AgentProvider } from "../../src/contracts/agent-provider.ts";
import type { AgentRule } from "../../src/model/workflow.ts";
import { localRuntime } from "../../src/runtimes/local/index.ts";
import { workflowOf } from "../policy/workflow-facts.ts";
import { stage } from "./stage.ts";

const ALWAYS: AgentRule["when"] = { labels: null, states: null, retryAtLeast: null, priorityAtMost: null };

/** A command line whose workflow names the mock, and by rules the same with other options. */
async function withAgents(
  rules: readonly JsonObject[] = [],
  change: (provider: AgentProvider) => AgentProvider = (p) => p,
) {
  const clock = systemClock();
  const temporary = mkdtempSync(join(tmpdir(), "maestro-protocol-"));
  onTestFinished(() => rmSync(temporary, { recursive: true, force: true }));
  const runtime = { ...localRuntime({ clock, machine: "here", log: silentLog }), temporaryDirectory: () => temporary };
  const ruled = rules.map((options) => ({ when: ALWAYS, kind: "mock", options }));
  const workflow = { ...workflowOf(), agentProvider: { kind: "mock", options: {}, rules: ruled } };
  const agent = async (_: unknown, choice: { readonly options: JsonObject } = { options: {} }): Promise<AgentRig> => ({
    workflow,
    account: "default",
    sandbox: { ok: true, sentence: "bubblewrap" },
    provider: change(await mockAgent.open(mockAgent.parseOptions(choice.options))),
    runtime,
    tools: [],
    place: async () => ({ runtime, own: {}, env: {}, close: async () => undefined }),
    environment: (extra) => ({ PATH: process.env.PATH ?? "", ...extra }),
  });
  const self = await stage({ parts: { clock, random: systemRandom(), agent, workflow: async () => workflow } });
  return { self, temporary };
}

describe("maestro protocol probe", () => {
  it("looks at the agent step by step, and leaves nothing", async () => {
    const { self, temporary } = await withAgents();
    const { code, out } = await self.run("protocol", "probe", "--json");
    const { ok, agents } = JSON.parse(out);
    expect([code, ok, agents.length]).toEqual([0, true, 1]);
    expect(agents[0]).toMatchObject({ kind: "mock", ok: true, login: expect.stringContaining("no model") });
    const steps: { id: string; ok: boolean }[] = agents[0].steps;
    expect(steps.map((step) => `${step.id} ${step.ok}`)).toEqual(
      ["program", "handshake", "version", "tools", "stop"].map((id) => `${id} true`),
    );
    expect(readdirSync(temporary)).toEqual([]);
    expect((await self.run("protocol", "probe")).out).toMatch(/ok {4}handshake[\s\S]*The agent is ready\./);
  });

  it("looks at those that rules name too; one that fails decides the exit code", async () => {
    const { self } = await withAgents([{ command: ["no-such-agent"] }, { command: ["false"] }]);
    const { code, out } = await self.run("protocol", "probe", "--json");
    const { ok, agents } = JSON.parse(out);
    expect([code, ok]).toEqual([1, false]);
    expect(agents.map((agent: { ok: boolean }) => agent.ok)).toEqual([true, false, false]);
    expect(agents[1]).toMatchObject({ program: null, steps: [{ id: "program", ok: false }] });
    expect(agents[1].steps[0].sentence).toContain('There is no program "no-such-agent".');
    expect(agents[2]).toMatchObject({
      program: "false",
      steps: [
        { id: "program", ok: true },
        { id: "handshake", ok: false },
      ],
    });
  });

  it("tells when an agent cannot be looked at", async () => {
    const { self } = await withAgents([], ({ probe: _, ...provider }) => provider);
    const { code, out } = await self.run("protocol", "probe");
    expect([code, out]).toEqual([1, expect.stringContaining('The agent "mock" cannot be looked at.')]);
  });
});
