import { describe, expect, it } from "vitest";
import { ask, openPull, R, SEED, start } from "./github-stage.ts";

const ADMIN = "ghp_boss";

describe("the rest of GitHub's routes", () => {
  it("shows repository, branch, commit, ref, permission and user", async () => {
    const repos = SEED.repos?.map((repo) => ({
      ...repo,
      rules: [{ source: "classic" as const, requiredChecks: ["ci"], approvals: 2 }],
    }));
    const fake = await start({ seed: { ...SEED, ...(repos && { repos }) } });
    const sha = fake.git("acme", "app").head("main");
    expect((await ask(fake, `GET ${R}`)).body).toMatchObject({ full_name: "acme/app", default_branch: "main" });
    expect((await ask(fake, `GET ${R}/branches/main`)).body).toMatchObject({ protected: true, commit: { sha } });
    expect((await ask(fake, `GET ${R}/branches/nope`)).body.message).toBe("Branch not found");
    expect((await ask(fake, `GET ${R}/branches/main/protection`, { token: ADMIN })).body).toMatchObject({
      required_status_checks: { contexts: ["ci"] },
      required_pull_request_reviews: { required_approving_review_count: 2 },
    });
    expect((await ask(fake, `GET ${R}/commits/main`)).body).toMatchObject({
      sha,
      commit: { message: "Initial commit" },
    });
    expect((await ask(fake, `GET ${R}/git/ref/heads/main`)).body.object.sha).toBe(sha);
    expect((await ask(fake, `GET ${R}/collaborators/ann/permission`)).body).toMatchObject({ permission: "write" });
    expect((await ask(fake, "GET /users/ann")).body.login).toBe("ann");
    expect((await ask(fake, `GET ${R}/labels`)).body).toMatchObject([{ name: "agent" }]);
    const pull = await openPull(fake, "agent/1");
    const refused = await ask(fake, `PUT ${R}/pulls/${pull.number}/merge`, { body: {} });
    expect(refused.body.message).toMatch(
      /^Required status check "ci" is expected\. At least 2 approving reviews are required/,
    );
  });

  it("takes back assignees, reviewers, reviews and hooks, and moves a card", async () => {
    const fake = await start();
    const pull = await openPull(fake, "agent/1");
    const at = `${R}/pulls/${pull.number}`;
    await ask(fake, `POST ${at}/requested_reviewers`, { body: { reviewers: ["ann"] } });
    expect(
      (await ask(fake, `DELETE ${at}/requested_reviewers`, { body: { reviewers: ["ann"] } })).body.requested_reviewers,
    ).toEqual([]);
    const stranger = await ask(fake, `POST ${at}/requested_reviewers`, { body: { reviewers: ["stranger"] } });
    expect(stranger.status).toBe(422);
    const review = await ask(fake, `POST ${at}/reviews`, { body: { event: "APPROVE" }, token: "ghp_ann" });
    const dismissed = await ask(fake, `PUT ${at}/reviews/${review.body.id}/dismissals`, { body: { message: "old" } });
    expect(dismissed.body.state).toBe("DISMISSED");
    const single = { body: "x", path: "agent-1.txt", line: 1, side: "RIGHT", commit_id: pull.head.sha };
    expect((await ask(fake, `POST ${at}/comments`, { body: single, token: "ghp_ann" })).status).toBe(201);
    expect((await ask(fake, `GET ${at}/reviews`)).body).toHaveLength(2);
    await ask(fake, `POST ${R}/statuses/${pull.head.sha}`, { body: { state: "success", context: "ci" } });
    expect((await ask(fake, `GET ${R}/commits/${pull.head.sha}/statuses`)).body).toMatchObject([{ context: "ci" }]);

    const { body: one } = await ask(fake, `POST ${R}/issues`, { body: { title: "One", assignees: ["ann"] } });
    const { body: two } = await ask(fake, `POST ${R}/issues`, { body: { title: "Two" } });
    const left = await ask(fake, `DELETE ${R}/issues/${one.number}/assignees`, { body: { assignees: ["ann"] } });
    expect(left.body.assignees).toEqual([]);
    await ask(fake, `POST ${R}/issues/${one.number}/dependencies/blocked_by`, { body: { issue_id: two.id } });
    expect((await ask(fake, `GET ${R}/issues/${two.number}/dependencies/blocking`)).body).toMatchObject([
      { number: one.number },
    ]);
    const { body: hook } = await ask(fake, `POST ${R}/hooks`, {
      body: { config: { url: "http://127.0.0.1:9/" } },
      token: ADMIN,
    });
    expect((await ask(fake, `DELETE ${R}/hooks/${hook.id}`, { token: ADMIN })).status).toBe(204);
    expect((await ask(fake, `GET ${R}/hooks`, { token: ADMIN })).body).toEqual([]);

    const [project] = fake.data.projects;
    const add =
      "mutation A($p: ID!, $c: ID!) { addProjectV2ItemById(input: { projectId: $p, contentId: $c }) { item { databaseId } } }";
    const added = await ask(fake, "POST /graphql", {
      body: { query: add, variables: { p: `PVT_${project?.id}`, c: one.node_id } },
    });
    const [field] = (await ask(fake, "GET /orgs/acme/projectsV2/7/fields")).body;
    const item = added.body.data.addProjectV2ItemById.item.databaseId;
    const fields = [{ id: field.id, value: field.options[1].id }];
    const moved = await ask(fake, `PATCH /orgs/acme/projectsV2/7/items/${item}`, { body: { fields } });
    expect(moved.body.fields).toMatchObject([{ value: { id: field.options[1].id } }]);
  });

  it("deletes the branch of a merged pull request where the repository says so", async () => {
    const repos = SEED.repos?.map((repo) => ({ ...repo, deleteBranchOnMerge: true, allow: { squash: false } }));
    const fake = await start({ seed: { ...SEED, ...(repos && { repos }) } });
    const pull = await openPull(fake, "agent/1");
    const merge = (method: string) =>
      ask(fake, `PUT ${R}/pulls/${pull.number}/merge`, { body: { merge_method: method } });
    expect((await merge("squash")).body.message).toBe("Squash merges are not allowed on this repository.");
    expect((await merge("merge")).status).toBe(200);
    expect(fake.git("acme", "app").head("agent/1")).toBeUndefined();
  });
});
