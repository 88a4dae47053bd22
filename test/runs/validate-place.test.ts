import { afterEach, describe, expect, it } from "vitest";
import type { SimProgram } from "../../dev/sim/sim-process.ts";
import type { Intent } from "../../src/model/outbox.ts";
import type { Workflow } from "../../src/model/workflow.ts";
import { Workshop } from "./workshop.ts";

const BRANCH = "maestro/demo-1";
const pushOf = (sha: string): Intent => ({ kind: "push", branch: BRANCH, sha, expected: null });
const HOOKS = {
  ...{ afterCreate: "npm ci", beforeRun: null, afterRun: null, beforeRemove: null },
  ...{ timeoutMs: 9_000, env: { CACHE: "/cache", NPM_TOKEN: "t0k" } },
};

let shop: Workshop;
afterEach(() => shop.close());

interface Seen {
  readonly command: string;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

/** Validates; a command that `fails` ends with 1. */
async function validate(workflow: Partial<Workflow>, fails = "", head = "base") {
  const seen: Seen[] = [];
  const shell: SimProgram = async ({ args, env, cwd, say }) => {
    const command = args[1] ?? "";
    seen.push({ command, cwd, env });
    say(`${command} said this\n`);
    return command === fails ? 1 : 0;
  };
  shop = new Workshop({
    shell,
    workflow: { hooks: HOOKS, ...workflow },
    environment: { PATH: "/bin", HOME: "/home/me" },
  });
  await shop.start(BRANCH);
  await shop.runtime.makeDirectory("/work/workspaces/DEMO-1");
  await shop.enqueue("validate", { branch: BRANCH, headSha: head }, [pushOf(head)]);
  const outcome = await shop.outcome();
  return { outcome, seen, evidence: await shop.eventsOf("evidence_recorded") };
}

describe("the place of a validation", () => {
  it("is prepared like a workspace, without the tokens that a hook may have there", async () => {
    const { outcome, seen } = await validate({ validation: { commands: ["npm test"], timeoutMs: 60_000 } });
    expect(outcome.status).toBe("succeeded");
    expect(seen.map(({ command }) => command)).toEqual(["npm ci", "npm test"]);
    expect(new Set(seen.map(({ cwd }) => cwd))).toEqual(new Set(["/work/workspaces-checks/DEMO-1-work-validate"]));
    expect(seen[0]?.env).toMatchObject({ CACHE: "/cache", ISSUE_IDENTIFIER: "DEMO-1" });
    expect(seen[0]?.env).not.toHaveProperty("NPM_TOKEN");
  });

  it("counts a preparation that fails on what the agent made as a failed check", async () => {
    const validation = { commands: ["npm test"], timeoutMs: 60_000 };
    const { outcome, seen } = await validate({ validation }, "npm ci");
    expect(outcome).toMatchObject({ status: "failed", failure: "validation", reason: { code: "check_failed" } });
    expect(outcome.reason.sentence).toContain("The hook after_create ended with exit code 1.");
    expect(outcome.reason.sentence).toContain("npm ci said this");
    expect(seen.map(({ command }) => command)).toEqual(["npm ci"]);
  });

  it("may be the workspace, and then what it says is worth an agent's word", async () => {
    const validation = { commands: ["npm test"], timeoutMs: 60_000, in: "workspace" as const };
    const { outcome, seen, evidence } = await validate({ validation });
    expect(outcome).toMatchObject({ status: "succeeded", reason: { code: "validated" } });
    expect(seen).toMatchObject([{ command: "npm test", cwd: "/work/workspaces/DEMO-1" }]);
    const found = evidence.find(({ kind }) => kind === "validation");
    expect(found).toMatchObject({ ok: true, witness: "agent", facts: { in: "workspace" } });
    const lane = await shop.open.record.views.lane("lane-1");
    expect(lane?.branch).toMatchObject({ validatedSha: "base", proofs: { validation: { witness: "agent" } } });
  });

  it("is not the workspace when that holds something else than the head", async () => {
    const validation = { commands: ["npm test"], timeoutMs: 60_000, in: "workspace" as const };
    const { outcome, seen } = await validate({ validation }, "", "head-1");
    expect(outcome).toMatchObject({ status: "failed", failure: "workspace", reason: { code: "workspace_moved" } });
    expect(seen).toEqual([]);
  });

  it("is the sandbox that the workflow demands of agents, or there is no validation", async () => {
    const agentRuntime = { placement: "local", sandbox: "bwrap" as const, env: {}, pass: [] };
    const validation = { commands: ["npm test"], timeoutMs: 60_000 };
    const { outcome, seen } = await validate({ agentRuntime, validation });
    expect(outcome).toMatchObject({ status: "failed", reason: { code: "agent_isolation_missing" } });
    expect(seen).toEqual([]);
  });
});
