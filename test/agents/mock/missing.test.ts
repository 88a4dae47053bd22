import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { createMockAgent } from "../../../src/agents/mock/provider.ts";
import { systemClock } from "../../../src/base/clock.ts";
import { silentLog } from "../../../src/base/log.ts";
import { localRuntime } from "../../../src/runtimes/local/index.ts";

const clock = systemClock();
const runtime = localRuntime({ clock, machine: "here", log: silentLog });

async function start(command: string | string[], folder?: string) {
  const workspace = folder ?? (await mkdtemp(join(tmpdir(), "maestro-agent-")));
  onTestFinished(() => rm(workspace, { recursive: true, force: true }));
  const provider = await createMockAgent({ node: process.execPath }).open({ command });
  const started = await provider.start({
    ...{ runtime, clock, log: silentLog, workspace, marker: `maestro.missing.${process.pid}.agent` },
    ...{ title: "A-1: t", tools: [], resume: null },
    env: { PATH: process.env.PATH ?? "" },
    callTool: async () => ({ ok: true, code: "ok", text: "" }),
    limits: { startupMs: 10_000, responseMs: 5_000, turnSilenceMs: 5_000 },
    onEvent: () => undefined,
    signal: new AbortController().signal,
  });
  if (started.ok) throw new Error("it started");
  return started.failure;
}

it.each<[string, string | string[], string]>([
  ["a program", ["no-such-agent", "--fast"], "no-such-agent"],
  ["a shell line", "no-such-agent --fast", "no-such-agent"],
  ["the second command of a shell line", "true && no-such-agent", "no-such-agent"],
  ["a path in a shell line", "/no/such/agent", "/no/such/agent"],
])("a missing %s is named, with what to do", async (_, command, name) => {
  const { kind, sentence } = await start(command);
  expect(kind).toBe("agent_not_found");
  expect(sentence).toContain(`"${name}"`);
  expect(sentence).toMatch(/[Ii]nstall it.* agent_provider\.options\.command/);
});

it("an agent that ends early with another code was there", async () => {
  expect(await start("exit 3")).toMatchObject({
    kind: "process_exit",
    sentence: expect.stringContaining("exit code 3"),
  });
  expect(await start(["sh", "-c", "exit 127"])).toMatchObject({ kind: "process_exit" });
});

it("a missing workspace is no missing agent", async () => {
  expect(await start(["true"], "/no/such/folder")).toMatchObject({
    kind: "process_exit",
    sentence: expect.stringContaining("/no/such/folder"),
  });
});
