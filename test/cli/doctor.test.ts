import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { mockAgent } from "../../src/agents/mock/index.ts";
import { builtInKinds } from "../../src/app-kinds.ts";
import { systemClock } from "../../src/base/clock.ts";
import { MaestroError } from "../../src/base/errors.ts";
import { silentLog } from "../../src/base/log.ts";
import { systemRandom } from "../../src/base/random.ts";
import { SecretRegistry } from "../../src/base/redact.ts";
import type { AgentRig, App, Project } from "../../src/cli/app.ts";
import type { AgentProbe, AgentProvider } from "../../src/contracts/agent-provider.ts";
import { isAtLeast } from "../../src/cli/doctor/machine.ts";
import type { Workflow } from "../../src/model/workflow.ts";
import { localRuntime } from "../../src/runtimes/local/index.ts";
import { workflowOf } from "../policy/workflow-facts.ts";
import { type Stage, stage } from "./stage.ts";

interface Found {
  readonly ok: boolean;
  readonly sections: readonly {
    readonly id: string;
    readonly checks: readonly { id: string; status: string; summary: string; mend: string | null }[];
  }[];
}

const FILE = `---
workflow: { profile: { kind: triage, version: 1 } }
tracker:
  kind: local
  lifecycle:
    active_states: [intake, classifying]
    terminal_states: [routed, duplicate, rejected]
    state_phase_map: { intake: todo, classifying: in_progress, needs_info: human_review, routed: done, duplicate: canceled, rejected: canceled }
agent_provider: { kind: mock }
hooks: { env: { TOKEN: $DOCTOR_TOKEN } }
---
`;

/** A machine on which everything is as it should be, in a temporary folder. */
async function healthy(
  changes: { readonly workflow?: Partial<Workflow>; readonly parts?: Partial<App>; isRunning?: boolean } = {},
) {
  const root = mkdtempSync(join(tmpdir(), "maestro-doctor-"));
  onTestFinished(() => {
    chmodSync(root, 0o700);
    rmSync(root, { recursive: true, force: true });
  });
  const clock = systemClock();
  const workflow = {
    ...workflowOf(),
    workspace: { root: join(root, "w"), strategy: "worktree" as const, minFreeBytes: 1 },
    ...changes.workflow,
  };
  const project: Project = { id: "demo", workflowPath: "/demo/W.md", stateDirectory: join(root, "state"), demo: null };
  mkdirSync(project.stateDirectory);
  const file = join(root, "WORKFLOW.md");
  writeFileSync(file, FILE);
  const self = await stage({
    isRunning: changes.isRunning ?? false,
    parts: {
      clock,
      // Processes are found by names that are made of it: two tests must not have the same.
      random: systemRandom(),
      home: root,
      locate: async () => project,
      workflow: async () => workflow,
      workflowInput: async () => ({
        ...{
          path: file,
          directory: root,
          id: "demo",
          home: root,
          kinds: builtInKinds(),
          secrets: new SecretRegistry(),
        },
        environment: { DOCTOR_TOKEN: "held-back" },
      }),
      agent: async () => rigOf(workflow),
      ...changes.parts,
    },
  });
  self.forge.receivePush("main", "b".repeat(40), null);
  return { self, root, project, examine: () => examine(self) };
}

/** The scripted agent, with more abilities when they are given. */
async function rigOf(workflow: Workflow, more: Partial<AgentProvider> = {}): Promise<AgentRig> {
  const clock = systemClock();
  const runtime = localRuntime({ clock, machine: "here", log: silentLog });
  return {
    workflow,
    provider: { ...(await mockAgent.open(mockAgent.parseOptions({}))), ...more },
    runtime,
    account: "default",
    sandbox: { ok: true, sentence: "bubblewrap" },
    tools: [],
    place: async () => ({ runtime, own: {}, env: {}, close: async () => undefined }),
    environment: (extra) => ({ PATH: process.env.PATH ?? "", ...extra }),
  };
}

async function examine(self: Stage) {
  const { code, out } = await self.run("doctor", "--json");
  const found: Found = JSON.parse(out);
  const check = (section: string, id: string) =>
    found.sections.find((each) => each.id === section)?.checks.find((each) => each.id === id);
  return { code, found, check };
}

describe("maestro doctor", () => {
  it("finds a healthy machine healthy, and leaves nothing open", async () => {
    const { self, examine } = await healthy();
    const { found } = await examine();
    const failed = found.sections.flatMap(({ checks }) => checks).filter(({ status }) => status === "fail");
    expect([failed, self.open.size]).toEqual([[], 0]);
    expect(found.sections.map(({ id }) => id)).toEqual([
      ...["machine", "home", "workflow", "outside", "agent", "service", "record"],
    ]);
  });

  const TROUBLES: [what: string, section: string, id: string, exit: number, parts: Partial<App>][] = [
    ["a wrong file", "workflow", "valid", 3, { workflow: fails("invalid_workflow") }],
    ["a tracker that is down", "outside", "tracker", 6, { tracker: fails("tracker_request") }],
    ["a forge that refuses", "outside", "forge", 6, { forge: fails("forge_auth") }],
    ["an agent that is not there", "agent", "starts", 3, { agent: fails("agent_not_found") }],
    ["a damaged record", "record", "readable", 7, { reader: fails("record_corrupt") }],
  ];
  it.each(TROUBLES)("ends with the code of %s", async (_what, section, id, exit, parts) => {
    const { examine } = await healthy({ parts });
    const { code, check } = await examine();
    expect([code, check(section, id)?.status]).toEqual([exit, "fail"]);
  });

  it("names the variables that the file refers to, never what they hold", async () => {
    const { found, check } = await (await healthy()).examine();
    expect(check("workflow", "environment_DOCTOR_TOKEN")).toMatchObject({
      status: "ok",
      summary: "DOCTOR_TOKEN is set (hooks.env.TOKEN)",
    });
    expect(JSON.stringify(found)).not.toContain("held-back");
  });

  const PROBE: AgentProbe = {
    ...{ ok: true, program: "/bin/agent", version: "1.2", tested: "1.x", login: "an API key" },
    steps: [{ id: "program", ok: true, ms: 1, sentence: "It was started." }],
  };
  const LOOKS: [what: string, probe: Partial<AgentProbe>, code: number, statuses: (string | undefined)[]][] = [
    ["a login", {}, 0, ["ok", "ok", "ok"]],
    ["no login", { login: null }, 0, ["ok", "ok", "warn"]],
    [
      "a version that nobody tested",
      { version: "9.9", steps: [{ id: "version", ok: false, ms: 1, sentence: "It is new." }] },
      0,
      ["ok", "warn", "ok"],
    ],
    [
      "a handshake that fails",
      { ok: false, steps: [{ id: "handshake", ok: false, ms: 1, sentence: "It said nothing." }] },
      6,
      ["fail", undefined, undefined],
    ],
    ["no program", { ok: false, program: null }, 3, ["fail", undefined, undefined]],
  ];
  it.each(LOOKS)("looks at an agent that can be looked at: %s", async (_what, probe, exit, statuses) => {
    const agent = () => rigOf(workflowOf(), { probe: async () => ({ ...PROBE, ...probe }) });
    const { code, check } = await (await healthy({ parts: { agent } })).examine();
    expect([code, ["starts", "version", "login"].map((id) => check("agent", id)?.status)]).toEqual([exit, statuses]);
  });

  it("sees a service that was killed by what it left", async () => {
    const { project, examine } = await healthy();
    const gone = { version: 1, pid: 2 ** 22 + 1, startedAt: 5, note: "" };
    writeFileSync(join(project.stateDirectory, "instance.lock.owner"), JSON.stringify(gone));
    writeFileSync(join(project.stateDirectory, "control.sock"), "");
    const { check } = await examine();
    expect(check("service", "instance")?.summary).toContain("was killed");
    expect(check("service", "control_socket")).toMatchObject({ status: "warn" });
  });

  it("sees a service that lives but does not answer", async () => {
    const { project, examine } = await healthy();
    const owner = { version: 1, pid: process.pid, startedAt: 5, note: "" };
    writeFileSync(join(project.stateDirectory, "instance.lock.owner"), JSON.stringify(owner));
    const { check } = await examine();
    expect(check("service", "instance")).toMatchObject({ status: "warn", mend: expect.stringContaining("kill") });
  });

  it("finds a port that somebody else has, and one that the service itself serves", async () => {
    const server = createServer();
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    onTestFinished(() => void server.close());
    const address = server.address();
    const port = address !== null && typeof address === "object" ? address.port : 0;
    const workflow = { server: { port, host: "127.0.0.1" } };
    const taken = await (await healthy({ workflow })).examine();
    expect([taken.code, taken.check("service", "port")?.status]).toEqual([5, "fail"]);
    const served = await (await healthy({ workflow, isRunning: true })).examine();
    expect(served.check("service", "port")?.status).toBe("ok");
  });

  it("refuses less space than the workflow keeps free", async () => {
    const workflow = {
      workspace: { root: tmpdir(), strategy: "worktree" as const, minFreeBytes: Number.MAX_SAFE_INTEGER },
    };
    const { code, check } = await (await healthy({ workflow })).examine();
    expect([code, check("home", "disk_floor")?.status]).toEqual([7, "fail"]);
  });

  it("says in words what mends it, about the same workflow", async () => {
    const { self } = await healthy({ parts: { tracker: fails("tracker_request") } });
    const { out } = await self.run("doctor", "--template", "local/local/mock");
    expect(out).toContain(
      "  fail  It failed.\n        mend: `maestro smoke tracker --template local/local/mock` tries it step by step.\n",
    );
    expect(out).toMatch(/\d+ of \d+ checks failed\.\n$/);
  });

  it("finds no project where a wrong command line names none", async () => {
    const { self } = await healthy({ parts: { locate: fails("unknown_template") } });
    expect((await self.run("doctor")).code).toBe(2);
  });
});

function fails(code: string): () => Promise<never> {
  return () => Promise.reject(new MaestroError({ code, message: "It failed." }));
}

describe("isAtLeast", () => {
  it.each([
    ["2.38.0", "2.38", true],
    ["2.37.9", "2.38", false],
    ["20.19.0", "20.19", true],
    ["24.1.0", "20.19", true],
    ["20.9.0", "20.19", false],
  ])("%s against %s", (version, least, wanted) => expect(isAtLeast(version, least)).toBe(wanted));
});
