import { afterEach, describe, expect, it, vi } from "vitest";
import type { FakeGithubOptions } from "../../../dev/fakes/github/index.ts";
import type { Forge } from "../../../src/contracts/forge.ts";
import { githubForge } from "../../../src/forges/github/index.ts";
import type { Change } from "../../../src/model/change.ts";
import { type GithubStage, githubStage, seedOf, tokenOf } from "./stage.ts";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const calm = { signal: new AbortController().signal };
const BY = { name: "agent", email: "agent@example.invalid", at: 1_700_000_000 };
const R = "/repos/acme/app";

let stage: GithubStage;
let forge: Forge;
afterEach(() => stage.dispose());

type Rule = NonNullable<NonNullable<NonNullable<FakeGithubOptions["seed"]>["repos"]>[number]["rules"]>[number];

async function start(rules: readonly Rule[] = [], more: object = {}): Promise<void> {
  stage = await githubStage({ seed: seedOf({ rules }) });
  forge = await githubForge.open({ ...stage.options(), ...more }, stage.context);
}

async function opened(branch = "work/one", draft = false): Promise<Change> {
  const headSha = stage.fake
    .git("acme", "app")
    .commitFiles(branch, "do it", { "a.txt": "1\n", [branch.replace("/", "-")]: "1\n" }, BY, "main");
  return forge.ensureChange({ branch, base: "main", headSha, title: "One", body: "Why.", draft }, calm);
}

async function now(id: string): Promise<Change> {
  const [change] = await forge.changesByIds([id], calm);
  if (change === undefined) throw new Error(`no change ${id}`);
  return change;
}

/** As somebody else, by the API. */
async function as(login: string, call: string, body?: object): Promise<{ readonly [key: string]: unknown }> {
  const [method, path] = call.split(" ");
  const headers = { authorization: `Bearer ${tokenOf(login)}` };
  const answer = await fetch(stage.fake.url + path, { method: method ?? "GET", headers, body: JSON.stringify(body) });
  expect(answer.status, `${call}: ${await answer.clone().text()}`).toBeLessThan(300);
  return answer.json();
}

const ci = (sha: string, name: string, conclusion: string, text = "") =>
  as("ci", `POST ${R}/check-runs`, {
    name,
    head_sha: sha,
    conclusion,
    output: { title: name, summary: "Summary", text },
  });

describe("checks", () => {
  it("waits for required ones that nobody reported, and leaves optional ones out", async () => {
    await start([{ requiredChecks: ["ci"] }]);
    const change = await opened();
    expect(change.checks).toMatchObject([{ name: "ci", status: "pending", required: true }]);
    await ci(change.headSha, "lint", "failure");
    await ci(change.headSha, "ci", "success");
    const { checks } = await now(change.id);
    expect(checks.map(({ name, status, required }) => [name, status, required])).toEqual([
      ["lint", "failed", false],
      ["ci", "passed", true],
    ]);
  });

  it("count all when the base asks for none, and only the chosen ones when the options name them", async () => {
    await start();
    const change = await opened();
    await ci(change.headSha, "lint", "failure");
    expect((await now(change.id)).checks).toMatchObject([{ name: "lint", status: "failed", required: true }]);
    forge = await githubForge.open({ ...stage.options(), required_checks: ["ci"] }, stage.context);
    expect((await now(change.id)).checks.map(({ name, required }) => [name, required])).toEqual([
      ["lint", false],
      ["ci", true],
    ]);
  });

  it("have a log: the end of the job's, whole characters, or what the App wrote", async () => {
    await start();
    const change = await opened();
    await ci(change.headSha, "ci", "failure", `${"x".repeat(5_000)}\nerror: ünexpected`);
    expect(await forge.checkLog?.(change.id, "ci", { ...calm, maxBytes: 10 })).toBe("nexpected");
    expect(await forge.checkLog?.(change.id, "ci", { ...calm, maxBytes: 18 })).toBe("error: ünexpected");
    const run = stage.fake.data.checkRuns[0];
    if (run !== undefined) run.log = null;
    expect(await forge.checkLog?.(change.id, "ci", { ...calm, maxBytes: 50 })).toContain("ünexpected");
    expect(await forge.checkLog?.(change.id, "none", { ...calm, maxBytes: 50 })).toBeNull();
  });
});

describe("people", () => {
  it("decide only when they may write: a stranger's approval is a remark", async () => {
    await start();
    const change = await opened();
    await as("stranger", `POST ${R}/pulls/${change.id}/reviews`, { event: "APPROVE", body: "Ship it" });
    await as("alice", `POST ${R}/pulls/${change.id}/reviews`, { event: "REQUEST_CHANGES", body: "No" });
    await as("stranger", `POST ${R}/issues/${change.id}/comments`, { body: "Me too" });
    const { reviews, comments } = await now(change.id);
    expect(reviews.map(({ author, decision, trust }) => [author, decision, trust])).toEqual([
      ["stranger", "commented", "outsider"],
      ["alice", "changes_requested", "member"],
    ]);
    expect(comments).toMatchObject([{ author: "stranger", trust: "outsider", topic: null }]);
  });

  it("are named where words are written for them; their own change they cannot review, which is told", async () => {
    await start();
    const change = await opened();
    await forge.comment(change.id, "alice", "Please hurry", calm);
    expect((await now(change.id)).comments).toMatchObject([
      { author: "maestro", body: "**alice:**\n\nPlease hurry", trust: "self" },
    ]);
    await expect(
      forge.review(change.id, { author: "alice", decision: "approved", body: "" }, calm),
    ).rejects.toMatchObject({
      code: "forge_status",
      message: expect.stringContaining("nobody review their own"),
      hint: expect.stringContaining(`/pull/${change.id}`),
    });
  });

  it("are asked for a review", async () => {
    await start();
    const change = await opened();
    await forge.requestReviewers?.(change.id, ["alice"], calm);
    expect(stage.fake.data.pulls[0]?.requestedReviewers).toEqual(["alice"]);
    await expect(forge.requestReviewers?.("99", ["alice"], calm)).rejects.toMatchObject({ code: "forge_not_found" });
  });
});

describe("threads", () => {
  it("are shown to the last one, answered once and resolved once", async () => {
    await start();
    const change = await opened();
    const comments = Array.from({ length: 33 }, (_, at) => ({ path: "a.txt", line: 1, body: `Remark ${at}` }));
    await as("alice", `POST ${R}/pulls/${change.id}/reviews`, { event: "COMMENT", body: "", comments });
    const { threads = [], reviews } = await now(change.id);
    expect(threads.map(({ comments: [first] }) => first?.body)).toEqual(comments.map(({ body }) => body));
    expect(reviews).toEqual([]);
    const last = threads.at(-1)?.id ?? "";
    for (const _ of [1, 2]) await forge.reply?.(change.id, last, "Done.", calm);
    for (const _ of [1, 2]) await forge.resolve?.(change.id, last, calm);
    const thread = (await now(change.id)).threads?.at(-1);
    expect([thread?.resolved, thread?.comments.map(({ body }) => body)]).toEqual([true, ["Remark 32", "Done."]]);
    await expect(forge.resolve?.(change.id, "PRRT_1", calm)).rejects.toMatchObject({ code: "forge_not_found" });
  });
});

describe("rules", () => {
  it("block what they do not allow yet, and say why", async () => {
    await start([{ requiredChecks: ["ci"], approvals: 1, resolveThreads: true }]);
    const change = await opened();
    expect(change.mergeability).toBe("clean");
    expect(change.blockers).toEqual([
      "A review by somebody with write access is required.",
      'The required check "ci" has not ended.',
    ]);
    expect(await forge.branchRules?.("main", calm)).toEqual({
      requiredChecks: ["ci"],
      requiredApprovals: 1,
      requiresResolvedThreads: true,
      requiresMergeQueue: false,
    });
    const refused = await forge.merge(change.id, change.headSha, calm);
    expect(refused).toMatchObject({ kind: "refused", code: "not_allowed" });
    expect(JSON.stringify(refused)).toMatch(/Required status check \\"ci\\" is expected/);
  });

  it("of the classic kind are known to administrators, and otherwise as far as anybody is told", async () => {
    await start([{ source: "classic", requiredChecks: ["ci"], approvals: 2 }]);
    expect(await forge.branchRules?.("main", calm)).toMatchObject({
      requiredApprovals: null,
      requiresMergeQueue: false,
    });
    stage.fake.data.repos[0]?.collaborators.push({ login: "boss", permission: "admin" });
    stage.fake.data.tokens.push({
      token: "ghp_boss",
      login: "boss",
      permission: "admin",
      repos: null,
      expiresAt: null,
      appId: null,
    });
    const boss = await githubForge.open({ ...stage.options(), token: "ghp_boss" }, stage.context);
    expect(await boss.branchRules?.("main", calm)).toMatchObject({ requiredChecks: ["ci"], requiredApprovals: 2 });
  });

  it("with a merge queue are followed: the change is put into it and waited for", async () => {
    await start([{ mergeQueue: true }]);
    const change = await opened();
    const result = await forge.merge(change.id, change.headSha, calm);
    expect(result.kind).toBe("merged");
    expect(await now(change.id)).toMatchObject({ state: "merged" });
  });

  it("tell that the head lacks the base", async () => {
    await start([{ strict: true, requiredChecks: [] }]);
    const change = await opened();
    stage.fake.git("acme", "app").commitFiles("main", "more", { "more.txt": "1\n" }, BY);
    expect(await now(change.id)).toMatchObject({ mergeability: "behind" });
  });
});

describe("a change", () => {
  it("gets the required label and the draft's own, whether it is made or found, and keeps others", async () => {
    await start([], { options: { required_pr_label: "maestro" } });
    const change = await opened();
    expect(change.labels).toEqual(["maestro"]);
    await as("alice", `POST ${R}/issues/${change.id}/labels`, { labels: ["hers"] });
    await as("alice", `DELETE ${R}/issues/${change.id}/labels/maestro`);
    const { branch, base, headSha, title, body } = change;
    const again = await forge.ensureChange({ branch, base, headSha, title, body, labels: ["own"] }, calm);
    expect(again.labels).toEqual(["hers", "maestro", "own"]);
  });

  it("is a draft when asked for, and a draft no longer when told so", async () => {
    await start();
    const change = await opened("work/one", true);
    expect(change).toMatchObject({ draft: true, mergeability: "clean" });
    for (const _ of [1, 2]) await forge.setDraft?.(change.id, false, calm);
    expect(await now(change.id)).toMatchObject({ draft: false });
    expect(stage.fake.server.log.of("mutation markPullRequestReadyForReview")).toHaveLength(1);
    await forge.updateChange?.(change.id, { title: "Two" }, calm);
    expect(await now(change.id)).toMatchObject({ title: "Two", body: "Why." });
  });

  it.each(["merge", "squash", "rebase"])("is landed by the method %s", async (method) => {
    await start([], { merge_method: method });
    const change = await opened();
    expect(await forge.merge(change.id, change.headSha, calm)).toMatchObject({ kind: "merged" });
    const git = stage.fake.git("acme", "app");
    expect(git.git(["rev-list", "--parents", "-n1", "main"]).split(" ")).toHaveLength(method === "merge" ? 3 : 2);
  });

  it("of a fork with a branch of the same name is not ours", async () => {
    await start();
    const change = await opened();
    expect((await forge.findChange(change.branch, calm))?.id).toBe(change.id);
    const head = { ref: change.branch, repo: { full_name: "acme/fork" } };
    const body = [{ number: Number(change.id), state: "open", merged_at: null, head }];
    const operation = "GET /repos/{owner}/{repo}/pulls";
    stage.fake.server.faults.add({ kind: "status", operation, status: 200, body });
    expect(await forge.findChange(change.branch, calm)).toBeUndefined();
  });
});
