import { describe, expect, it } from "vitest";
import type { FakeCnb } from "../../dev/fakes/cnb/index.ts";
import { ask, commit, openPull, R, REPO, read, start, withProtection } from "./cnb-stage.ts";

const LINE = { subject_type: "line", start_line: 1, start_side: "right", end_line: 1, end_side: "right" };

/** What a push would have done; a commit that a test writes into the repository is no push. */
function moveHead(fake: FakeCnb, branch: string): void {
  const headSha = fake.git(REPO).head(branch);
  Object.assign(fake.data.pulls[0] ?? {}, { headSha });
}

describe("pull requests", () => {
  it("have the documented shape, with a number that is a text", async () => {
    const fake = await start();
    const sha = commit(fake, "agent/1", { "b.txt": "two\n" });
    const draft = { title: "Add b", body: "why", head: "agent/1", base: "main" };
    const created = await ask(fake, `POST ${R}/pulls`, { body: draft });
    expect([created.status, created.body.number]).toEqual([201, "1"]);
    const pull = await read(fake, `${R}/pulls/1`);
    expect(pull).toMatchObject({
      ...{ number: "1", title: "Add b", body: "why", state: "open", is_wip: false, merged_by: null },
      head: { ref: "refs/heads/agent/1", sha, repo: { name: "app", path: REPO, web_url: `https://cnb.cool/${REPO}` } },
      base: { ref: "refs/heads/main", sha: fake.git(REPO).head("main"), repo: { path: REPO } },
      author: { username: "maestro", nickname: "maestro", freeze: false, is_npc: false },
      ...{ labels: [], reviewers: [] },
    });
    const encoded = await read(fake, `/${encodeURIComponent(REPO)}/-/pulls`);
    expect(encoded).toMatchObject([
      { number: "1", comment_count: 0, review_count: 0, assignees: [], repo: { path: REPO } },
    ]);
  });

  it("are listed by state, base, people, labels and page, never by head", async () => {
    const fake = await start();
    for (const branch of ["a", "b", "c"]) await openPull(fake, branch);
    await ask(fake, `PATCH ${R}/pulls/1`, { body: { state: "closed" } });
    await ask(fake, `POST ${R}/pulls/2/labels`, { body: { labels: ["agent"] } });
    await ask(fake, `POST ${R}/pulls/3/labels`, { body: { labels: ["agent", "urgent"] } });
    const list = async (query: string) =>
      (await read(fake, `${R}/pulls?${query}`)).map(({ number }: { number: string }) => number);
    expect(await list("")).toEqual(["3", "2"]);
    expect(await list("state=closed")).toEqual(["1"]);
    expect(await list("state=all&order_by=created_at")).toEqual(["1", "2", "3"]);
    expect(await list("state=all&page_size=2&page=2&order_by=created_at")).toEqual(["3"]);
    expect(await list("labels=agent,urgent&labels_operator=contains_all")).toEqual(["3"]);
    expect(await list("labels=agent,urgent")).toEqual(["3", "2"]);
    expect(await list("authors=ann")).toEqual([]);
    expect(await list("base_ref=main")).toHaveLength(2);
    expect((await ask(fake, `GET ${R}/pulls?head=a`)).status).toBe(400);
    expect(await read(fake, `${R}/pull-in-batch?n=1&n=3`)).toMatchObject([{ number: "1" }, { number: "3" }]);
  });

  it("are changed, closed and opened again, but keep their base", async () => {
    const fake = await start();
    const { path } = await openPull(fake, "a");
    const patch = (body: unknown) => ask(fake, `PATCH ${path}`, { body });
    expect((await patch({ title: "New", body: "B" })).body).toMatchObject({ title: "New", body: "B", state: "open" });
    expect((await patch({ base: "other" })).status).toBe(400);
    expect((await patch({ state: "closed" })).body.state).toBe("closed");
    expect((await patch({ state: "merged" })).status).toBe(400);
    expect((await patch({ state: "open" })).body.state).toBe("open");
  });

  it("show files, their differences and commits", async () => {
    const fake = await start();
    const { path } = await openPull(fake, "a", { file: "a.txt" });
    commit(fake, "a", { "new.txt": "1\n2\n" });
    moveHead(fake, "a");
    expect(await read(fake, `${path}/files`)).toEqual([
      { filename: "a.txt", status: "modify", additions: 1, deletions: 1, patch: "@@ -1 +1 @@\n-one\n+a" },
      { filename: "new.txt", status: "add", additions: 2, deletions: 0, patch: "@@ -0,0 +1,2 @@\n+1\n+2" },
    ]);
    expect(await read(fake, `${path}/commits?page_size=1`)).toMatchObject([{ commit: { message: "Change a" } }]);
  });

  it("may come twice, unless the fake is told to refuse that", async () => {
    const draft = { title: "T", head: "a", base: "main" };
    for (const [refusesSecondPull, status] of [[false, 201] as const, [true, 409] as const]) {
      const fake = await start({ refusesSecondPull });
      await openPull(fake, "a");
      expect((await ask(fake, `POST ${R}/pulls`, { body: draft })).status).toBe(status);
    }
  });
});

describe("mergeability", () => {
  it("is worked out after the first look at new commits", async () => {
    const fake = await start();
    commit(fake, "a", { "x.txt": "x" });
    const { number } = (await ask(fake, `POST ${R}/pulls`, { body: { title: "T", head: "a", base: "main" } })).body;
    const states = [];
    for (let look = 0; look < 2; look += 1) states.push((await read(fake, `${R}/pulls/${number}`)).mergeable_state);
    expect(states).toEqual(["checking", "mergeable"]);
    commit(fake, "main", { "a.txt": "moved\n" });
    expect(await read(fake, `${R}/pulls/${number}`)).toMatchObject({ mergeable_state: "checking" });
    expect(await read(fake, `${R}/pulls/${number}`)).toMatchObject({
      mergeable_state: "mergeable",
      blocked_on: "unblocked",
    });
  });

  it("names a conflict, foreign histories and a service that cannot tell", async () => {
    const fake = await start();
    const { path, number } = await openPull(fake, "a", { file: "a.txt" });
    commit(fake, "main", { "a.txt": "other\n" });
    await read(fake, path);
    expect(await read(fake, path)).toMatchObject({ mergeable_state: "conflict", blocked_on: "code_conflict" });
    const git = fake.git(REPO);
    const by = { name: "x", email: "x@example.com", at: 1 };
    const orphan = git.commitTree("main^{tree}", [], "alone", by);
    git.git(["update-ref", "refs/heads/orphan", orphan]);
    await ask(fake, `POST ${R}/pulls`, { body: { title: "T", head: "orphan", base: "main" } });
    await read(fake, `${R}/pulls/2`);
    expect(await read(fake, `${R}/pulls/2`)).toMatchObject({
      mergeable_state: "no-merge-base",
      blocked_on: "no_merge_base",
    });
    const pull = fake.data.pulls[0];
    if (pull !== undefined) pull.isBroken = true;
    expect(await read(fake, path)).toMatchObject({ number, blocked_on: "internal_error" });
    for (const one of [path, `${R}/pulls/2`])
      expect((await ask(fake, `PUT ${one}/merge`, { body: {} })).status).toBe(400);
  });

  it("waits for statuses and reviews where the branch asks for them", async () => {
    const fake = await start(withProtection({ approvals: 1, statusChecks: true, linearHistory: true }));
    const { path, head } = await openPull(fake, "a");
    const blockedOn = async () => (await read(fake, path)).blocked_on;
    expect(await blockedOn()).toBe("status_check");
    fake.report(REPO, head.sha, { context: "ci", state: "success" });
    expect(await blockedOn()).toBe("waiting_review");
    expect((await ask(fake, `PUT ${path}/merge`, { body: { merge_style: "squash" } })).status).toBe(400);
    const review = (token: string, event: string) =>
      ask(fake, `POST ${path}/reviews`, { token, body: { event, body: "x" } });
    await review("cnb-maestro", "approve");
    await review("cnb-reader", "approve");
    expect(await blockedOn()).toBe("waiting_review");
    await review("cnb-ann", "approve");
    expect(await blockedOn()).toBe("unblocked");
    await review("cnb-ann", "request_changes");
    expect(await blockedOn()).toBe("waiting_review");
    await review("cnb-ann", "approve");
    expect((await ask(fake, `PUT ${path}/merge`, { body: { merge_style: "merge" } })).status).toBe(400);
    expect((await ask(fake, `PUT ${path}/merge`, { body: { merge_style: "rebase" } })).body.merged).toBe(true);
  });
});

describe("merging", () => {
  it.each([
    ["merge", 2, "Title\n\nWords"],
    ["squash", 1, "Title\n\nWords"],
    ["rebase", 1, "Change a"],
  ] as const)("by %s moves the base in the repository", async (merge_style, parents, message) => {
    const fake = await start();
    const { path } = await openPull(fake, "a");
    const main = commit(fake, "main", { "other.txt": "x\n" });
    const body = { merge_style, commit_title: "Title", commit_message: "Words" };
    const { status, body: merged } = await ask(fake, `PUT ${path}/merge`, { body });
    const git = fake.git(REPO);
    expect([status, merged.merged, merged.sha]).toEqual([200, true, git.head("main")]);
    expect(git.git(["show", "--no-patch", "--format=%P", merged.sha]).split(" ")).toHaveLength(parents);
    expect(git.git(["show", "--no-patch", "--format=%B", merged.sha]).trim()).toBe(message);
    expect(await read(fake, path)).toMatchObject({
      ...{ state: "merged", mergeable_state: "merged", merged_by: { username: "maestro" } },
      base: { sha: main },
    });
    expect(await read(fake, `${path}/files`)).toMatchObject([{ filename: "a.txt" }]);
    expect((await ask(fake, `PUT ${path}/merge`, { body: {} })).status).toBe(409);
    expect(git.head("a")).toBeTruthy();
  });

  it("takes whatever head there is: a head to compare with cannot be sent", async () => {
    const fake = await start();
    const { path, head } = await openPull(fake, "a");
    const refused = await ask(fake, `PUT ${path}/merge`, { body: { merge_style: "merge", sha: head.sha } });
    expect([refused.status, refused.body.errmsg]).toEqual([400, "unknown parameter: sha"]);
    expect((await ask(fake, `PUT ${path}/merge`)).body.merged).toBe(true);
  });

  it("is refused for what says that it is in work", async () => {
    const fake = await start();
    const { path } = await openPull(fake, "a", { title: "WIP: not yet" });
    expect((await read(fake, path)).is_wip).toBe(true);
    expect((await ask(fake, `PUT ${path}/merge`, { body: {} })).status).toBe(400);
    await ask(fake, `PATCH ${path}`, { body: { title: "Done" } });
    expect((await ask(fake, `PUT ${path}/merge`, { body: {} })).body.merged).toBe(true);
  });

  it("may take its time, and older payloads say closed", async () => {
    const fake = await start({ mergeMs: 60_000, hasOlderPayloads: true });
    const { path } = await openPull(fake, "a");
    expect((await ask(fake, `PUT ${path}/merge`, { body: {} })).body).toMatchObject({ merged: false });
    expect(await read(fake, path)).toMatchObject({ state: "open", mergeable_state: "merging" });
    expect((await ask(fake, `PUT ${path}/merge`, { body: {} })).status).toBe(409);
    fake.server.clock.advance(60_001);
    expect(await read(fake, path)).toMatchObject({ state: "closed", merged_by: { username: "maestro" } });
    expect(fake.git(REPO).commitsBetween(fake.data.pulls[0]?.baseShaAtMerge ?? "", "main")).toHaveLength(2);
  });
});

describe("discussion", () => {
  it("keeps comments, changed by id", async () => {
    const fake = await start();
    const { path } = await openPull(fake, "a");
    const token = "cnb-narrow";
    const made = await ask(fake, `POST ${path}/comments`, { token, body: { body: "one" } });
    expect(made.body).toMatchObject({ body: "one", author: { username: "bot", is_npc: true } });
    expect(made.body.id).toMatch(/^\d{19}$/);
    await ask(fake, `PATCH ${path}/comments/${made.body.id}`, { body: { body: "two" } });
    expect(await read(fake, `${path}/comments`)).toMatchObject([{ id: made.body.id, body: "two" }]);
  });

  it("keeps reviews with comments and replies, each review asked for its own", async () => {
    const fake = await start();
    const { path } = await openPull(fake, "a");
    await ask(fake, `POST ${path}/reviewers`, { body: { reviewers: ["ann"] } });
    expect((await read(fake, path)).reviewers).toEqual([
      { review_state: "pending", user: expect.objectContaining({ username: "ann" }) },
    ]);
    const token = "cnb-ann";
    const comments = [{ path: "a.txt", body: "Why?", ...LINE }];
    const made = await ask(fake, `POST ${path}/reviews`, {
      token,
      body: { event: "request_changes", body: "No", comments },
    });
    expect([made.status, made.body.state]).toEqual([201, "changes_requested"]);
    const own = `${path}/reviews/${made.body.id}`;
    const [first] = await read(fake, `${own}/comments`);
    expect(first).toMatchObject({ path: "a.txt", body: "Why?", ...LINE, author: { username: "ann" } });
    await ask(fake, `POST ${own}/replies`, { body: { body: "Because", reply_to_comment_id: first.id } });
    expect(await read(fake, `${own}/comments`)).toMatchObject([{}, { body: "Because", reply_to_comment_id: first.id }]);
    expect((await read(fake, path)).reviewers[0].review_state).toBe("changes_requested");
    await ask(fake, `POST ${path}/reviews`, { token, body: { event: "pending", body: "later" } });
    expect(await read(fake, `${path}/reviews`)).toHaveLength(1);
    expect((await ask(fake, `GET ${path}/reviews`, { token })).body).toHaveLength(2);
    const wrong = [{ path: "nope.txt", body: "x", ...LINE }];
    expect((await ask(fake, `POST ${path}/reviews`, { body: { event: "comment", comments: wrong } })).status).toBe(400);
  });

  it("puts labels and people on, and takes them off", async () => {
    const fake = await start();
    const { path } = await openPull(fake, "a");
    const names = async (what: string) =>
      (await read(fake, `${path}/${what}`)).map(({ name }: { name: string }) => name);
    await ask(fake, `POST ${path}/labels`, { body: { labels: ["agent"] } });
    await ask(fake, `POST ${path}/labels`, { body: { labels: ["urgent"] } });
    expect(await names("labels")).toEqual(["agent", "urgent"]);
    await ask(fake, `DELETE ${path}/labels/agent`);
    expect(await names("labels")).toEqual(["urgent"]);
    expect((await ask(fake, `DELETE ${path}/labels/agent`)).status).toBe(404);
    await ask(fake, `PUT ${path}/labels`, { body: { labels: ["agent"] } });
    expect((await read(fake, path)).labels).toMatchObject([{ name: "agent", color: "#ededed" }]);
    expect((await ask(fake, `POST ${path}/labels`, { body: { labels: ["new"] } })).status).toBe(400);
    await ask(fake, `POST ${path}/assignees`, { body: { assignees: ["ann", "maestro"] } });
    await ask(fake, `DELETE ${path}/assignees`, { body: { assignees: ["ann"] } });
    expect(await read(fake, `${path}/assignees`)).toMatchObject([{ username: "maestro" }]);
    expect((await ask(fake, `POST ${path}/reviewers`, { body: { reviewers: ["nobody"] } })).status).toBe(400);
  });
});

describe("checks", () => {
  it("follow the head, in one word and one by one, with what the build printed", async () => {
    const fake = await start();
    const { path, head } = await openPull(fake, "a");
    expect(await read(fake, `${path}/commit-statuses`)).toEqual({ sha: head.sha, state: "pending", statuses: [] });
    fake.report(REPO, head.sha, { context: "lint", state: "success" });
    fake.report(REPO, head.sha, { context: "ci", state: "running" });
    expect((await read(fake, `${path}/commit-statuses`)).state).toBe("pending");
    const log = ["$ npm test", "1 failed"];
    fake.report(REPO, head.sha, { context: "ci", state: "failure", description: "failed", log });
    const { state, statuses } = await read(fake, `${path}/commit-statuses`);
    expect([state, statuses.length]).toEqual(["failure", 2]);
    expect(statuses[1]).toMatchObject({ context: "ci", state: "failure", description: "failed" });
    const { data } = await read(fake, `${R}/build/logs?sha=${head.sha}`);
    const [{ sn }] = data;
    expect(statuses[1].target_url).toBe(`https://cnb.cool/${REPO}/-/build/logs/${sn}`);
    const build = await read(fake, `${R}/build/status/${sn}`);
    const [pipeline = ""] = Object.keys(build.pipelinesStatus);
    const [stage] = build.pipelinesStatus[pipeline].stages;
    expect(await read(fake, `${R}/build/logs/stage/${sn}/${pipeline}/${stage.id}`)).toMatchObject({
      ...{ name: "ci", status: "failure", content: log },
    });
    commit(fake, "a", { "z.txt": "z" });
    moveHead(fake, "a");
    expect((await read(fake, `${path}/commit-statuses`)).statuses).toEqual([]);
  });

  it("and settings tell what a branch asks for", async () => {
    const fake = await start(withProtection({ approvals: 2, statusChecks: true }));
    expect(await read(fake, `${R}/settings/pull-request`)).toMatchObject({ allow_squash_merge: true });
    expect(await read(fake, `${R}/settings/branch-protections`)).toMatchObject([
      { rule: "main", required_approved_review_count: 2, required_status_checks: true },
    ]);
  });
});
