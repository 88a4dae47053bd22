import { describe, expect, it } from "vitest";
import { readInstant } from "../../../src/trackers/tapd/zone.ts";
import { calmly, itemOf, operations, PASSWORD, stage, TYPE, WORKSPACE } from "./stage.ts";

const ONE = [{ identifier: "ISS-1", title: "One", state: "Todo" }];

describe("an issue", () => {
  it("reads as TAPD has it, with ids as texts and the account's own words as Markdown", async () => {
    const ground = await stage([
      { identifier: "ISS-1", title: "One", state: "Todo", labels: ["Bug", "UI"], priority: 1 },
    ]);
    const [id = ""] = ground.ids;
    Object.assign(itemOf(ground.fake, id).fields, {
      owner: "ann;bob;",
      description: "<div>Say <b>it</b><br>twice</div>",
    });
    const [issue] = await ground.open().issuesByIds([id], calmly);
    expect(issue).toMatchObject({
      ...{ id: "1120003271002000001", identifier: "TAPD-1120003271002000001", priority: 1, labels: ["bug", "ui"] },
      ...{ assigneeId: "ann", description: "Say **it**\ntwice", state: "Todo", blockedBy: [] },
      nativeRef: { workspace_id: WORKSPACE, entity: "story", type_id: TYPE },
      url: `https://www.tapd.cn/${WORKSPACE}/prong/stories/view/${id}`,
    });
    expect(Math.abs((issue?.createdAt ?? 0) - ground.fake.server.clock.now())).toBeLessThan(5_000);
  });

  it("has the instants of the zone that the options name", async () => {
    const ground = await stage(ONE, { timeZone: "America/New_York" });
    const shown = async (zone?: string) =>
      (await ground.open({ time_zone: zone }).issuesByIds(ground.ids, calmly))[0]?.createdAt ?? 0;
    expect(Math.abs((await shown("America/New_York")) - ground.fake.server.clock.now())).toBeLessThan(5_000);
    expect(Math.abs((await shown()) - ground.fake.server.clock.now())).toBeGreaterThan(3_600_000);
  });

  it("is a story or a bug with the same number", async () => {
    const ground = await stage(ONE);
    const [id = ""] = ground.ids;
    const { data, server } = ground.fake;
    const at = server.clock.now();
    data.items.push({
      ...{ id, workspaceId: WORKSPACE, system: "bug", typeId: "", status: "new", createdAt: at, modifiedAt: at },
      fields: { title: "A bug", current_owner: "bob;", priority_label: "urgent" },
    });
    const tracker = ground.open({ items: ["stories", "bugs"] });
    const found = await tracker.issuesByStates(["Todo", "new"], calmly);
    expect(found.map((issue) => [issue.id, issue.identifier, issue.title, issue.priority])).toEqual([
      [id, `TAPD-${id}`, "One", null],
      [`bug-${id}`, `TAPD-BUG-${id}`, "A bug", 1],
    ]);
    expect((await tracker.issueByIdentifier(`TAPD-BUG-${id}`, calmly))?.title).toBe("A bug");
    expect((await tracker.issueByIdentifier(id, calmly))?.title).toBe("One");
    await tracker.comment(`bug-${id}`, "About the bug", "ann", calmly);
    expect(await tracker.comments(id, null, calmly)).toEqual([]);
    expect(await tracker.comments(`bug-${id}`, null, calmly)).toHaveLength(1);
    // A reader of stories only has never heard of it.
    expect(await ground.open().issuesByIds([`bug-${id}`], calmly)).toEqual([]);
  });

  it("is worked on only where owner, labels and ids allow it", async () => {
    const ground = await stage([
      { identifier: "ISS-1", title: "Mine", state: "Todo", labels: ["agent"], dispatchable: true },
      { identifier: "ISS-2", title: "Hers", state: "Todo", labels: ["agent"], dispatchable: false },
      { identifier: "ISS-3", title: "Bare", state: "Todo", dispatchable: true },
    ]);
    const [mine = "", hers = "", bare = ""] = ground.ids;
    const shown = async (options: object) => {
      const found = await ground.open({ ...options }).issuesByStates(["Todo"], calmly);
      return found.map(({ id, dispatchable }) => [id, dispatchable]);
    };
    expect(await shown({ owner: "maestro", labels: ["Agent"] })).toEqual([
      [mine, true],
      [hers, false],
    ]);
    expect(await shown({ candidate_issue_ids: [`TAPD-${hers}`] })).toEqual([
      [mine, false],
      [hers, true],
      [bare, false],
    ]);
  });
});

describe("what blocks an issue", () => {
  const SEEDS = Array.from({ length: 25 }, (_, at) => ({
    ...{ identifier: `ISS-${at + 1}`, title: `${at}`, state: at === 24 ? "Done" : "Todo", priority: at === 20 ? 1 : 3 },
    ...(at === 0 ? { blockedBy: ["ISS-25"] } : {}),
  }));

  it("is asked about ten at a time, the urgent ones first; the others wait meanwhile", async () => {
    const ground = await stage(SEEDS);
    const tracker = ground.open();
    const unknown = [{ id: null, identifier: null, state: null }];
    const waiting = async () => {
      const found = await tracker.issuesByStates(["Todo"], calmly);
      expect(found).toHaveLength(24);
      return found
        .filter(({ blockedBy }) => JSON.stringify(blockedBy) === JSON.stringify(unknown))
        .map(({ title }) => title);
    };
    const first = await waiting();
    expect(first).toHaveLength(14);
    expect(first).not.toContain("20");
    expect(await waiting()).toHaveLength(4);
    expect(await waiting()).toHaveLength(0);
    const from = operations(ground).length;
    expect(await waiting()).toHaveLength(0);
    expect(operations(ground, from)).toEqual(["GET /stories", "GET /stories"]);
    const [blocked] = await tracker.issuesByIds(ground.ids.slice(0, 1), calmly);
    expect(blocked?.blockedBy).toEqual([{ id: ground.ids[24], identifier: `TAPD-${ground.ids[24]}`, state: "Done" }]);
  });

  it("is asked again when the issue changed, and after ten minutes", async () => {
    const ground = await stage(ONE);
    const tracker = ground.open();
    const asked = async () => {
      const from = operations(ground).length;
      await tracker.issuesByStates(["Todo"], calmly);
      return operations(ground, from).includes("GET /stories/get_time_relative_stories");
    };
    expect([await asked(), await asked()]).toEqual([true, false]);
    itemOf(ground.fake, ground.ids[0] ?? "").modifiedAt += 5_000;
    expect([await asked(), await asked()]).toEqual([true, false]);
    ground.clock.advance(600_000);
    expect([await asked(), await asked()]).toEqual([true, false]);
  });

  it("is shown with links and parents as relations", async () => {
    const ground = await stage(SEEDS.slice(0, 1).concat(SEEDS.slice(24)));
    const [id = "", other = ""] = ground.ids;
    itemOf(ground.fake, id).fields.parent_id = other;
    ground.fake.data.links.push({ id: "1", workspaceId: WORKSPACE, srcStoryId: other, targetStoryId: id });
    const place = { issueId: other, identifier: `TAPD-${other}`, state: "Done" };
    expect(await ground.open().relations(id, calmly)).toEqual([
      { kind: "parent", ...place },
      { kind: "blocked_by", ...place },
      { kind: "related", ...place },
    ]);
  });
});

describe("what is set up wrongly", () => {
  it.each([
    ["a wrong password", { api_password: "wrong" }, "tracker_auth", /does not accept/, /TAPD_API_PASSWORD/],
    [
      "another workspace",
      { workspace_id: 999 },
      "tracker_invalid_config",
      /tracker\.provider\.workspace_id: .* 999/,
      /tapd\.cn\//,
    ],
    ["an address with a path", { path: "/v1" }, "tracker_response", /greeted/, /endpoint/],
  ])("is said: %s", async (_, { path = "", ...options }: Record<string, string | number>, code, message, hint) => {
    const ground = await stage(ONE);
    const tracker = ground.open({ ...options, endpoint: `${ground.fake.url}${path}` });
    for (const ask of [() => tracker.health(calmly), () => tracker.issuesByStates(["Todo"], calmly)]) {
      await expect(ask()).rejects.toMatchObject({ code, hint: expect.stringMatching(hint) });
      await expect(ask()).rejects.toThrow(message);
    }
  });

  it("is never an empty answer, even where TAPD greets with success", async () => {
    const ground = await stage(ONE);
    const tracker = ground.open();
    await tracker.health(calmly);
    const greeting = { status: 1, data: "Hello world from TAPD API. ab12", info: "" };
    for (const operation of ["GET /stories", "GET /comments", "POST /comments"]) {
      ground.fake.server.faults.add({ kind: "status", status: 200, body: greeting, operation, times: 9 });
    }
    const [id = ""] = ground.ids;
    const asks = [
      () => tracker.issuesByStates(["Todo"], calmly),
      () => tracker.issuesByIds([id], calmly),
      () => tracker.comments(id, null, calmly),
      () => tracker.comment(id, "x", "ann", calmly),
    ];
    for (const ask of asks) await expect(ask()).rejects.toMatchObject({ code: "tracker_response" });
  });

  it("never sends the password where it is redirected to", async () => {
    const ground = await stage(ONE);
    const headers = { location: "http://127.0.0.1:9/" };
    ground.fake.server.faults.add({ kind: "status", status: 302, headers, operation: "*", times: 9 });
    await expect(ground.open().health(calmly)).rejects.toMatchObject({ code: "tracker_request" });
    expect(ground.place.context.secrets.redact(`at ${PASSWORD}`)).not.toContain(PASSWORD);
  });
});

describe("an instant of TAPD's", () => {
  it.each([
    ["2026-09-01 08:00:00", "Asia/Shanghai", "2026-09-01T00:00:00.000Z"],
    ["2026-03-08 01:59:59", "America/New_York", "2026-03-08T06:59:59.000Z"],
    ["2026-03-08 03:00:00", "America/New_York", "2026-03-08T07:00:00.000Z"],
    ["2026-11-01 01:30:00", "America/New_York", "2026-11-01T05:30:00.000Z"],
    ["2026-07-01 12:00:00", "UTC", "2026-07-01T12:00:00.000Z"],
  ])("%s in %s is %s", (text, zone, instant) => {
    expect(new Date(readInstant(text, zone) ?? 0).toISOString()).toBe(instant);
  });

  it.each([null, "", "0000-00-00 00:00:00", "yesterday", "2026-02-31 00:00:00"])("is none: %s", (text) => {
    expect(readInstant(text, "Asia/Shanghai")).toBeNull();
  });
});
