import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { FakeGithub } from "../../dev/fakes/github/index.ts";
import { ask, openPull, R, SEED, start } from "./github-stage.ts";

/** The documents of the reference, appendix B. */
const DOCUMENTS = readFileSync(new URL("github-documents.graphql", import.meta.url), "utf8").split("# ---\n");

async function query(fake: FakeGithub, document: string, variables: object = {}, token = "ghp_maestro") {
  const text = DOCUMENTS.find((one) => new RegExp(`(query|mutation) ${document}\\b`).test(one)) ?? document;
  const { body, status } = await ask(fake, "POST /graphql", { body: { query: text, variables }, token });
  expect(status).toBe(200);
  return body;
}

async function must(fake: FakeGithub, document: string, variables: object = {}, token?: string) {
  const body = await query(fake, document, variables, token);
  expect(body.errors, document).toBeUndefined();
  return body.data;
}

const APP = { owner: "acme", repo: "app" };

describe("GitHub's GraphQL", () => {
  it("shows a pull request whole: reviews, threads, checks, mergeability", async () => {
    const rules = [{ requiredChecks: ["ci"], approvals: 1 }];
    const repos = SEED.repos?.map((repo) => ({ ...repo, rules }));
    const fake = await start({ seed: { ...SEED, ...(repos && { repos }) } });
    await ask(fake, `POST ${R}/issues`, { body: { title: "Wish" } });
    const pull = await openPull(fake, "agent/1", { body: "Closes #1", draft: true });
    const review = {
      event: "REQUEST_CHANGES",
      body: "no",
      comments: [{ path: "agent-1.txt", line: 1, side: "RIGHT", body: "why?" }],
    };
    await ask(fake, `POST ${R}/pulls/${pull.number}/reviews`, { body: review, token: "ghp_ann" });
    const run = { name: "ci", head_sha: pull.head.sha, status: "in_progress" };
    await ask(fake, `POST ${R}/check-runs`, { body: run, token: "ghs_ci" });
    await ask(fake, `POST ${R}/statuses/${pull.head.sha}`, { body: { state: "success", context: "lint" } });

    const variables = { ...APP, number: pull.number };
    const first = await must(fake, "PullState", variables);
    expect(first.repository.pullRequest).toMatchObject({ mergeable: "UNKNOWN" });
    await must(fake, "ReadyForReview", { id: pull.node_id });
    const { repository } = await must(fake, "PullState", variables);
    const shown = repository.pullRequest;
    expect(shown).toMatchObject({
      state: "OPEN",
      isDraft: false,
      mergeable: "MERGEABLE",
      mergeStateStatus: "BLOCKED",
      reviewDecision: "CHANGES_REQUESTED",
      headRefOid: pull.head.sha,
      closingIssuesReferences: { nodes: [{ number: 1 }] },
      latestOpinionatedReviews: { nodes: [{ author: { login: "ann" }, state: "CHANGES_REQUESTED" }] },
    });
    expect(shown.reviewThreads.nodes).toMatchObject([
      { isResolved: false, path: "agent-1.txt", comments: { nodes: [{ body: "why?" }] } },
    ]);
    const rollup = shown.commits.nodes[0].commit.statusCheckRollup;
    expect(rollup.state).toBe("PENDING");
    expect(rollup.contexts.nodes).toMatchObject([
      { __typename: "CheckRun", name: "ci", isRequired: true },
      { __typename: "StatusContext", context: "lint", isRequired: false },
    ]);

    const thread = shown.reviewThreads.nodes[0].id;
    await must(fake, "ReplyThread", { id: thread, body: "because" });
    await must(fake, "ResolveThread", { id: thread });
    const after = await must(fake, "PullState", variables);
    expect(after.repository.pullRequest.reviewThreads.nodes).toMatchObject([
      { isResolved: true, resolvedBy: { login: "maestro" } },
    ]);
    expect((await must(fake, "PullsBatch", { ids: [pull.node_id] })).nodes).toMatchObject([
      { reviewThreads: { totalCount: 1 } },
    ]);
    const byHead = await must(fake, "PullByHead", { ...APP, head: "agent/1", base: "main" });
    expect(byHead.repository.pullRequests.nodes).toMatchObject([{ number: pull.number }]);
    const { repository: ruled } = await must(fake, "Rules", { ...APP, branch: "refs/heads/main" });
    expect(ruled.ref.rules.nodes.map((rule: { type: string }) => rule.type)).toEqual([
      "PULL_REQUEST",
      "REQUIRED_STATUS_CHECKS",
    ]);
  });

  it("merges by itself when the requirements are met", async () => {
    const repos = SEED.repos?.map((repo) => ({ ...repo, rules: [{ requiredChecks: ["ci"] }] }));
    const fake = await start({ seed: { ...SEED, ...(repos && { repos }) } });
    const pull = await openPull(fake, "agent/1");
    const wish = { id: pull.node_id, oid: pull.head.sha, m: "SQUASH", head: "Title", body: "Body" };
    expect(
      (await must(fake, "AutoMerge", wish)).enablePullRequestAutoMerge.pullRequest.autoMergeRequest,
    ).not.toBeNull();
    const run = { name: "ci", head_sha: pull.head.sha, conclusion: "success" };
    await ask(fake, `POST ${R}/check-runs`, { body: run, token: "ghs_ci" });
    const merged = await ask(fake, `GET ${R}/pulls/${pull.number}`);
    expect(merged.body).toMatchObject({ merged: true, state: "closed", merged_by: { login: "maestro" } });
    expect(fake.git("acme", "app").git(["log", "-1", "--format=%s", "main"])).toBe("Title");
    const other = await openPull(fake, "agent/2");
    await ask(fake, `POST ${R}/check-runs`, { body: { ...run, head_sha: other.head.sha }, token: "ghs_ci" });
    const refused = await query(fake, "AutoMerge", { ...wish, id: other.node_id, oid: other.head.sha });
    expect(refused.errors).toMatchObject([
      { type: "UNPROCESSABLE", message: "Pull request Pull request is in clean status" },
    ]);
  });

  it("merges through the queue where the branch asks for it", async () => {
    const repos = SEED.repos?.map((repo) => ({ ...repo, rules: [{ mergeQueue: true }] }));
    const fake = await start({ seed: { ...SEED, ...(repos && { repos }) }, queueMs: 60_000 });
    const pull = await openPull(fake, "agent/1");
    const direct = await ask(fake, `PUT ${R}/pulls/${pull.number}/merge`, { body: { sha: pull.head.sha } });
    expect([direct.status, direct.body.message]).toEqual([405, expect.stringContaining("through the merge queue")]);
    const queued = await must(fake, "Enqueue", { id: pull.node_id, oid: pull.head.sha });
    expect(queued.enqueuePullRequest.mergeQueueEntry).toMatchObject({ position: 1 });
    await must(fake, "Dequeue", { id: pull.node_id });
    await must(fake, "Enqueue", { id: pull.node_id, oid: pull.head.sha });
    fake.server.clock.advance(60_001);
    expect((await ask(fake, `GET ${R}/pulls/${pull.number}`)).body).toMatchObject({ merged: true });
  });

  it("merges, updates branches, toggles drafts and reviews", async () => {
    const fake = await start();
    const [one, two] = [await openPull(fake, "agent/1"), await openPull(fake, "agent/2")];
    const stale = await query(fake, "MergePr", { id: one.node_id, oid: "0".repeat(40), m: "MERGE" });
    expect(stale.errors[0].message).toContain("Head branch was modified");
    const { mergePullRequest } = await must(fake, "MergePr", { id: one.node_id, oid: one.head.sha, m: "MERGE" });
    expect(mergePullRequest.pullRequest.merged).toBe(true);
    const updated = await must(fake, "UpdateBranch", { id: two.node_id, oid: two.head.sha });
    expect(updated.updatePullRequestBranch.pullRequest.headRefOid).not.toBe(two.head.sha);
    expect((await must(fake, "ToDraft", { id: two.node_id })).convertPullRequestToDraft.pullRequest.isDraft).toBe(true);
    const thread = { path: "agent-2.txt", line: 1, side: "RIGHT", body: "nit" };
    const wish = { id: two.node_id, oid: null, event: "COMMENT", body: "ok", threads: [thread] };
    expect((await must(fake, "SubmitReview", wish, "ghp_ann")).addPullRequestReview.pullRequestReview.state).toBe(
      "COMMENTED",
    );
    const own = await query(fake, "SubmitReview", { ...wish, event: "APPROVE", threads: [] });
    expect(own.errors).toMatchObject([
      { type: "UNPROCESSABLE", message: "Review Can not approve your own pull request" },
    ]);
  });

  it("relates issues and keeps a board", async () => {
    const fake = await start();
    const issues = [];
    for (const title of ["One", "Two"]) issues.push((await ask(fake, `POST ${R}/issues`, { body: { title } })).body);
    const [one, two] = issues;
    await must(fake, "AddBlockedBy", { issue: two.node_id, by: one.node_id });
    await must(fake, "AddSub", { p: one.node_id, c: two.node_id });
    const { organization } = await must(fake, "ProjectMeta", { org: "acme", number: 7 });
    const [status] = organization.projectV2.fields.nodes;
    const project = organization.projectV2.id;
    const { addProjectV2ItemById } = await must(fake, "AddItem", { project, content: two.node_id });
    const item = addProjectV2ItemById.item.id;
    const review = status.options.find((option: { name: string }) => option.name === "In Review").id;
    await must(fake, "SetStatus", { project, item, field: status.id, option: review });
    const { node } = await must(fake, "ProjectItems", { id: project });
    expect(node.items.nodes).toMatchObject([
      { status: { name: "In Review" }, content: { number: 2, blockedBy: { nodes: [{ number: 1 }] } } },
    ]);
    const { repository } = await must(fake, "RepoIssues", APP);
    expect(repository.issues.nodes).toHaveLength(2);
    const wrong = await query(fake, "SetStatus", { project, item, field: status.id, option: "gone" });
    expect(wrong.errors).toMatchObject([{ type: "VALIDATION" }]);
    const rest = await ask(fake, "GET /orgs/acme/projectsV2/7/items");
    expect(rest.body[0].fields).toMatchObject([{ name: "Status", value: { id: review } }]);
    expect((await ask(fake, "GET /orgs/acme/projectsV2/7/fields")).body[0].options).toHaveLength(4);
  });

  it("refuses as GitHub does", async () => {
    const fake = await start();
    const unknown = await query(fake, "{ viewer { nope } }");
    expect(unknown.errors).toMatchObject([
      { message: "Field 'nope' doesn't exist on type 'User'", extensions: { code: "undefinedField" } },
    ]);
    const hidden = `{ repository(owner: "acme", name: "secret") { id } }`;
    const none = await query(fake, hidden, {}, "ghp_stranger");
    expect(none).toMatchObject({ data: { repository: null }, errors: [{ type: "NOT_FOUND", path: ["repository"] }] });
    const unbounded = `{ repository(owner: "acme", name: "app") { issues { nodes { id } } } }`;
    expect((await query(fake, unbounded)).errors).toMatchObject([{ type: "MISSING_PAGINATION_BOUNDARIES" }]);
    const pull = await openPull(fake, "agent/1");
    const forbidden = await query(fake, "ReadyForReview", { id: pull.node_id }, "ghp_reader");
    expect(forbidden.errors).toMatchObject([{ type: "FORBIDDEN" }]);
    const unserved = await query(fake, "{ viewer { bio } }");
    expect(unserved.errors).toMatchObject([{ message: "This fake does not serve User.bio" }]);
    const nobody = await ask(fake, "POST /graphql", { body: { query: "{ viewer { login } }" }, token: null });
    expect([nobody.status, nobody.body.message]).toEqual([401, "This endpoint requires you to be authenticated."]);
  });
});
