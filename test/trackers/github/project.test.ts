import { afterEach, describe, expect, it, vi } from "vitest";
import type { Tracker } from "../../../src/contracts/tracker.ts";
import { githubTracker } from "../../../src/trackers/github/index.ts";
import { type GithubStage, githubStage } from "../../forges/github/stage.ts";
import { ask, issueAt, placeCard, seedIssues } from "./harness.ts";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const calm = { signal: new AbortController().signal };
const ONE = "acme/app#1";

let stage: GithubStage;
afterEach(() => stage.dispose());

async function start(): Promise<Tracker> {
  stage = await githubStage();
  seedIssues(stage, [{ identifier: "ISS-1", title: "One", state: "Doing" }]);
  return githubTracker.open({ ...stage.options(), states_from: "project", project: { number: 7 } }, stage.context);
}

describe("a Projects board", () => {
  it("tells the states: an issue that is not on it is only open, whatever its labels say", async () => {
    const tracker = await start();
    expect(await tracker.issuesByIds(["1"], calm)).toMatchObject([{ state: "Open", labels: [] }]);
    placeCard(stage, issueAt(stage, ONE), "Todo");
    stage.fake.server.clock.advance(10_000);
    const fresh = await githubTracker.open(
      { ...stage.options(), states_from: "project", project: { number: 7 } },
      stage.context,
    );
    expect(await fresh.issuesByStates(["todo"], calm)).toMatchObject([{ id: "1", state: "Todo" }]);
    expect((await fresh.states?.(calm))?.map(({ name }) => name).slice(0, 3)).toEqual(["Open", "Backlog", "Todo"]);
  });

  it("gets the cards that are missing, and closes what stands in the last column", async () => {
    const tracker = await start();
    expect(await tracker.move("1", { to: "In Review", from: "Open" }, calm)).toBe("moved");
    expect(stage.fake.data.projects[0]?.items).toHaveLength(1);
    expect(await tracker.move("1", { to: "done", from: "In Review" }, calm)).toBe("moved");
    expect(issueAt(stage, ONE)).toMatchObject({ state: "closed", labels: ["status:Doing"] });
    const draft = { title: "New", description: null, state: "Todo", labels: ["a"], priority: 2, blockedBy: [] };
    expect(await tracker.create(draft, calm)).toMatchObject({ state: "Todo", labels: ["a"], priority: 2 });
    expect(stage.fake.data.projects[0]?.items).toHaveLength(2);
  });

  it("knows no columns but its own, and none where it has no such field", async () => {
    const tracker = await start();
    await expect(tracker.move("1", { to: "Somewhere", from: null }, calm)).rejects.toMatchObject({
      code: "tracker_status",
      message: expect.stringContaining("Backlog, Todo"),
    });
    expect(await tracker.move("1", { to: "Open", from: null }, calm)).toBe("already");
    await tracker.move("1", { to: "Todo", from: "Open" }, calm);
    await expect(tracker.move("1", { to: "Open", from: null }, calm)).rejects.toMatchObject({ code: "tracker_status" });
    for (const project of [{ number: 8 }, { number: 7, field: "Phase" }]) {
      const options = { ...stage.options(), states_from: "project", project };
      const other = await githubTracker.open(options, stage.context);
      await expect(other.issuesByIds(["1"], calm)).rejects.toMatchObject({ code: "tracker_invalid_config" });
    }
  });

  it("is read once for a refresh of many issues, and anew before a move", async () => {
    const tracker = await start();
    seedIssues(
      stage,
      [2, 3, 4].map((at) => ({ identifier: `ISS-${at}`, title: "More", state: "Todo" })),
    );
    await tracker.issuesByIds(["1", "2", "3", "4"], calm);
    const asked = () => stage.fake.server.log.of("query organization").length;
    expect(asked()).toBe(1);
    placeCard(stage, issueAt(stage, ONE), "Mine");
    expect(await tracker.move("1", { to: "Yours", from: "Open" }, calm)).toBe("conflict");
    expect(asked()).toBe(2);
  });

  it("leaves the cards of others alone: pull requests and other repositories", async () => {
    const tracker = await start();
    placeCard(stage, issueAt(stage, ONE), "Todo");
    await ask(stage, "maestro", "POST /repos/acme/app/issues", { title: "Two" });
    const items = stage.fake.data.projects[0]?.items ?? [];
    const [card] = items;
    if (card !== undefined) card.archived = true;
    expect(await tracker.issuesByIds(["1", "2"], calm)).toMatchObject([{ state: "Open" }, { state: "Open" }]);
  });
});

it.each([
  [{ states_from: "project" }, ["project"]],
  [{ project: { number: 7 } }, ["states_from"]],
  [{ states_from: "project", project: { number: 7, filed: "Status" } }, ["project", "filed"]],
])("refuses %j with the place", async (options, path) => {
  stage = await githubStage();
  expect(() => githubTracker.parseOptions(options)).toThrow(
    expect.objectContaining({ code: "tracker_invalid_config", facts: expect.objectContaining({ path }) }),
  );
});
