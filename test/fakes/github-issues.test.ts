import { describe, expect, it } from "vitest";
import type { FakeGithub } from "../../dev/fakes/github/index.ts";
import { ask, R, start } from "./github-stage.ts";

async function newIssue(fake: FakeGithub, title: string, labels: string[] = []) {
  const { status, body } = await ask(fake, `POST ${R}/issues`, { body: { title, labels } });
  expect(status).toBe(201);
  return body;
}

describe("issues", () => {
  it("are created, listed by label and state, changed and closed", async () => {
    const fake = await start();
    await newIssue(fake, "One", ["agent", "status:todo"]);
    await newIssue(fake, "Two", ["agent"]);
    const both = await ask(fake, `GET ${R}/issues?labels=agent&state=open&sort=updated&direction=desc&per_page=100`);
    expect(both.body).toHaveLength(2);
    const one = await ask(fake, `GET ${R}/issues?labels=agent,status:todo`);
    expect(one.body).toMatchObject([
      { number: 1, title: "One", author_association: "COLLABORATOR", user: { login: "maestro" } },
    ]);
    const closed = await ask(fake, `PATCH ${R}/issues/1`, { body: { state: "closed", state_reason: "not_planned" } });
    expect(closed.body).toMatchObject({ state: "closed", state_reason: "not_planned" });
    expect((await ask(fake, `GET ${R}/issues?state=closed`)).body).toHaveLength(1);
    const opened = await ask(fake, `PATCH ${R}/issues/1`, { body: { state: "open" } });
    expect(opened.body).toMatchObject({ state: "open", state_reason: "reopened", closed_at: null });
  });

  it("take and lose labels one by one, make unknown ones, and say which is not there", async () => {
    const fake = await start();
    await newIssue(fake, "One", ["agent"]);
    const added = await ask(fake, `POST ${R}/issues/1/labels`, { body: { labels: ["status:review"] } });
    expect(added.body.map((label: { name: string }) => label.name)).toEqual(["agent", "status:review"]);
    expect((await ask(fake, `GET ${R}/labels/status:review`)).status).toBe(200);
    expect((await ask(fake, `DELETE ${R}/issues/1/labels/agent`)).body).toHaveLength(1);
    const again = await ask(fake, `DELETE ${R}/issues/1/labels/agent`);
    expect([again.status, again.body.message]).toEqual([404, "Label does not exist"]);
    const twice = await ask(fake, `POST ${R}/labels`, { body: { name: "Agent" } });
    expect([twice.status, twice.body.errors]).toEqual([
      422,
      [{ resource: "Label", code: "already_exists", field: "name" }],
    ]);
  });

  it("have comments, assignees and a timeline", async () => {
    const fake = await start();
    await newIssue(fake, "One");
    const { body: comment } = await ask(fake, `POST ${R}/issues/1/comments`, { body: { body: "hello" } });
    await ask(fake, `PATCH ${R}/issues/comments/${comment.id}`, { body: { body: "better" } });
    expect((await ask(fake, `GET ${R}/issues/1/comments`)).body).toMatchObject([{ id: comment.id, body: "better" }]);
    const since = await ask(fake, `GET ${R}/issues/1/comments?since=2999-01-01T00:00:00Z`);
    expect(since.body).toEqual([]);
    await ask(fake, `POST ${R}/issues/1/assignees`, { body: { assignees: ["ann", "nobody-here"] } });
    expect((await ask(fake, `GET ${R}/issues?assignee=ann`)).body).toMatchObject([{ assignees: [{ login: "ann" }] }]);
    await ask(fake, `POST ${R}/issues/1/labels`, { body: { labels: ["x"] } });
    const { body: timeline } = await ask(fake, `GET ${R}/issues/1/timeline`);
    expect(timeline.map((entry: { event: string }) => entry.event)).toEqual(["commented", "labeled"]);
    expect((await ask(fake, `DELETE ${R}/issues/comments/${comment.id}`)).status).toBe(204);
  });

  it("block each other and have sub-issues, both counted in lists", async () => {
    const fake = await start();
    const [one, two] = [await newIssue(fake, "One"), await newIssue(fake, "Two")];
    const blocked = `${R}/issues/2/dependencies/blocked_by`;
    expect((await ask(fake, `POST ${blocked}`, { body: { issue_id: one.id } })).status).toBe(201);
    expect((await ask(fake, `POST ${blocked}`, { body: { issue_id: one.id } })).status).toBe(422);
    expect((await ask(fake, `GET ${blocked}`)).body).toMatchObject([{ number: 1 }]);
    const summary = async () => (await ask(fake, `GET ${R}/issues/2`)).body.issue_dependencies_summary;
    expect(await summary()).toMatchObject({ blocked_by: 1, total_blocked_by: 1 });
    await ask(fake, `PATCH ${R}/issues/1`, { body: { state: "closed" } });
    expect(await summary()).toMatchObject({ blocked_by: 0, total_blocked_by: 1 });
    expect((await ask(fake, `DELETE ${blocked}/${one.id}`)).status).toBe(200);
    expect(await summary()).toMatchObject({ total_blocked_by: 0 });
    expect((await ask(fake, `POST ${R}/issues/1/sub_issues`, { body: { sub_issue_id: two.id } })).status).toBe(201);
    expect((await ask(fake, `GET ${R}/issues/2/parent`)).body).toMatchObject({
      number: 1,
      sub_issues_summary: { total: 1 },
    });
    expect((await ask(fake, `DELETE ${R}/issues/1/sub_issue`, { body: { sub_issue_id: two.id } })).status).toBe(200);
    expect((await ask(fake, `GET ${R}/issues/2/parent`)).status).toBe(404);
  });

  it("are refused without a title, in GitHub's words", async () => {
    const fake = await start();
    const missing = await ask(fake, `POST ${R}/issues`, { body: { body: "x" } });
    expect(missing.body).toMatchObject({ message: `Invalid request.\n\n"title" wasn't supplied.`, status: "422" });
    const empty = await ask(fake, `POST ${R}/issues`, { body: { title: "" } });
    expect(empty.body).toMatchObject({
      message: "Validation Failed",
      errors: [{ resource: "Issue", field: "title", code: "missing_field" }],
    });
    const broken = await fetch(`${fake.url}${R}/issues`, {
      method: "POST",
      headers: { authorization: "Bearer ghp_maestro" },
      body: "{",
    });
    expect(broken.status).toBe(400);
    expect(await broken.text()).toContain("Problems parsing JSON");
  });
});

describe("reading", () => {
  it("goes page by page along the Link header, also where a page is short", async () => {
    const fake = await start();
    for (const title of ["1", "2", "3", "4", "5"]) await newIssue(fake, title);
    fake.server.faults.add({ kind: "partial", operation: "GET /repos/{owner}/{repo}/issues", keep: 1 });
    const seen: number[] = [];
    let path: string | undefined = `${R}/issues?per_page=2`;
    while (path !== undefined) {
      const { body, headers } = await ask(fake, `GET ${path}`);
      seen.push(...body.map((issue: { number: number }) => issue.number));
      path = /<[^>]*?(\/repos[^>]*)>; rel="next"/.exec(headers.get("link") ?? "")?.[1];
    }
    expect(seen.sort()).toEqual([1, 2, 3, 4, 5]);
  });

  it("costs nothing when nothing changed", async () => {
    const fake = await start();
    await newIssue(fake, "One");
    const first = await ask(fake, `GET ${R}/issues`);
    const etag = first.headers.get("etag") ?? "";
    const used = first.headers.get("x-ratelimit-used");
    const same = await ask(fake, `GET ${R}/issues`, { headers: { "if-none-match": etag } });
    expect([same.status, same.text, same.headers.get("x-ratelimit-used")]).toEqual([304, "", used]);
    await ask(fake, `POST ${R}/issues/1/comments`, { body: { body: "x" } });
    expect((await ask(fake, `GET ${R}/issues`, { headers: { "if-none-match": etag } })).status).toBe(200);
  });

  it("shows the past for as long as it lags", async () => {
    const fake = await start({ lagMs: 3000 });
    await newIssue(fake, "One");
    expect((await ask(fake, `GET ${R}/issues`)).body).toEqual([]);
    fake.server.clock.advance(3001);
    expect((await ask(fake, `GET ${R}/issues`)).body).toHaveLength(1);
  });
});
