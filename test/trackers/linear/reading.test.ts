import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../../src/base/json.ts";
import { linearTracker } from "../../../src/trackers/linear/index.ts";
import { issueCalled, KEY, seedIssues } from "./harness.ts";
import { calmly, operations, stage } from "./stage.ts";

describe("scope", () => {
  it("is the team, the project, both, or everything that the key can see", async () => {
    const ground = await stage([
      { identifier: "ISS-1", title: "In the project", state: "Todo" },
      { identifier: "ISS-2", title: "In no project", state: "Todo" },
      { identifier: "ISS-3", title: "Of another team", state: "Todo" },
    ]);
    const { data } = ground.fake;
    issueCalled(ground.fake, "ISS-2").projectId = null;
    const ops = data.teams.find(({ key }) => key === "OPS")?.id ?? "";
    const todo = data.states.find(({ teamId, name }) => teamId === ops && name === "Todo")?.id ?? "";
    Object.assign(issueCalled(ground.fake, "ISS-3"), { teamId: ops, stateId: todo, projectId: null });
    const seen = async (options: JsonObject) => {
      const tracker = ground.open({ team: undefined, ...options });
      const listed = (await tracker.issuesByStates(["todo"], calmly)).map(({ identifier }) => identifier).sort();
      const refreshed = (await tracker.issuesByIds(ground.ids, calmly)).map(({ identifier }) => identifier).sort();
      expect(refreshed).toEqual(listed);
      return listed;
    };
    expect(await seen({ team: "iss" })).toEqual(["ISS-1", "ISS-2"]);
    expect(await seen({ project_slug: "0123456789ab" })).toEqual(["ISS-1"]);
    expect(await seen({ project_slug: "https://linear.app/acme/project/core-0123456789ab/issues" })).toEqual(["ISS-1"]);
    expect(await seen({ project_slug: "core-0123456789ab", team: "OPS" })).toEqual([]);
    expect(await seen({ all_teams: true })).toEqual(["ISS-1", "ISS-2", "OPS-3"]);
    expect(await ground.open({ team: "OPS" }).issueByIdentifier("iss-1", calmly)).toBeUndefined();
    expect((await ground.open({ team: "OPS" }).issueByIdentifier("ops-3", calmly))?.title).toBe("Of another team");
  });

  it("lists with `labels` only what carries them, and says of a running one that lost its label that it may not be worked on", async () => {
    const ground = await stage([
      { identifier: "ISS-1", title: "With", state: "Todo", labels: ["agent"] },
      { identifier: "ISS-2", title: "Without", state: "Todo" },
    ]);
    const tracker = ground.open({ labels: [" Agent "] });
    const listed = await tracker.issuesByStates(["Todo"], calmly);
    expect(listed.map(({ identifier, dispatchable }) => [identifier, dispatchable])).toEqual([["ISS-1", true]]);
    const refreshed = await tracker.issuesByIds(ground.ids, calmly);
    expect(refreshed.map(({ identifier, dispatchable }) => [identifier, dispatchable]).sort()).toEqual([
      ["ISS-1", true],
      ["ISS-2", false],
    ]);
  });

  it.each([
    ["me", "maestro@example.com", true],
    ["me", "ann@example.com", false],
    ["ann@Example.com", "ann@example.com", true],
    ["ann@example.com", null, false],
  ])("with assignee %s takes the issue of %s: %s", async (assignee, owner, expected) => {
    const ground = await stage();
    const user = ground.fake.data.users.find(({ email }) => email === owner)?.id ?? null;
    issueCalled(ground.fake, "ISS-1").assigneeId = user;
    const [issue] = await ground.open({ assignee }).issuesByStates(["Todo"], calmly);
    expect([issue?.dispatchable, issue?.assigneeId]).toEqual([expected, user]);
    const place = { environment: { LINEAR_ASSIGNEE: assignee } };
    const [fallback] = await ground.open({}, place).issuesByIds(ground.ids, calmly);
    expect(fallback?.dispatchable).toBe(expected);
  });

  it("takes what is delegated to it like what is assigned to it", async () => {
    const ground = await stage();
    issueCalled(ground.fake, "ISS-1").delegateId = ground.fake.data.users[0]?.id ?? null;
    const [issue] = await ground.open({ assignee: "me" }).issuesByStates(["Todo"], calmly);
    expect([issue?.dispatchable, issue?.assigneeId]).toEqual([true, null]);
  });

  it("keeps an archived issue of an open lane and forgets a deleted one", async () => {
    const ground = await stage([
      { identifier: "ISS-1", title: "Archived", state: "Done" },
      { identifier: "ISS-2", title: "Deleted", state: "Done" },
    ]);
    const at = new Date().toISOString();
    issueCalled(ground.fake, "ISS-1").archivedAt = at;
    Object.assign(issueCalled(ground.fake, "ISS-2"), { archivedAt: at, trashed: true });
    const tracker = ground.open();
    expect(await tracker.issuesByStates(["Done"], calmly)).toEqual([]);
    const found = await tracker.issuesByIds(ground.ids, calmly);
    expect(found.map(({ identifier, dispatchable }) => [identifier, dispatchable])).toEqual([["ISS-1", false]]);
  });
});

describe("an issue", () => {
  it("reads as the contract wants it: no priority is null, blockers with their states, Linear's own branch name", async () => {
    const ground = await stage([
      { identifier: "ISS-1", title: "One", state: "Todo", labels: ["Zeta", "alpha"], blockedBy: ["ISS-2"] },
      { identifier: "ISS-2", title: "Two", state: "In Progress", priority: 1 },
    ]);
    const [one, two] = ground.ids;
    const related = {
      id: "00000000-0000-4000-9000-00000000ffff",
      type: "related",
      createdAt: new Date().toISOString(),
    };
    ground.fake.data.relations.push({ ...related, issueId: two ?? "", relatedIssueId: one ?? "" });
    const tracker = ground.open();
    expect(await tracker.issueByIdentifier("ISS-1", calmly)).toEqual({
      id: one,
      nativeRef: { team: "ISS" },
      identifier: "ISS-1",
      title: "One",
      description: null,
      priority: null,
      state: "Todo",
      branchName: "maestro/iss-1-one",
      url: "https://linear.app/acme/issue/ISS-1",
      assigneeId: null,
      labels: ["alpha", "zeta"],
      blockedBy: [{ id: two, identifier: "ISS-2", state: "In Progress" }],
      dispatchable: true,
      createdAt: expect.any(Number),
      updatedAt: expect.any(Number),
    });
    expect((await tracker.issueByIdentifier("ISS-2", calmly))?.priority).toBe(1);
  });

  it("has all its labels and blockers, also when they fill more than their page", async () => {
    const blockers = Array.from({ length: 63 }, (_, at) => `ISS-${at + 2}`);
    const labels = Array.from({ length: 61 }, (_, at) => `label-${String(at).padStart(2, "0")}`);
    const ground = await stage([
      { identifier: "ISS-1", title: "One", state: "Todo", labels, blockedBy: blockers },
      ...blockers.map((identifier) => ({ identifier, title: identifier, state: "Backlog" })),
    ]);
    const [issue] = await ground.open().issuesByStates(["Todo"], calmly);
    expect(issue?.labels).toEqual(labels);
    expect(issue?.blockedBy.map(({ identifier }) => identifier).sort()).toEqual([...blockers].sort());
    // The list, then two further pages each of labels and relations.
    expect(operations(ground)).toHaveLength(5);
  });
});

describe("options", () => {
  const parse = (options: JsonObject) => linearTracker.parseOptions(options);
  it.each([
    [{}, "project_slug is missing, and so is team", ["project_slug"]],
    [{ team: "ENG", all_teams: true }, "all_teams contradicts team", ["all_teams"]],
    [{ team: "ENG", projct_slug: "x" }, "projct_slug is not a known key", ["projct_slug"]],
    [{ team: " " }, "team must not be blank", ["team"]],
    [{ team: "ENG", endpoint: "http://linear.example.com/graphql" }, "must begin with https://", ["endpoint"]],
    [{ team: "ENG", endpoint: "linear" }, "endpoint is no URL", ["endpoint"]],
    [{ team: "ENG", labels: "a" }, "labels must be array", ["labels"]],
  ])("%j are refused at their place", (options, message, path) => {
    expect(() => parse(options)).toThrowError(
      expect.objectContaining({
        code: "tracker_invalid_config",
        message: expect.stringContaining(message),
        facts: expect.objectContaining({ path }),
      }),
    );
  });

  it("get their default address and pass again unchanged", () => {
    const parsed = parse({ team: "ENG", api_key: "$LINEAR_API_KEY" });
    expect(parsed).toEqual({ team: "ENG", api_key: "$LINEAR_API_KEY", endpoint: "https://api.linear.app/graphql" });
    expect(parse(parsed)).toEqual(parsed);
  });

  it("take the key from LINEAR_API_KEY when they name none, and keep it out of sight", async () => {
    const ground = await stage();
    const { context } = ground.place;
    const tracker = ground.open({ api_key: "$LINEAR_API_KEY" }, { environment: { LINEAR_API_KEY: KEY } });
    await tracker.health(calmly);
    expect(context.secrets.redact(`the key is ${KEY}`)).toBe("the key is [REDACTED:LINEAR_API_KEY]");
    const open = () => linearTracker.open({ team: "ISS" }, context);
    await expect(open()).rejects.toMatchObject({ code: "tracker_missing_secret", hint: /LINEAR_API_KEY/ });
  });
});

describe("health", () => {
  it("asks one question, and names what the key cannot see", async () => {
    const ground = await stage();
    await ground.open().health(calmly);
    expect(operations(ground)).toEqual(["query viewer"]);
    const codeOf = (options: JsonObject) =>
      ground
        .open(options)
        .health(calmly)
        .then(
          () => "none",
          (error: { code: string; facts: { path: string[] } }) => `${error.code} ${error.facts.path}`,
        );
    expect(await codeOf({ team: "NONE" })).toBe("tracker_invalid_config team");
    expect(await codeOf({ project_slug: "none" })).toBe("tracker_invalid_config project_slug");
    const refused = ground.open({ api_key: "lin_api_wrong_key" }).health(calmly);
    await expect(refused).rejects.toMatchObject({ code: "tracker_auth", retryable: false });
  });

  it("tells the states that issues in scope can have", async () => {
    const ground = await stage();
    const names = (await ground.open({ team: "OPS" }).states(calmly)).map(({ name }) => name);
    expect(names).toContain("Todo");
    expect(names).not.toContain("Mine");
    expect(await ground.open().states(calmly)).toContainEqual({ name: "Mine", type: "started" });
    const ofProject = ground.open({ team: undefined, project_slug: "0123456789ab" });
    expect(await ofProject.states(calmly)).toContainEqual({ name: "Mine", type: "started" });
  });
});

it("a list that has grown since the last poll is still whole", async () => {
  const seeds = (from: number, to: number) =>
    Array.from({ length: to - from + 1 }, (_, at) => ({ identifier: `ISS-${from + at}`, title: "T", state: "Todo" }));
  const ground = await stage(seeds(1, 3));
  const tracker = ground.open();
  const count = async () => (await tracker.issuesByStates(["Todo"], calmly)).length;
  expect([await count(), await count()]).toEqual([3, 3]);
  seedIssues(ground.fake, seeds(4, 130));
  const from = operations(ground).length;
  expect(await count()).toBe(130);
  // 10, then 50 at a time.
  expect(operations(ground, from)).toHaveLength(4);
});
