import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { startFakeModel } from "../../dev/fakes/models/fake-model.ts";
import { claudeCodeAgent } from "../../src/agents/claude-code/index.ts";
import { codexAgent } from "../../src/agents/codex/index.ts";
import { systemClock } from "../../src/base/clock.ts";
import type { JsonObject } from "../../src/base/json.ts";
import { silentLog } from "../../src/base/log.ts";
import type { AgentProviderKind } from "../../src/contracts/agent-provider.ts";
import { openAgentPlace } from "../../src/runs/run/agent-place.ts";
import { localRuntime } from "../../src/runtimes/local/index.ts";
import { writeFiles } from "../e2e/ground.ts";
import { aWorkflow } from "../runs/samples.ts";
import { realAgent } from "./bench.ts";

/** An agent, and what its login looks like below a home. */
interface Case {
  readonly agent: AgentProviderKind;
  readonly program: string | null;
  readonly options: (url: string) => JsonObject;
  readonly env: (url: string) => Readonly<Record<string, string>>;
  readonly login: (key: string) => Readonly<Record<string, string>>;
}

const CASES: readonly Case[] = [
  {
    ...{ agent: codexAgent, program: realAgent("codex") },
    options: (url) => {
      const own = { name: "Fake", base_url: `${url}/v1`, wire_api: "responses", requires_openai_auth: true };
      const fake = { ...own, supports_websockets: false };
      const config = { model: "fake-model", model_provider: "fake", "model_providers.fake": fake };
      return { command: [realAgent("codex") ?? "", "app-server"], config };
    },
    env: () => ({}),
    login: (key) => ({ ".codex/auth.json": JSON.stringify({ OPENAI_API_KEY: key }) }),
  },
  {
    ...{ agent: claudeCodeAgent, program: realAgent("claude") },
    options: () => ({ command: [realAgent("claude") ?? ""], model: "claude-sonnet-4-5" }),
    env: (url) => ({ ANTHROPIC_BASE_URL: url }),
    login: (accessToken) => {
      const scopes = ["user:inference", "user:profile"];
      const token = { accessToken, refreshToken: `${accessToken}-refresh`, scopes, subscriptionType: "max" };
      const claudeAiOauth = { ...token, expiresAt: Date.now() + 86_400_000 };
      return { ".claude/.credentials.json": JSON.stringify({ claudeAiOauth }) };
    },
  },
];

describe.each(CASES)("accounts of a real $agent.kind", ({ agent, program, options, env, login }) => {
  it.skipIf(program === null)("are used at the same time, each with its own login and its own sessions", async () => {
    const above = join(homedir(), ".cache", "maestro-tests");
    await mkdir(above, { recursive: true });
    const root = realpathSync(mkdtempSync(join(above, "accounts-")));
    onTestFinished(() => rmSync(root, { recursive: true, force: true }));
    const seen = new Map<string, string>();
    const model = await startFakeModel({
      script: ({ said, credential }) => {
        seen.set(said.trim().split("\n").at(-1) ?? "", credential ?? "");
        return [{ text: `for ${credential}` }];
      },
    });
    onTestFinished(() => model.close());
    const clock = systemClock();
    const runtime = {
      ...localRuntime({ clock, machine: "here", log: silentLog }),
      environment: () => ({ PATH: process.env.PATH ?? "", HOME: join(root, "person") }),
    };
    const provider = await agent.open(options(model.url));
    await writeFiles(join(root, "person"), login("key-of-the-machine"));
    const accounts = ["default", "team-1", "team-2"];
    for (const name of accounts.slice(1)) {
      await writeFiles(join(root, "agents", agent.kind, name, "home"), login(`key-of-${name}`));
    }

    const started = await Promise.all(
      accounts.map(async (account) => {
        const workspace = join(root, "work", account);
        const marker = `maestro.accounts.${process.pid}.${agent.kind}.${account}.agent`;
        await mkdir(workspace, { recursive: true });
        const place = await openAgentPlace({
          ...{ workflow: aWorkflow(root), provider, runtime, machine: runtime, workspace, marker, account },
          agentsDirectory: join(root, "agents"),
        });
        onTestFinished(() => place.close());
        const start = await provider.start({
          ...{ runtime: place.runtime, clock, log: silentLog, workspace, marker, title: "A-1: t", tools: [] },
          ...place.own,
          env: { PATH: process.env.PATH ?? "", ...env(model.url), ...place.env },
          callTool: async () => ({ ok: true, code: "ok", text: "" }),
          resume: null,
          limits: { startupMs: 40_000, responseMs: 20_000, turnSilenceMs: 40_000 },
          onEvent: () => undefined,
          signal: new AbortController().signal,
        });
        if (!start.ok) throw new Error(start.failure.sentence);
        onTestFinished(() => start.session.stop({ graceMs: 1_000 }));
        return { account, session: start.session };
      }),
    );
    const answers = await Promise.all(started.map(({ account, session }) => session.turn(`I am ${account}`)));
    expect(answers.map(({ finalMessage }) => finalMessage)).toEqual([
      "for key-of-the-machine",
      "for key-of-team-1",
      "for key-of-team-2",
    ]);
    for (const { account } of started) {
      const key = account === "default" ? "key-of-the-machine" : `key-of-${account}`;
      expect(seen.get(`I am ${account}`)).toBe(key);
    }
  });
});
