import { describe, expect, it } from "vitest";
import { issueCalled } from "./harness.ts";
import { calmly, operations, stage } from "./stage.ts";

const DRAFT = { title: "New", description: null, state: "Todo", labels: [], priority: null, blockedBy: [] };

describe("update", () => {
  it("sets what is given and nothing else, in one write", async () => {
    const ground = await stage([
      { identifier: "ISS-1", title: "One", state: "Todo", priority: 3, description: "Why." },
    ]);
    const tracker = ground.open();
    const [id = ""] = ground.ids;
    const changed = await tracker.update(id, { priority: 1, owner: "ann" }, calmly);
    const ann = ground.fake.data.users.find(({ name }) => name === "ann")?.id;
    expect(changed).toMatchObject({ title: "One", description: "Why.", priority: 1, assigneeId: ann });
    expect(await tracker.update(id, { priority: null, owner: null, title: "Two" }, calmly)).toMatchObject({
      title: "Two",
      priority: null,
      assigneeId: null,
    });
    expect((await tracker.update(id, { owner: "me" }, calmly)).assigneeId).toBe(ground.fake.data.users[0]?.id);
    expect(ground.fake.server.log.effects("mutation issueUpdate")).toHaveLength(3);
    await tracker.update(id, {}, calmly);
    expect(ground.fake.server.log.effects("mutation issueUpdate")).toHaveLength(3);
  });

  it.each([
    [{ type: "bug" }, "have no type"],
    [{ priority: 9 }, "1 (urgent) to 4 (low)"],
    [{ title: " " }, "title must not be blank"],
    [{ owner: "nobody" }, 'no user "nobody"'],
  ])("refuses %j and changes nothing", async (change, message) => {
    const ground = await stage();
    const [id = ""] = ground.ids;
    await expect(ground.open().update(id, change, calmly)).rejects.toMatchObject({
      code: "tracker_status",
      message: expect.stringContaining(message),
    });
    expect(ground.fake.server.log.effects()).toEqual([]);
  });
});

describe("move", () => {
  it("names the states that there are when the wanted one is not", async () => {
    const ground = await stage();
    const moving = ground.open().move(ground.ids[0] ?? "", { to: "Nowhere", from: null }, calmly);
    await expect(moving).rejects.toMatchObject({
      code: "tracker_status",
      retryable: false,
      message: expect.stringMatching(/Team ISS .* no state "Nowhere"; it has .*Backlog/),
    });
  });

  it("finds a state that was made after it had looked", async () => {
    const ground = await stage();
    const tracker = ground.open();
    const [id = ""] = ground.ids;
    await tracker.move(id, { to: "Doing", from: null }, calmly);
    const team = ground.fake.data.teams[0]?.id ?? "";
    ground.fake.data.states.push({ id: "s-new", teamId: team, name: "Brand new", type: "started", position: 99 });
    await expect(tracker.move(id, { to: "Brand new", from: null }, calmly)).rejects.toMatchObject({
      code: "tracker_status",
    });
    expect(await tracker.move(id, { to: "Brand new", from: null }, calmly)).toBe("moved");
  });
});

describe("create", () => {
  it("makes the issue so that it is in scope: team, project, labels of the options", async () => {
    const ground = await stage();
    const tracker = ground.open({ project_slug: "0123456789ab", labels: ["agent"], team: undefined });
    const made = await tracker.create({ ...DRAFT, labels: ["Extra"], priority: 2, blockedBy: ["ISS-1"] }, calmly);
    expect(made).toMatchObject({
      identifier: "ISS-2",
      labels: ["agent", "extra"],
      priority: 2,
      blockedBy: [{ identifier: "ISS-1", state: "Todo" }],
      dispatchable: true,
    });
    expect((await tracker.issuesByStates(["Todo"], calmly)).map(({ identifier }) => identifier)).toContain("ISS-2");
    expect(ground.fake.data.labels.find(({ name }) => name === "extra")?.teamId).toBe(ground.fake.data.teams[0]?.id);
  });

  it("refuses an unknown blocker, and a home that is not one team, before anything is made", async () => {
    const ground = await stage();
    await expect(ground.open().create({ ...DRAFT, blockedBy: ["ISS-9"] }, calmly)).rejects.toMatchObject({
      code: "tracker_not_found",
    });
    const anywhere = ground.open({ team: undefined, all_teams: true });
    await expect(anywhere.create(DRAFT, calmly)).rejects.toMatchObject({
      code: "tracker_invalid_config",
      facts: { path: ["team"] },
    });
    expect(ground.fake.server.log.effects()).toEqual([]);
  });
});

describe("a follow-up", () => {
  it("is made once per key, related to its source, and found again", async () => {
    const ground = await stage();
    const [id = ""] = ground.ids;
    const draft = { ...DRAFT, title: "Later", state: "Backlog", blockedBy: ["ISS-1"] };
    const made = await ground.open().ensureFollowUp(id, "cleanup", draft, calmly);
    const again = await ground.open().ensureFollowUp(id, "cleanup", { ...draft, title: "Other words" }, calmly);
    const other = await ground.open().ensureFollowUp(id, "docs", draft, calmly);
    expect([again.id, again.title]).toEqual([made.id, "Later"]);
    expect(other.id).not.toBe(made.id);
    expect(ground.fake.data.issues).toHaveLength(3);
    const relations = await ground.open().relations(made.id, calmly);
    expect(relations.map(({ kind, identifier }) => `${kind} ${identifier}`).sort()).toEqual([
      "blocked_by ISS-1",
      "related ISS-1",
    ]);
    expect(made.blockedBy).toMatchObject([{ identifier: "ISS-1" }]);
  });

  it("goes to its source's team and the project of the options, however many teams the project has", async () => {
    const ground = await stage();
    const { projects } = ground.fake.data;
    for (const project of projects) project.teamId = "";
    const tracker = ground.open({ team: undefined, project_slug: "0123456789ab" });
    await expect(tracker.create(DRAFT, calmly)).rejects.toMatchObject({ code: "tracker_invalid_config" });
    const made = await tracker.ensureFollowUp(ground.ids[0] ?? "", "key", DRAFT, calmly);
    expect([made.identifier, issueCalled(ground.fake, made.identifier).projectId]).toEqual(["ISS-2", projects[0]?.id]);
  });
});

describe("links", () => {
  it("keeps one per address, a pull request as Linear's own where the workspace has that", async () => {
    const ground = await stage();
    const tracker = ground.open();
    const [id = ""] = ground.ids;
    const pull = { url: "https://github.com/acme/app/pull/7", title: "Change 7", kind: "change" } as const;
    const page = { url: "https://example.org/report", title: "Report", kind: "other" } as const;
    for (const link of [pull, page, pull, { ...page, title: "Report 2" }]) await tracker.attach(id, link, calmly);
    const shown = ground.fake.data.attachments.map(({ url, title, sourceType }) => [url, title, sourceType]);
    expect(shown).toEqual([
      [pull.url, "Change 7", "github"],
      [page.url, "Report 2", null],
    ]);
    await expect(tracker.attach(id, { ...page, url: "no address" }, calmly)).rejects.toMatchObject({
      code: "tracker_status",
    });
  });

  it("makes a plain link where Linear refuses to make its own", async () => {
    const ground = await stage();
    const errors = [{ message: "Integration missing", extensions: { code: "INPUT_ERROR", userError: true } }];
    const refusal = { kind: "status", operation: "mutation attachmentLinkGitHubPR", status: 200 } as const;
    ground.fake.server.faults.add({ ...refusal, body: { data: null, errors } });
    const link = { url: "https://github.com/acme/app/pull/7", title: "Change 7", kind: "change" } as const;
    await ground.open().attach(ground.ids[0] ?? "", link, calmly);
    expect(ground.fake.data.attachments).toMatchObject([{ url: link.url, title: "Change 7", sourceType: null }]);
  });

  it("tells parents, children, blockers and the rest, however many", async () => {
    const others = Array.from({ length: 55 }, (_, at) => `ISS-${at + 4}`);
    const ground = await stage([
      { identifier: "ISS-1", title: "One", state: "Todo", blockedBy: ["ISS-2"] },
      { identifier: "ISS-2", title: "Two", state: "Doing" },
      { identifier: "ISS-3", title: "Three", state: "Todo", blockedBy: ["ISS-1"] },
      ...others.map((identifier) => ({ identifier, title: identifier, state: "Backlog" })),
    ]);
    const [one = "", two = ""] = ground.ids;
    for (const identifier of others) issueCalled(ground.fake, identifier).parentId = one;
    issueCalled(ground.fake, "ISS-1").parentId = two;
    const at = new Date().toISOString();
    const id = "00000000-0000-4000-9000-00000000fffe";
    ground.fake.data.relations.push({ id, type: "duplicate", issueId: one, relatedIssueId: two, createdAt: at });
    const relations = await ground.open().relations(one, calmly);
    const shown = relations.map(({ kind, identifier, state }) => `${kind} ${identifier} ${state}`);
    expect(shown).toContain("parent ISS-2 Doing");
    expect(shown).toContain("blocked_by ISS-2 Doing");
    expect(shown).toContain("blocks ISS-3 Todo");
    expect(shown).toContain("duplicate_of ISS-2 Doing");
    expect(relations.filter(({ kind }) => kind === "child")).toHaveLength(55);
    expect(relations).toHaveLength(59);
  });
});

describe("comments", () => {
  it("says who wrote them and how far they are to be believed", async () => {
    const ground = await stage();
    const [id = ""] = ground.ids;
    const { data } = ground.fake;
    await ground.open().ensureComment(id, "workpad", "The plan", "maestro", calmly);
    await ground.open({}, {}).comment(id, "By hand of Maestro", "alice", calmly);
    const at = (second: number) => new Date(Date.now() + second * 1_000).toISOString();
    for (const [index, user] of data.users.entries()) {
      const times = { createdAt: at(index + 1), updatedAt: at(index + 1), editedAt: null, resolvedAt: null };
      const body = `From ${user.name}\n\n\`maestro topic=workpad author=maestro\``;
      const rest = { issueId: id, userId: user.id, parentId: null, ...times };
      data.comments.push({ id: `00000000-0000-4000-b000-00000000000${index}`, body, ...rest });
    }
    const comments = await ground.open().comments(id, null, calmly);
    const shown = comments.map(({ author, topic, trust, body }) => [author, topic, trust, body.split("\n")[0]]);
    expect(shown).toEqual([
      ["maestro", "workpad", "self", "The plan"],
      ["alice", null, "self", "By hand of Maestro"],
      // The owner of a personal key writes as the same user: that is a person, and a mark that is copied is only text.
      ["maestro", null, "member", "From maestro"],
      ["ann", null, "member", "From ann"],
      ["gus", null, "outsider", "From gus"],
      ["bot", null, "bot", "From bot"],
    ]);
    expect(comments[0]?.body).toBe("The plan");
    expect(comments[2]?.body).toContain("topic=workpad");
  });

  it("makes a new one when a person deleted the old one, also where Linear never takes its id again", async () => {
    const ground = await stage();
    const [id = ""] = ground.ids;
    const tracker = ground.open();
    const first = await tracker.ensureComment(id, "workpad", "Plan", "maestro", calmly);
    ground.fake.data.comments.splice(0);
    const errors = [{ message: "conflict on insert of Comment", extensions: { code: "INPUT_ERROR", userError: true } }];
    const refusal = { kind: "status", operation: "mutation commentCreate", status: 200 } as const;
    ground.fake.server.faults.add({ ...refusal, body: { data: null, errors } });
    const second = await tracker.ensureComment(id, "workpad", "Plan", "maestro", calmly);
    expect(second).not.toBe(first);
    expect(await tracker.ensureComment(id, "workpad", "Plan B", "maestro", calmly)).toBe(second);
    expect(ground.fake.data.comments).toHaveLength(1);
  });

  it("reads all pages", async () => {
    const ground = await stage();
    const [id = ""] = ground.ids;
    for (let at = 0; at < 60; at += 1) await ground.open().comment(id, `Remark ${at}`, "alice", calmly);
    const from = ground.fake.server.log.calls.length;
    expect(await ground.open().comments(id, null, calmly)).toHaveLength(60);
    expect(operations(ground, from)).toHaveLength(2);
  });
});
