import { describe, expect, it } from "vitest";
import type { FakeGithubOptions } from "../../dev/fakes/github/index.ts";
import { ask, openPull, R, SEED, start } from "./github-stage.ts";

const BY = { name: "ann", email: "ann@example.com", at: 1_700_000_001 };
type Rules = NonNullable<NonNullable<FakeGithubOptions["seed"]>["repos"]>[number]["rules"];

function withRules(rules: NonNullable<Rules>): FakeGithubOptions {
  return { seed: { ...SEED, repos: (SEED.repos ?? []).map((repo) => ({ ...repo, rules })) } };
}

describe("pull requests", () => {
  it("are refused without a head, without commits and a second time, with GitHub's bodies", async () => {
    const fake = await start();
    const create = (head: string) => ask(fake, `POST ${R}/pulls`, { body: { title: "T", head, base: "main" } });
    expect((await create("nope")).body).toMatchObject({
      message: "Validation Failed",
      errors: [{ resource: "PullRequest", field: "head", code: "invalid" }],
    });
    await openPull(fake, "agent/1");
    const twice = await create("agent/1");
    expect(twice.status).toBe(422);
    expect(twice.body.errors).toEqual([
      { resource: "PullRequest", code: "custom", message: "A pull request already exists for acme:agent/1." },
    ]);
    await ask(fake, `POST ${R}/git/refs`, {
      body: { ref: "refs/heads/same", sha: fake.git("acme", "app").head("main") },
    });
    expect((await create("same")).body.errors[0].message).toBe("No commits between main and same");
    expect(fake.data.pulls).toHaveLength(1);
  });

  it("are found by head, shown with what they change, edited and closed", async () => {
    const fake = await start();
    const pull = await openPull(fake, "agent/1", { draft: true });
    expect((await ask(fake, `GET ${R}/pulls?head=acme:agent/1&state=all`)).body).toMatchObject([
      { number: pull.number },
    ]);
    expect((await ask(fake, `GET ${R}/pulls?head=acme:other&state=all`)).body).toEqual([]);
    const first = await ask(fake, `GET ${R}/pulls/${pull.number}`);
    expect(first.body).toMatchObject({
      mergeable: null,
      mergeable_state: "unknown",
      commits: 1,
      changed_files: 1,
      additions: 1,
    });
    expect((await ask(fake, `GET ${R}/pulls/${pull.number}`)).body).toMatchObject({
      mergeable: true,
      mergeable_state: "draft",
    });
    expect((await ask(fake, `GET ${R}/pulls/${pull.number}/files`)).body).toMatchObject([
      { filename: "agent-1.txt", status: "added" },
    ]);
    expect((await ask(fake, `GET ${R}/pulls/${pull.number}/commits`)).body).toMatchObject([
      { commit: { message: "Change agent/1" } },
    ]);
    const diff = await ask(fake, `GET ${R}/pulls/${pull.number}`, {
      headers: { accept: "application/vnd.github.diff" },
    });
    expect(diff.text).toContain("+agent/1");
    const ignored = await ask(fake, `PATCH ${R}/pulls/${pull.number}`, { body: { draft: false, title: "New" } });
    expect(ignored.body).toMatchObject({ draft: true, title: "New" });
    expect((await ask(fake, `PATCH ${R}/pulls/${pull.number}`, { body: { state: "closed" } })).body.state).toBe(
      "closed",
    );
    expect((await ask(fake, `PATCH ${R}/pulls/${pull.number}`, { body: { state: "open" } })).body.state).toBe("open");
  });

  it("merge with the expected head by each method, close their issues, and say 405 and 409", async () => {
    const fake = await start();
    await ask(fake, `POST ${R}/issues`, { body: { title: "Wish" } });
    for (const [index, method] of ["merge", "squash", "rebase"].entries()) {
      const pull = await openPull(fake, `agent/${index}`, { body: "Fixes #1" });
      const merge = (body: object) => ask(fake, `PUT ${R}/pulls/${pull.number}/merge`, { body });
      const stale = await merge({ sha: "0".repeat(40), merge_method: method });
      expect([stale.status, stale.body.message]).toEqual([
        409,
        "Head branch was modified. Review and try the merge again.",
      ]);
      expect((await ask(fake, `GET ${R}/pulls/${pull.number}/merge`)).status).toBe(404);
      const merged = await merge({ sha: pull.head.sha, merge_method: method });
      expect(merged.body).toMatchObject({ merged: true, sha: fake.git("acme", "app").head("main") });
      expect((await ask(fake, `GET ${R}/pulls/${pull.number}/merge`)).status).toBe(204);
      const again = await merge({ sha: pull.head.sha, merge_method: method });
      expect([again.status, again.body.message]).toEqual([405, "Pull Request is not mergeable"]);
    }
    const subjects = fake.git("acme", "app").git(["log", "--first-parent", "--format=%s", "main"]).split("\n");
    expect(subjects).toEqual([
      "Change agent/2",
      "Pull agent/1 (#3)",
      "Merge pull request #2 from acme/agent/0",
      "Initial commit",
    ]);
    expect((await ask(fake, `GET ${R}/issues/1`)).body.state).toBe("closed");
  });

  it("conflict, fall behind and are brought up to date", async () => {
    const fake = await start(withRules([{ strict: true }]));
    const git = fake.git("acme", "app");
    const clash = await openPull(fake, "clash", { file: "a.txt" });
    const behind = await openPull(fake, "behind");
    git.commitFiles("main", "Elsewhere", { "a.txt": "two\n" }, BY);
    const state = async (number: number) => {
      await ask(fake, `GET ${R}/pulls/${number}`);
      return (await ask(fake, `GET ${R}/pulls/${number}`)).body.mergeable_state;
    };
    expect([await state(clash.number), await state(behind.number)]).toEqual(["dirty", "behind"]);
    const refused = await ask(fake, `PUT ${R}/pulls/${clash.number}/merge`, { body: { sha: clash.head.sha } });
    expect([refused.status, refused.body.message]).toEqual([405, "Pull Request is not mergeable"]);
    const wrong = await ask(fake, `PUT ${R}/pulls/${behind.number}/update-branch`, {
      body: { expected_head_sha: "0".repeat(40) },
    });
    expect(wrong.status).toBe(422);
    expect((await ask(fake, `PUT ${R}/pulls/${behind.number}/update-branch`, { body: {} })).status).toBe(202);
    expect(await state(behind.number)).toBe("clean");
  });

  it("wait for required checks and reviews, and say what is missing", async () => {
    const fake = await start(withRules([{ requiredChecks: ["ci"], approvals: 1, resolveThreads: true }]));
    const pull = await openPull(fake, "agent/1");
    const merge = () =>
      ask(fake, `PUT ${R}/pulls/${pull.number}/merge`, { body: { sha: pull.head.sha, merge_method: "squash" } });
    const blocked = await merge();
    expect(blocked.status).toBe(405);
    expect(blocked.body.message).toBe(
      'Repository rule violations found\n\nRequired status check "ci" is expected.\n\nAt least 1 approving review is required by reviewers with write access.',
    );
    const approve = { event: "APPROVE" };
    const own = await ask(fake, `POST ${R}/pulls/${pull.number}/reviews`, { body: approve });
    expect([own.status, own.body.errors]).toEqual([422, ["Review Can not approve your own pull request"]]);
    const requested = await ask(fake, `POST ${R}/pulls/${pull.number}/requested_reviewers`, {
      body: { reviewers: ["ann"] },
    });
    expect([requested.status, requested.body.requested_reviewers[0].login]).toEqual([201, "ann"]);
    const comments = [{ path: "agent-1.txt", line: 1, side: "RIGHT", body: "nit" }];
    const review = await ask(fake, `POST ${R}/pulls/${pull.number}/reviews`, {
      body: { ...approve, comments },
      token: "ghp_ann",
    });
    expect([review.status, review.body.state]).toEqual([200, "APPROVED"]);
    expect((await ask(fake, `GET ${R}/pulls/${pull.number}/requested_reviewers`)).body.users).toEqual([]);
    const [comment] = (await ask(fake, `GET ${R}/pulls/${pull.number}/comments`)).body;
    expect(comment).toMatchObject({ path: "agent-1.txt", body: "nit" });
    const reply = await ask(fake, `POST ${R}/pulls/${pull.number}/comments/${comment.id}/replies`, {
      body: { body: "done" },
    });
    expect(reply.body.in_reply_to_id).toBe(comment.id);
    await ask(fake, `POST ${R}/statuses/${pull.head.sha}`, { body: { state: "success", context: "ci" } });
    expect((await merge()).body.message).toContain("A conversation must be resolved");
    const rules = await ask(fake, `GET ${R}/rules/branches/main`);
    expect(rules.body.map((rule: { type: string }) => rule.type)).toEqual([
      "deletion",
      "pull_request",
      "required_status_checks",
    ]);
  });
});

describe("checks", () => {
  it("are reported by an App only, with annotations and a log", async () => {
    const fake = await start();
    const pull = await openPull(fake, "agent/1");
    const sha = pull.head.sha;
    const none = await ask(fake, `GET ${R}/commits/${sha}/status`);
    expect(none.body).toMatchObject({ state: "pending", total_count: 0 });
    const refused = await ask(fake, `POST ${R}/check-runs`, { body: { name: "ci", head_sha: sha } });
    expect([refused.status, refused.body.message]).toEqual([403, "You must authenticate via a GitHub App."]);
    const run = await ask(fake, `POST ${R}/check-runs`, {
      body: { name: "ci", head_sha: sha, status: "in_progress" },
      token: "ghs_ci",
    });
    const annotation = {
      path: "agent-1.txt",
      start_line: 1,
      end_line: 1,
      annotation_level: "failure",
      message: "wrong",
    };
    const output = { title: "1 failed", summary: "see log", text: "line 1\nexpected 2", annotations: [annotation] };
    const path = `${R}/check-runs/${run.body.id}`;
    await ask(fake, `PATCH ${path}`, { body: { status: "completed", conclusion: "failure", output }, token: "ghs_ci" });
    const runs = await ask(fake, `GET ${R}/commits/${sha}/check-runs`);
    expect(runs.body).toMatchObject({ total_count: 1, check_runs: [{ name: "ci", conclusion: "failure" }] });
    expect((await ask(fake, `GET ${path}/annotations`)).body).toMatchObject([annotation]);
    expect((await ask(fake, `GET ${R}/commits/${sha}/check-suites`)).body.check_suites).toMatchObject([
      { conclusion: "failure" },
    ]);
    const moved = await ask(fake, `GET ${R}/actions/jobs/${run.body.id}/logs`);
    expect(moved.status).toBe(302);
    expect(await (await fetch(moved.headers.get("location") ?? "")).text()).toBe("line 1\nexpected 2");
    await ask(fake, `GET ${R}/pulls/${pull.number}`);
    expect((await ask(fake, `GET ${R}/pulls/${pull.number}`)).body.mergeable_state).toBe("unstable");
  });
});
