import { describe, expect, it } from "vitest";
import type { LifecycleNeeds } from "../../../src/contracts/tracker.ts";
import { calmly, itemOf, operations, type Stage, stage, TYPE, WORKSPACE } from "./stage.ts";

// The fake's own seed has the workflow that TAPD's templates are written for.
const ACCOUNTS = [{ user: "maestro", password: "tapd-password" }];
const BUGS = { items: ["bugs"], fields_on_move: { resolved: { resolution: "fixed" } } };

function needs(states: readonly string[], ...moves: readonly (readonly [string, string])[]): LifecycleNeeds {
  return { states, moves: moves.map(([from, to]) => ({ from, to })) };
}

function withoutSeed(): Promise<Stage> {
  return stage([], { seed: { accounts: ACCOUNTS, workspaces: [{ id: WORKSPACE }] } });
}

/** Made as a person makes it, in a status of their choice. */
async function made(ground: Stage, state: string, bug = false): Promise<string> {
  const tracker = ground.open(bug ? { items: ["bugs"] } : {});
  const first = bug ? "new" : "status_4";
  const draft = { title: "One", description: null, state: first, labels: [], priority: null, blockedBy: [] };
  const { id } = await tracker.create(draft, calmly);
  itemOf(ground.fake, id).status = state;
  itemOf(ground.fake, id).modifiedAt -= 10_000;
  ground.clock.advance(61_000);
  return id;
}

describe("what the workflow file asks of TAPD's workflow", () => {
  it("is fine when there is each state, and a way for each move", async () => {
    const ground = await withoutSeed();
    const lifecycle = needs(["status_4", "Developing", "status_5", "merging", "resolved"], ["status_5", "resolved"]);
    await ground.open({}, { lifecycle }).health(calmly);
  });

  it.each([
    ["a key that is misspelt", "develping", /"develping".*developing \(实现中\)/, 'Did you mean "developing"?'],
    ["what people see instead of the key", "实现中", /no status "实现中"/, 'Did you mean "developing"?'],
    ["a state of another tracker", "In Progress", /no status "In Progress"/, "Use one of the keys"],
  ])("says which key is meant by %s", async (_, state, message, hint) => {
    const ground = await withoutSeed();
    const tracker = ground.open({}, { lifecycle: needs(["status_4", state]) });
    const error = { code: "tracker_invalid_config", retryable: false, hint: expect.stringContaining(hint) };
    for (const ask of [() => tracker.health(calmly), () => tracker.issuesByStates(["status_4"], calmly)]) {
      await expect(ask()).rejects.toMatchObject({ ...error, message: expect.stringMatching(/^tracker\.lifecycle: /) });
      await expect(ask()).rejects.toThrow(message);
    }
  });

  it("says which transition is missing, and what there is", async () => {
    const ground = await withoutSeed();
    const lifecycle = needs(
      ["developing", "status_5", "resolved"],
      ["developing", "status_5"],
      ["developing", "resolved"],
    );
    await expect(ground.open({}, { lifecycle }).health(calmly)).rejects.toMatchObject({
      code: "tracker_invalid_config",
      message: expect.stringMatching(/does not lead from developing \(实现中\) to resolved \(已实现\)/),
      hint: expect.stringMatching(/From developing it leads to status_5 \(评审中\), rejected/),
    });
  });

  it("is refused where the workflow is a parallel one", async () => {
    const workflow = { statuses: { a: "A" }, first: "a", last: [], transitions: [], steps: { s1: "Build" } };
    const types = [
      { id: TYPE, name: "需求" },
      { id: `${TYPE.slice(0, -1)}2`, name: "并行", workflow },
    ];
    const ground = await stage([], { seed: { accounts: ACCOUNTS, workspaces: [{ id: WORKSPACE, types }] } });
    await expect(ground.open().health(calmly)).rejects.toMatchObject({
      code: "tracker_invalid_config",
      message: expect.stringContaining('"并行" is a parallel one'),
      hint: expect.stringContaining("type_ids"),
    });
    await ground.open({ type_ids: [TYPE] }).health(calmly);
    await expect(ground.open({ type_ids: ["11200032710000009"] }).health(calmly)).rejects.toMatchObject({
      code: "tracker_invalid_config",
      hint: expect.stringContaining(`"${TYPE}" (需求)`),
    });
  });

  it("is asked for once, and again by health", async () => {
    const ground = await withoutSeed();
    const tracker = ground.open();
    await tracker.health(calmly);
    const from = operations(ground).length;
    expect(from).toBe(5);
    await tracker.health(calmly);
    expect(operations(ground, from)).toEqual(["GET /quickstart/testauth"]);
    expect((await tracker.states(calmly)).slice(0, 2)).toEqual([
      { name: "status_4", type: "待规划" },
      { name: "developing", type: "实现中" },
    ]);
    expect(operations(ground)).toHaveLength(6);
  });
});

describe("a move", () => {
  it("goes hop by hop where there is no direct way, and only through states that the file names", async () => {
    const ground = await withoutSeed();
    const id = await made(ground, "status_5");
    const named = ["developing", "status_5", "merging", "rework", "resolved"];
    const tracker = ground.open({}, { lifecycle: needs(named) });
    expect(await tracker.move(id, { to: "resolved", from: "status_5" }, calmly)).toBe("moved");
    const moves = ground.fake.server.log.calls.filter(
      ({ variables }) => typeof variables.status === "string" && "id" in variables,
    );
    expect(moves.slice(-2).map(({ variables }) => variables.status)).toEqual(["merging", "resolved"]);
    const strict = ground.open({}, { lifecycle: needs(named.filter((name) => name !== "merging")) });
    const other = await made(ground, "status_5");
    await expect(strict.move(other, { to: "resolved", from: null }, calmly)).rejects.toMatchObject({
      code: "tracker_status",
    });
    expect(itemOf(ground.fake, other).status).toBe("status_5");
  });

  it("that broke off half-way is gone on with", async () => {
    const ground = await withoutSeed();
    const id = await made(ground, "status_5");
    ground.fake.server.faults.add({ kind: "drop_before", operation: "POST /stories", skip: 1 });
    const change = { to: "resolved", from: "status_5" };
    await expect(ground.open().move(id, change, calmly)).rejects.toMatchObject({ code: "tracker_request" });
    expect(itemOf(ground.fake, id).status).toBe("merging");
    expect(await ground.open().move(id, change, calmly)).toBe("moved");
    expect(await ground.open().move(id, change, calmly)).toBe("already");
  });

  it("of a bug walks through what lies between, with the fields that are asked for", async () => {
    const ground = await withoutSeed();
    const id = await made(ground, "new", true);
    expect(id).toMatch(/^bug-\d{19}$/);
    expect(await ground.open(BUGS).move(id, { to: "resolved", from: "new" }, calmly)).toBe("moved");
    expect(itemOf(ground.fake, id)).toMatchObject({ status: "resolved", fields: { resolution: "fixed" } });
  });

  it("says which fields TAPD wants", async () => {
    const ground = await withoutSeed();
    const id = await made(ground, "in_progress", true);
    await expect(
      ground.open({ items: ["bugs"] }).move(id, { to: "resolved", from: null }, calmly),
    ).rejects.toMatchObject({
      code: "tracker_status",
      hint: expect.stringMatching(/resolution; tracker\.provider\.fields_on_move\.resolved/),
    });
  });

  it.each([
    ["refused", false],
    ["ignored in silence", true],
  ])("of something that somebody moved meanwhile is a conflict, also when TAPD's no is %s", async (_, bug) => {
    const ground = await withoutSeed();
    const [from, to, elsewhere] = bug ? ["new", "in_progress", "closed"] : ["developing", "status_5", "merging"];
    const id = await made(ground, from ?? "", bug);
    const tracker = ground.open(bug ? BUGS : {});
    await tracker.health(calmly);
    const { faults, log } = ground.fake.server;
    faults.add({ kind: "hold_after", ms: 30, operation: bug ? "GET /bugs" : "GET /stories" });
    const moving = tracker.move(id, { to: to ?? "", from: from ?? "" }, calmly);
    const before = log.calls.length;
    while (log.calls.length === before) await new Promise(setImmediate);
    itemOf(ground.fake, id).status = elsewhere ?? "";
    expect(await moving).toBe("conflict");
    expect(itemOf(ground.fake, id).status).toBe(elsewhere);
  });

  it("that TAPD takes and does not make is told", async () => {
    const ground = await withoutSeed();
    const id = await made(ground, "new", true);
    const tracker = ground.open(BUGS);
    await tracker.health(calmly);
    // An administrator took the transition out a moment ago.
    const workflow = ground.fake.data.workflows.find(({ system }) => system === "bug");
    workflow?.transitions.splice(0);
    await expect(tracker.move(id, { to: "in_progress", from: "new" }, calmly)).rejects.toMatchObject({
      code: "tracker_status",
      message: expect.stringContaining('left the issue in "new"'),
    });
  });
});
