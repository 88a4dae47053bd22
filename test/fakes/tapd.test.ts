import { describe, expect, it } from "vitest";
import { readHooks } from "./hooks.ts";
import { ask, newBug, newStory, SEED, start, W } from "./tapd-stage.ts";

describe("stories and bugs", () => {
  it("have long ids as texts, wrappers, and every custom field unless some are chosen", async () => {
    const fake = await start();
    const story = await newStory(fake, { description: "<p>a & b</p>", owner: "zhangsan", label: "agent|bug" });
    expect(story.id).toMatch(/^11\d{17}$/);
    expect(String(Number(story.id) + 1)).not.toBe(String(BigInt(story.id) + 1n));
    expect(story).toMatchObject({
      ...{ description: "<p>a & b</p>", owner: "zhangsan;", label: "agent|bug", creator: "maestro" },
      ...{ status: "status_4", workitem_type_id: "1120003271001000001", parent_id: "0", custom_field_200: "" },
    });
    const { body } = await ask(fake, "GET /stories", { fields: "id,name,status" });
    expect(body).toEqual({
      status: 1,
      info: "success",
      data: [{ Story: { id: story.id, name: "Story", status: "status_4" } }],
    });
    const bug = await newBug(fake, { priority_label: "high", current_owner: "a;b" });
    expect(bug).toMatchObject({ title: "Bug", reporter: "maestro", current_owner: "a;b;", status: "new" });
    expect(Object.keys((await ask(fake, "GET /bugs")).body.data[0])).toEqual(["Bug"]);
  });

  it("are changed by id, in form or JSON, and keep the two names of a priority together", async () => {
    const fake = await start();
    const { id } = await newStory(fake, { priority_label: "High" });
    const json = { workspace_id: W, id, name: "New", priority: "2", label: "x" };
    const { body } = await ask(fake, "POST /stories", {}, { json });
    expect(body.data.Story).toMatchObject({ id, name: "New", priority: "2", priority_label: "Low", label: "x" });
    await ask(fake, "POST /stories", { id, priority_label: "High" });
    expect((await ask(fake, "GET /stories", { id })).body.data[0].Story).toMatchObject({ name: "New", priority: "4" });
    expect(fake.data.items).toHaveLength(1);
  });

  it("write instants in whole seconds of the workspace's zone, without naming it", async () => {
    const fake = await start();
    const { id, created } = await newStory(fake);
    const at = fake.data.items[0]?.createdAt ?? 0;
    expect(created).toBe(new Date(at + 8 * 3_600_000).toISOString().slice(0, 19).replace("T", " "));
    fake.server.clock.advance(60_000);
    await ask(fake, "POST /stories", { id, name: "Later" });
    const found = async (modified: string) => (await ask(fake, "GET /stories/count", { modified })).body.data;
    expect(await found(`>${created}`)).toEqual({ count: 1 });
    expect(await found(`<${created}`)).toEqual({ count: 0 });
    const { modified } = (await ask(fake, "GET /stories", { id })).body.data[0].Story;
    expect(await found(`>${modified}`)).toEqual({ count: 0 });
    expect(await found(`${created}~${modified}`)).toEqual({ count: 1 });
    const other = await start({ timeZone: "UTC" });
    const { created: utc } = await newStory(other);
    expect(utc).toBe(new Date(other.data.items[0]?.createdAt ?? 0).toISOString().slice(0, 19).replace("T", " "));
  });

  it("are filtered, counted, sorted and paged", async () => {
    const fake = await start({ limits: { perMinute: 1000 } });
    const ids: string[] = [];
    for (let index = 0; index < 35; index += 1) {
      const { id } = await newStory(fake, { name: `Story ${index}`, owner: index % 2 === 0 ? "ann" : "bob" });
      ids.push(id);
    }
    const list = async (params: Record<string, string>) => {
      const { body } = await ask(fake, "GET /stories", { fields: "id", ...params });
      return body.data.map((row: { Story: { id: string } }) => row.Story.id);
    };
    expect(await list({})).toEqual(ids.toReversed().slice(0, 30));
    expect(await list({ page: "2" })).toEqual(ids.toReversed().slice(30));
    expect(await list({ order: "id asc", limit: "2", page: "2" })).toEqual(ids.slice(2, 4));
    expect(await list({ cursor: ids[31] ?? "" })).toEqual(ids.slice(32));
    expect(await list({ id: `${ids[3]},${ids[7]},1120003271009999999` })).toEqual([ids[7], ids[3]]);
    expect(await list({ name: "EQ<Story 3>" })).toEqual([ids[3]]);
    expect(await list({ owner: "USER_OR<bob|carl>", limit: "200" })).toHaveLength(17);
    await ask(fake, "POST /stories", { id: ids[0] ?? "", status: "developing" });
    expect(await list({ status: "developing|status_5" })).toEqual([ids[0]]);
    expect((await ask(fake, "GET /stories/count", { status: "status_4" })).body.data).toEqual({ count: 34 });
    fake.server.faults.add({ kind: "partial", operation: "GET /stories", keep: 3 });
    expect(await list({})).toHaveLength(3);
  });
});

describe("workflows", () => {
  it("tell types, statuses, the first, the last and the ways between", async () => {
    const fake = await start();
    const get = async (path: string, params: Record<string, string>) =>
      (await ask(fake, `GET ${path}`, params)).body.data;
    const story = { system: "story", workitem_type_id: "1120003271001000001" };
    expect(await get("/workitem_types", { entity_type: "story" })).toMatchObject([
      { WorkitemType: { id: "1120003271001000001" } },
      { WorkitemType: { id: "1120003271001000002" } },
    ]);
    expect((await get("/workflows", { system: "story" }))[0].Workflow.system_name).toBe(
      "workitem_app_1120003271001000001",
    );
    expect(await get("/workflows/status_map", story)).toMatchObject({ status_4: "待规划", resolved: "已实现" });
    expect(await get("/workflows/status_map", { system: "bug" })).toMatchObject({ in_progress: "接受/处理" });
    expect(await get("/workflows/first_step", story)).toEqual({ status_4: "待规划" });
    expect(await get("/workflows/last_steps", { ...story, type: "status" })).toEqual({
      resolved: "已实现",
      rejected: "已拒绝",
    });
    expect(await get("/workflows/last_steps", { ...story, type: "step" })).toEqual([]);
    expect(await get("/workflows/all_transitions", { system: "bug" })).toContainEqual({
      Name: "解决",
      StepPrevious: "in_progress",
      StepNext: "resolved",
      Appendfield: [{ DBModel: "Bug", FieldName: "resolution", Notnull: "yes" }],
    });
    const parallel = { system: "story", workitem_type_id: "1120003271001000002" };
    expect(await get("/workflows/last_steps", { ...parallel, type: "step" })).toMatchObject([
      { WorkflowStep: { name: "发布" } },
    ]);
    expect(await get("/workflows/last_steps", { ...parallel, type: "status" })).toEqual([]);
  });

  it("let a story go only where they lead, and a parallel one nowhere", async () => {
    const fake = await start();
    const { id } = await newStory(fake);
    const move = (status: string, more = {}) => ask(fake, "POST /stories", { id, status, ...more });
    expect((await move("developing")).body.data.Story.status).toBe("developing");
    const refused = await move("merging", { name: "not written either" });
    expect([refused.status, refused.body.status, refused.body.data]).toEqual([422, 422, ""]);
    expect((await move("nowhere")).status).toBe(422);
    expect(fake.data.items[0]).toMatchObject({ status: "developing", fields: { name: "Story" } });
    expect((await move("developing")).status).toBe(200);
    const before = fake.server.log.effects().length;
    const parallel = await newStory(fake, { workitem_type_id: "1120003271001000002" });
    expect((await ask(fake, "POST /stories", { id: parallel.id, status: "done" })).status).toBe(422);
    expect(fake.server.log.effects()).toHaveLength(before + 1);
  });

  it("leave a bug where it is, and say nothing, when it jumps; a hop asks for its fields", async () => {
    const fake = await start();
    const { id } = await newBug(fake);
    const move = (status: string, more = {}) => ask(fake, "POST /bugs", { id, status, ...more });
    const jump = await move("resolved", { title: "Written all the same" });
    expect([jump.status, jump.body.status, jump.body.data.Bug.status]).toEqual([200, 1, "new"]);
    expect(fake.data.items[0]?.fields.title).toBe("Written all the same");
    await move("in_progress");
    expect((await move("resolved")).body.info).toContain("resolution");
    expect((await move("resolved", { resolution: "fixed" })).body.data.Bug.status).toBe("resolved");
  });
});

describe("comments and relations", () => {
  it("keep a comment's HTML, change it by id and list it by what it belongs to", async () => {
    const fake = await start();
    const { id } = await newStory(fake);
    const entry = { entry_type: "stories", entry_id: id };
    const html = "<h1>Plan</h1><p>a &lt; b</p>";
    const { body } = await ask(fake, "POST /comments", { ...entry, description: html, author: "agent" });
    const comment = body.data.Comment;
    expect(comment).toMatchObject({ ...entry, description: html, author: "agent", workspace_id: W });
    expect(comment.id).toHaveLength(19);
    await ask(fake, "POST /comments", { id: comment.id, description: "<p>2</p>" });
    await ask(fake, "POST /comments", { ...entry, description: "<p>3</p>" });
    const listed = await ask(fake, "GET /comments", { ...entry, order: "created asc", limit: "100" });
    expect(listed.body.data.map((row: { Comment: { description: string } }) => row.Comment.description)).toEqual([
      "<p>2</p>",
      "<p>3</p>",
    ]);
    expect((await ask(fake, "GET /comments", { ...entry, entry_type: "bug" })).body.data).toEqual([]);
    expect((await ask(fake, "POST /comments", { ...entry, entry_id: "1", description: "x" })).status).toBe(422);
  });

  it("save who blocks whom once, and show it from both sides", async () => {
    const fake = await start();
    const [blocker, blocked] = [await newStory(fake), await newStory(fake)];
    const relation = {
      ...{ "relations[0][workitem_id]": blocker.id, "relations[0][dst_workitem_id]": blocked.id },
      ...{ "relations[0][src_field]": "due", "relations[0][dst_field]": "begin" },
    };
    expect((await ask(fake, "POST /stories/save_time_relations", relation)).body.info).toContain("current_user");
    for (let time = 0; time < 2; time += 1) {
      await ask(fake, "POST /stories/save_time_relations", { ...relation, current_user: "maestro" });
    }
    for (const { id } of [blocker, blocked]) {
      expect((await ask(fake, "GET /stories/get_time_relative_stories", { story_id: id })).body.data).toMatchObject([
        { WorkitemTimeRelation: { workitem_id: blocker.id, dst_workitem_id: blocked.id } },
      ]);
    }
    const link = { src_story_id: blocker.id, target_story_id: blocked.id };
    await ask(fake, "POST /stories/add_story_link_relations", link);
    expect((await ask(fake, "GET /stories/get_link_stories", { story_id: blocked.id })).body.data).toMatchObject([
      { StoryLinkRelation: link },
    ]);
    expect(fake.server.log.effects("POST /stories/save_time_relations")).toHaveLength(1);
  });
});

describe("webhooks", () => {
  it.each(["form", "json"] as const)("carry their secret, the old values and an id, as %s", async (format) => {
    const hooks = await readHooks();
    const [first, ...others] = SEED.workspaces ?? [];
    const workspace = { ...first, id: W, hooks: [{ url: hooks.url, secret: "hush", format }] };
    const fake = await start({ seed: { ...SEED, workspaces: [workspace, ...others] } });
    const { id } = await newStory(fake);
    fake.server.faults.add({ kind: "duplicate_webhook", operation: "story::status_change" });
    await ask(fake, "POST /stories", { id, status: "developing", name: "New" });
    await ask(fake, "POST /comments", { entry_type: "stories", entry_id: id, description: "x" });
    await fake.server.webhooks.settle();
    const bodies = hooks.received.map(({ body }) =>
      format === "json" ? JSON.parse(body) : Object.fromEntries(new URLSearchParams(body)),
    );
    expect(bodies.map(({ event }) => event)).toEqual([
      ...["story::create", "story::status_change", "story::status_change", "story::update", "story_comment::add"],
    ]);
    expect(bodies[1]).toMatchObject({
      secret: "hush",
      workspace_id: W,
      id,
      change_fields: "status",
      old_status: "status_4",
    });
    expect(bodies[1].event_id).toBe(bodies[2].event_id);
    expect(bodies[3]).toMatchObject({ change_fields: "name", old_name: "Story" });
    expect(bodies[3]).not.toHaveProperty("name");
    await hooks.close();
  });
});
