import { randomUUID } from "node:crypto";
import { LinearClient } from "@linear/sdk";
import { describe, expect, it } from "vitest";
import type { FakeLinear } from "../../dev/fakes/linear/index.ts";
import { ask, documentOf, KEY, start } from "./linear-stage.ts";

describe("reading", () => {
  it("answers the candidate query with blockers, and counts its weight", async () => {
    const fake = await start();
    const filter = { team: { key: { eq: "ENG" } }, state: { type: { in: ["unstarted", "started"] } } };
    const { body, headers } = await ask(fake, documentOf("CandidateIssues"), { filter, first: 50 });
    expect(body.errors).toBeUndefined();
    const second = body.data.issues.nodes.find((issue: { identifier: string }) => issue.identifier === "ENG-2");
    expect(second.inverseRelations.nodes).toMatchObject([
      { type: "blocks", issue: { identifier: "ENG-1", state: { type: "unstarted" } } },
    ]);
    expect(body.data.issues.nodes).toHaveLength(2);
    expect(body.data.issues.pageInfo.hasNextPage).toBe(false);
    // 50 × (12.8 + 20 × 1.2 + 20 × 3.6) + 1.2 for the page's facts
    expect(headers.get("x-complexity")).toBe("5442");
  });

  it.each([
    [{ labels: { some: { name: { eq: "bug" } } } }, ["ENG-2"]],
    [{ labels: { every: { name: { neq: "bug" } } } }, ["ENG-1", "ENG-3"]],
    [{ labels: { length: { eq: 0 } } }, ["ENG-3"]],
    [{ assignee: { isMe: { eq: true } } }, ["ENG-2"]],
    [{ assignee: { null: true } }, ["ENG-1", "ENG-3"]],
    [{ project: { slugId: { eq: "core-1" } } }, ["ENG-1"]],
    [{ number: { in: [1, 3] }, team: { key: { in: ["ENG"] } } }, ["ENG-1", "ENG-3"]],
    [{ hasBlockedByRelations: { eq: true } }, ["ENG-2"]],
    [{ or: [{ priority: { eq: 1 } }, { state: { type: { nin: ["unstarted"] } } }] }, ["ENG-1", "ENG-3"]],
    [{ state: { name: { eqIgnoreCase: "done" } } }, ["ENG-3"]],
    [{ updatedAt: { gt: "2999-01-01T00:00:00.000Z" } }, []],
  ])("filters by %j", async (filter, expected) => {
    const fake = await start();
    const query = "query Q($filter: IssueFilter) { issues(filter: $filter, first: 9) { nodes { identifier } } }";
    const { body } = await ask(fake, query, { filter });
    expect(body.errors).toBeUndefined();
    expect(body.data.issues.nodes.map((issue: { identifier: string }) => issue.identifier).sort()).toEqual(expected);
  });

  it("serves pages by cursor, and refuses more than 250", async () => {
    const fake = await start();
    const query =
      "query Q($n: Int, $after: String) { issues(first: $n, after: $after) { nodes { identifier } pageInfo { hasNextPage endCursor } } }";
    const seen: string[] = [];
    let after: string | null = null;
    do {
      const { body } = await ask(fake, query, { n: 2, after });
      seen.push(...body.data.issues.nodes.map((issue: { identifier: string }) => issue.identifier));
      after = body.data.issues.pageInfo.hasNextPage ? body.data.issues.pageInfo.endCursor : null;
    } while (after !== null);
    expect(seen.sort()).toEqual(["ENG-1", "ENG-2", "ENG-3"]);
    const refused = await ask(fake, query, { n: 251 });
    expect(refused.body.errors[0].extensions).toMatchObject({ code: "INPUT_ERROR", type: "invalid input" });
  });

  it("leaves archived issues out unless asked for, and finds by identifier", async () => {
    const fake = await start();
    const { body: archived } = await ask(fake, `mutation { issueArchive(id: "ENG-3") { success } }`);
    expect(archived.data.issueArchive.success).toBe(true);
    const list = "query Q($all: Boolean) { issues(includeArchived: $all) { nodes { identifier } } }";
    expect((await ask(fake, list, { all: false })).body.data.issues.nodes).toHaveLength(2);
    expect((await ask(fake, list, { all: true })).body.data.issues.nodes).toHaveLength(3);
    const { body } = await ask(fake, `{ issue(id: "ENG-3") { archivedAt } }`);
    expect(body.data.issue.archivedAt).toEqual(expect.any(String));
  });

  it.each([
    ["IssuesByIds", (fake: FakeLinear) => ({ ids: fake.data.issues.map(({ id }) => id), first: 50 })],
    ["IssueDetail", () => ({ id: "ENG-1" })],
    ["TeamStates", () => ({ key: "ENG" })],
    ["TeamMeta", () => ({ key: "ENG" })],
    ["LabelByName", (fake: FakeLinear) => ({ name: "Bug", teamId: fake.data.teams[0]?.id })],
    ["Viewer", () => ({})],
    ["RateLimit", () => ({})],
  ])("answers the reference's %s", async (name, variables) => {
    const fake = await start();
    const { body, status } = await ask(fake, documentOf(name), variables(fake));
    expect(body.errors).toBeUndefined();
    expect(status).toBe(200);
    expect(JSON.stringify(body.data)).toMatch(/"(id|kind)":"/);
  });

  it("works for the SDK's raw client", async () => {
    const fake = await start();
    const client = new LinearClient({ apiKey: KEY, apiUrl: `${fake.url}/graphql` });
    const { data } = await client.client.rawRequest("query V { viewer { name } }");
    expect(data).toEqual({ viewer: { name: "maestro" } });
    await expect(client.client.rawRequest(`query I { issue(id: "ENG-99") { id } }`)).rejects.toMatchObject({
      type: "InvalidInput",
    });
  });
});

describe("writing", () => {
  it("moves an issue and changes labels by difference in one mutation", async () => {
    const fake = await start();
    const [issue] = fake.data.issues;
    const started = fake.data.states.find(({ name }) => name === "In Progress")?.id;
    const bug = fake.data.labels.find(({ name }) => name === "bug")?.id;
    const agent = fake.data.labels.find(({ name }) => name === "agent")?.id;
    const input = { stateId: started, addedLabelIds: [bug], removedLabelIds: [agent] };
    const { body } = await ask(fake, documentOf("UpdateIssue"), { id: issue?.id, input });
    expect(body.data.issueUpdate.issue).toMatchObject({
      state: { name: "In Progress" },
      labels: { nodes: [{ name: "bug" }] },
    });
    expect(issue?.startedAt).toEqual(expect.any(String));
    const foreign = fake.data.states.find(({ teamId }) => teamId === fake.data.teams[1]?.id)?.id;
    const refused = await ask(fake, documentOf("UpdateIssue"), { id: issue?.id, input: { stateId: foreign } });
    expect(refused.body.errors[0].extensions.code).toBe("INPUT_ERROR");
    expect(fake.server.log.effects("mutation issueUpdate")).toHaveLength(1);
  });

  it("adds and removes one label", async () => {
    const fake = await start();
    const bug = fake.data.labels.find(({ name }) => name === "bug")?.id ?? "";
    await ask(fake, documentOf("AddLabel"), { id: "ENG-1", labelId: bug });
    expect(fake.data.issues[0]?.labelIds).toHaveLength(2);
    await ask(fake, documentOf("RemoveLabel"), { id: "ENG-1", labelId: bug });
    expect(fake.data.issues[0]?.labelIds).toHaveLength(1);
  });

  it("takes a comment's id from the client, once", async () => {
    const fake = await start();
    const id = randomUUID();
    const input = { id, issueId: "ENG-1", body: "hello" };
    expect((await ask(fake, documentOf("CommentCreate"), { input })).body.data.commentCreate.comment.id).toBe(id);
    const { body, status } = await ask(fake, documentOf("CommentCreate"), { input });
    expect(status).toBe(200);
    expect(body.errors[0]).toMatchObject({
      message: "conflict on insert of Comment",
      extensions: { code: "INPUT_ERROR" },
    });
    await ask(fake, documentOf("CommentUpdate"), { id, input: { body: "better" } });
    expect(fake.data.comments).toMatchObject([{ id, body: "better", editedAt: expect.any(String) }]);
  });

  it("keeps one attachment per URL", async () => {
    const fake = await start();
    const url = "https://github.com/acme/app/pull/7";
    const first = await ask(fake, documentOf("AttachGitHubPR"), {
      issueId: "ENG-1",
      url,
      title: "a",
      linkKind: "links",
    });
    const second = await ask(fake, documentOf("AttachUrl"), { issueId: "ENG-1", url, title: "b" });
    expect(second.body.data.attachmentLinkURL.attachment.id).toBe(first.body.data.attachmentLinkGitHubPR.attachment.id);
    expect(fake.data.attachments).toMatchObject([{ title: "b", sourceType: "github" }]);
  });

  it("creates issues and relations, which show up after their lag", async () => {
    const fake = await start({ relationLagMs: 60_000 });
    const created = await ask(fake, documentOf("CreateIssue"), {
      input: { teamId: fake.data.teams[0]?.id, title: "New" },
    });
    expect(created.body.data.issueCreate.issue.identifier).toBe("ENG-4");
    const ids = { issueId: "ENG-3", relatedIssueId: "ENG-4", type: "blocks" };
    await ask(fake, documentOf("CreateRelation"), { input: ids });
    const query = `{ issue(id: "ENG-4") { inverseRelations(first: 5) { nodes { type } } } }`;
    expect((await ask(fake, query)).body.data.issue.inverseRelations.nodes).toEqual([]);
    fake.server.clock.advance(60_000);
    expect((await ask(fake, query)).body.data.issue.inverseRelations.nodes).toEqual([{ type: "blocks" }]);
  });

  it("shows the past to readers while a transition lags", async () => {
    const fake = await start({ lagMs: 5000 });
    const done = fake.data.states.find(({ name }) => name === "Done")?.id;
    await ask(fake, documentOf("UpdateIssue"), { id: "ENG-1", input: { stateId: done } });
    const query = `{ issue(id: "ENG-1") { state { name } } }`;
    expect((await ask(fake, query)).body.data.issue.state.name).toBe("Todo");
    fake.server.clock.advance(5001);
    expect((await ask(fake, query)).body.data.issue.state.name).toBe("Done");
  });

  it("finds by branch and by link, resolves and deletes comments, changes many, and takes back what it made", async () => {
    const fake = await start();
    const must = async (query: string, variables: object = {}) => {
      const { body } = await ask(fake, query, variables);
      expect(body.errors).toBeUndefined();
      return body.data;
    };
    const { issue } = await must(`{ issue(id: "ENG-1") { id branchName } }`);
    const branch = "query B($b: String!) { issueVcsBranchSearch(branchName: $b) { identifier } }";
    expect((await must(branch, { b: issue.branchName })).issueVcsBranchSearch.identifier).toBe("ENG-1");
    const url = "https://example.com/1";
    const attachment = (await must(documentOf("AttachCreate"), { input: { issueId: issue.id, title: "t", url } }))
      .attachmentCreate;
    const links = `query L($url: String!) { attachmentsForURL(url: $url, first: 5) { nodes { issue { identifier } } } }`;
    expect((await must(links, { url })).attachmentsForURL.nodes).toEqual([{ issue: { identifier: "ENG-1" } }]);
    await must(`mutation D($id: String!) { attachmentDelete(id: $id) { success } }`, { id: attachment.attachment.id });
    const made = await must(documentOf("CommentCreate"), { input: { issueId: issue.id, body: "x" } });
    const id = made.commentCreate.comment.id;
    const resolved = await must(`mutation R($id: String!) { commentResolve(id: $id) { comment { resolvedAt } } }`, {
      id,
    });
    expect(resolved.commentResolve.comment.resolvedAt).not.toBeNull();
    await must(`mutation D($id: String!) { commentDelete(id: $id) { success } }`, { id });
    const label = `mutation L($team: String!) { issueLabelCreate(input: { name: "new", teamId: $team }) { issueLabel { id } } }`;
    await must(label, { team: fake.data.teams[0]?.id });
    expect((await ask(fake, label, { team: fake.data.teams[0]?.id })).body.errors[0].message).toBe(
      "Duplicate label name",
    );
    const many = `mutation M($ids: [UUID!]!) { issueBatchUpdate(ids: $ids, input: { priority: 2 }) { issues { priority } } }`;
    expect((await must(many, { ids: [issue.id] })).issueBatchUpdate.issues).toEqual([{ priority: 2 }]);
    await must(`mutation D($id: String!) { issueRelationDelete(id: $id) { success } }`, {
      id: fake.data.relations[0]?.id,
    });
    await must(`mutation { issueArchive(id: "ENG-1") { success } }`);
    await must(`mutation { issueUnarchive(id: "ENG-1") { success } }`);
    await must(`mutation { issueDelete(id: "ENG-1") { success } }`);
    expect(fake.data).toMatchObject({ comments: [], attachments: [], relations: [] });
    expect(fake.data.issues[0]).toMatchObject({ trashed: true, priority: 2 });
  });
});
