import { describe, expect, it, onTestFinished } from "vitest";
import type { App, Opened } from "../../../src/cli/app.ts";
import { openGitTrial } from "../../../src/app-git-trial.ts";
import { githubForge } from "../../../src/forges/github/index.ts";
import type { Workflow } from "../../../src/model/workflow.ts";
import { githubTracker } from "../../../src/trackers/github/index.ts";
import { linearTracker } from "../../../src/trackers/linear/index.ts";
import { githubStage } from "../../forges/github/stage.ts";
import { workflowOf, type WorkflowOptions } from "../../policy/workflow-facts.ts";
import { seedIssues } from "../../trackers/github/harness.ts";
import { KEY } from "../../trackers/linear/harness.ts";
import { stage as linearStage } from "../../trackers/linear/stage.ts";
import { stage } from "../../cli/stage.ts";

interface Check {
  readonly id: string;
  readonly status: string;
  readonly summary: string;
  readonly mend: string | null;
  readonly code: string | null;
}

function opened<T>(value: T, close: (value: T) => Promise<void>): Opened<T> {
  return { value, close: () => close(value) };
}

/** A command line over a fake GitHub, as tracker and forge. */
async function onGithub(options: { readonly login?: string; readonly workflow?: WorkflowOptions } = {}) {
  const github = await githubStage();
  onTestFinished(() => github.dispose());
  const [issue] = seedIssues(github, [{ identifier: "ISS-1", title: "Greet", state: "Todo" }]);
  const given = github.options(options.login);
  const workflow: Workflow = workflowOf({ ...options.workflow });
  const settled = workflow.repo === null ? workflow : { ...workflow, repo: { ...workflow.repo, path: null } };
  const parts: Partial<App> = {
    workflow: async () => settled,
    tracker: async () => opened(await githubTracker.open(given, github.context), (tracker) => tracker.close()),
    forge: async () => opened(await githubForge.open(given, github.context), (forge) => forge.dispose()),
    gitTrial: (_project, forge) => openGitTrial(github.context, settled, forge),
  };
  const self = await stage({ parts });
  return { github, issue, run: self.run };
}

/** A command line over a fake Linear. */
async function onLinear(options: { readonly key?: string; readonly workflow?: WorkflowOptions } = {}) {
  const linear = await linearStage();
  const given = { endpoint: `${linear.fake.url}/graphql`, api_key: options.key ?? KEY, team: "ISS" };
  const parts: Partial<App> = {
    workflow: async () => workflowOf({ repo: null, ...options.workflow }),
    tracker: async () => opened(await linearTracker.open(given, linear.place.context), (tracker) => tracker.close()),
  };
  return { linear, run: (await stage({ parts })).run };
}

/** What the doctor says of tracker and forge. */
async function examined({ run }: { run: Awaited<ReturnType<typeof stage>>["run"] }): Promise<readonly Check[]> {
  const { sections } = JSON.parse((await run("doctor", "--json")).out);
  return sections.find(({ id }: { id: string }) => id === "outside").checks;
}

function find(checks: readonly Check[], id: string): Check | undefined {
  return checks.find((check) => check.id === id);
}

describe("maestro doctor", () => {
  it("finds nothing wrong with a GitHub that has what the workflow asks for, and says that nothing protects the base", async () => {
    const checks = await examined(await onGithub());
    expect(checks.map(({ id, status }) => `${id} ${status}`)).toEqual([
      "tracker ok",
      "states ok",
      "labels ok",
      "forge ok",
      "base_branch ok",
      "protection warn",
    ]);
    expect(find(checks, "labels")?.summary).toContain('"maestro:needs-attention" is made when it is needed');
    expect(find(checks, "protection")?.mend).toMatch(/Protect the branch/);
  });

  it("says what the base asks for where it is protected", async () => {
    const made = await onGithub();
    made.github.fake.data.repos[0]?.rules.push({
      ...{ source: "ruleset", branch: "main", requiredChecks: ["build"], strict: false, approvals: 2 },
      ...{ resolveThreads: false, mergeQueue: false, locked: false },
    });
    const check = find(await examined(made), "protection");
    expect([check?.status, check?.summary]).toEqual(["ok", expect.stringContaining('2 approvals, the check "build"')]);
  });

  it("says that a token is wrong, or may not write, and how to mend it", async () => {
    const wrong = await examined(await onGithub({ login: "nobody" }));
    expect(find(wrong, "tracker")).toMatchObject({ status: "fail", code: "tracker_auth", mend: expect.any(String) });
    expect(find(wrong, "forge")).toMatchObject({ status: "fail", code: "forge_auth", mend: expect.any(String) });
    const reader = await examined(await onGithub({ login: "stranger" }));
    expect(find(reader, "tracker")).toMatchObject({ status: "fail", mend: expect.stringMatching(/write|scope/i) });
    expect(find(reader, "forge")).toMatchObject({ status: "fail", mend: expect.stringMatching(/write|scope/i) });
  });

  it("says that a label is missing without which no issue can be started", async () => {
    for (const made of [
      await onGithub({ workflow: { requiredLabels: ["ready"] } }),
      await onLinear({ workflow: { requiredLabels: ["ready"] } }),
    ]) {
      const check = find(await examined(made), "label_ready");
      expect(check).toMatchObject({ status: "fail", mend: expect.stringContaining("Make the label") });
    }
  });

  it("finds a Linear in order whose states are there", async () => {
    const states = [
      { name: "Todo", route: "planning", category: "todo" },
      { name: "In Progress", route: "developing", category: "in_progress" },
      { name: "Done", route: "resolved", category: "done" },
    ] as const;
    const checks = await examined(await onLinear({ workflow: { states, requiredLabels: ["agent"] } }));
    expect(checks.map(({ id, status }) => `${id} ${status}`)).toEqual(["tracker ok", "states ok", "labels ok"]);
  });

  it("says which state is missing in Linear, what there is, and what is perhaps meant", async () => {
    const states = [
      { name: "Todo", route: "planning", category: "todo" },
      { name: "In Reviw", route: "review", category: "review" },
      { name: "Rework", route: "rework", category: "rework" },
    ] as const;
    const checks = await examined(await onLinear({ workflow: { states } }));
    expect(find(checks, "state_in reviw")).toMatchObject({
      status: "fail",
      summary: expect.stringMatching(/it has .*Backlog/),
      mend: expect.stringContaining('Perhaps "In Review" is meant.'),
    });
    expect(find(checks, "state_rework")).toMatchObject({ status: "warn" });
  });

  it("says that Linear does not know the key", async () => {
    const checks = await examined(await onLinear({ key: "lin_api_wrong" }));
    expect(checks).toMatchObject([{ id: "tracker", status: "fail", code: "tracker_auth", mend: expect.any(String) }]);
  });
});

describe("maestro smoke", () => {
  const WRITES = /^(?:POST|PATCH|PUT|DELETE|mutation)/;

  it("reads only, on GitHub and on Linear", async () => {
    const { github, issue, run } = await onGithub();
    expect((await run("smoke", "tracker", "--issue", issue?.identifier ?? "", "--json")).code).toBe(0);
    expect((await run("smoke", "forge", "--json")).code).toBe(0);
    expect(github.fake.server.log.calls.filter(({ operation }) => WRITES.test(operation))).toEqual([]);
    const { linear, run: runLinear } = await onLinear();
    expect((await runLinear("smoke", "tracker", "--issue", "ISS-1", "--json")).code).toBe(0);
    expect(linear.fake.server.log.calls.filter(({ operation }) => WRITES.test(operation))).toEqual([]);
  });

  it("writes to an issue when that is confirmed, and takes it back", async () => {
    const { github, issue, run } = await onGithub();
    const before = structuredClone(github.fake.data.issues.find(({ number }) => number === 1));
    const { code, out } = await run(
      "smoke",
      "tracker",
      "--issue",
      issue?.identifier ?? "",
      "--confirm-writes",
      "--json",
    );
    const { probes } = JSON.parse(out);
    expect([code, probes.map(({ id }: { id: string }) => id).slice(-4)]).toEqual([
      0,
      ["label-write", "label-cleanup", "claim-write", "claim-cleanup"],
    ]);
    const after = github.fake.data.issues.find(({ number }) => number === 1);
    expect([after?.labels, after?.state]).toEqual([before?.labels, before?.state]);
    expect(github.fake.data.comments).toEqual([]);
    const { linear, run: runLinear } = await onLinear();
    expect((await runLinear("smoke", "tracker", "--issue", "ISS-1", "--confirm-writes")).code).toBe(0);
    expect(linear.fake.data.issues[0]?.labelIds).toEqual([]);
  });

  it("takes back what it began even when a write fails", async () => {
    const { github, issue, run } = await onGithub();
    const operation = "POST /repos/{owner}/{repo}/issues/{issue_number}/labels";
    github.fake.server.faults.add({ kind: "drop_after", operation });
    const { code } = await run("smoke", "tracker", "--issue", issue?.identifier ?? "", "--confirm-writes");
    expect(code).toBe(1);
    expect(github.fake.data.issues.find(({ number }) => number === 1)?.labels).toEqual(["status:Todo"]);
  });

  it("pushes a branch over real Git, opens a change, and leaves neither", async () => {
    const { github, run } = await onGithub();
    const { code, out } = await run("smoke", "forge", "--confirm-writes", "--json");
    const { probes } = JSON.parse(out);
    expect([code, probes.map(({ id }: { id: string }) => id).slice(-4)]).toEqual([
      0,
      ["push", "open-change", "close-change", "delete-branch"],
    ]);
    expect(github.fake.git("acme", "app").git(["branch", "--list", "maestro/*"]).trim()).toBe("");
    expect(github.fake.data.issues.filter(({ isPull }) => isPull).map(({ state }) => state)).toEqual(["closed"]);
  });
});

describe("maestro issue and maestro change", () => {
  it("work on GitHub: list, show, new, comment, label, move", async () => {
    const { github, issue, run } = await onGithub();
    const id = issue?.identifier ?? "";
    expect((await run("issue", "list")).out).toContain(id);
    expect((await run("issue", "show", id)).out).toContain("Greet");
    expect((await run("issue", "new", "Say goodbye", "--state", "Todo")).out).toContain("acme/app#");
    expect((await run("issue", "comment", id, "Please hurry.")).code).toBe(0);
    expect((await run("issue", "label", id, "--add", "urgent")).code).toBe(0);
    expect((await run("issue", "move", id, "In Progress")).code).toBe(0);
    const seen = github.fake.data.issues.find(({ number }) => number === 1);
    expect(seen?.labels.toSorted()).toEqual(["status:In Progress", "urgent"]);
    expect(github.fake.data.comments.map(({ body }) => body)).toEqual([expect.stringContaining("Please hurry.")]);
  });

  it("work on Linear: list, show, new, comment, label, move", async () => {
    const { linear, run } = await onLinear();
    expect((await run("issue", "list")).out).toContain("ISS-1");
    expect((await run("issue", "show", "ISS-1")).out).toContain("One");
    expect((await run("issue", "new", "Say goodbye", "--state", "Todo")).out).toContain("ISS-");
    expect((await run("issue", "comment", "ISS-1", "Please hurry.")).code).toBe(0);
    expect((await run("issue", "label", "ISS-1", "--add", "agent")).code).toBe(0);
    expect((await run("issue", "move", "ISS-1", "In Progress")).code).toBe(0);
    const shown = JSON.parse((await run("issue", "show", "ISS-1", "--json")).out);
    expect(shown.issue).toMatchObject({ state: "In Progress", labels: ["agent"] });
    expect(linear.fake.data.comments).toHaveLength(1);
  });

  it("work on GitHub: list, show, diff, comment, review, merge", async () => {
    const { github, run } = await onGithub();
    const git = github.fake.git("acme", "app");
    const by = { name: "agent", email: "agent@example.invalid", at: 1_700_000_000 };
    const headSha = git.commitFiles("maestro/one", "one", { "one.txt": "1\n" }, by, "main");
    const forge = await githubForge.open(github.options("alice"), github.context);
    const draft = { branch: "maestro/one", base: "main", headSha, title: "One", body: "Adds one." };
    const { id } = await forge.ensureChange(draft, { signal: new AbortController().signal });
    expect((await run("change", "list")).out).toContain("maestro/one");
    expect((await run("change", "show", id)).out).toContain("One");
    expect((await run("change", "diff", id)).out).toContain("+1");
    expect((await run("change", "comment", id, "Nice.")).code).toBe(0);
    expect((await run("change", "review", id, "--approve")).code).toBe(0);
    expect((await run("change", "merge", id)).code).toBe(0);
    expect(JSON.parse((await run("change", "show", id, "--json")).out)).toMatchObject({ change: { state: "merged" } });
  });
});
