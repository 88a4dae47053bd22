import { afterEach, expect, it, vi } from "vitest";
import { githubTracker } from "../../../src/trackers/github/index.ts";
import { type GithubStage, githubStage } from "../../forges/github/stage.ts";
import { ask, placeCard, seedIssues } from "./harness.ts";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const calm = { signal: new AbortController().signal };
const SEEDS = Array.from({ length: 20 }, (_, at) => ({
  identifier: `ISS-${at + 1}`,
  title: `${at}`,
  state: at < 5 ? "Doing" : "Todo",
}));

let stage: GithubStage;
afterEach(() => stage.dispose());

/** What the fake logged of one cycle: the candidates, then the five that are worked on. */
async function cycleOf(tracker: Awaited<ReturnType<typeof githubTracker.open>>): Promise<(number | undefined)[]> {
  const before = stage.fake.server.log.calls.length;
  expect(await tracker.issuesByStates(["Todo", "Doing"], calm)).toHaveLength(20);
  expect(await tracker.issuesByIds(["1", "2", "3", "4", "5"], calm)).toHaveLength(5);
  return stage.fake.server.log.calls.slice(before).map(({ status }) => status);
}

it("asks one list and five issues in a cycle, and what has not changed is a 304 that costs nothing", async () => {
  stage = await githubStage();
  seedIssues(stage, SEEDS);
  const tracker = await githubTracker.open(stage.options(), stage.context);
  await cycleOf(tracker);
  const left = tracker.budget?.()?.remaining;
  const idle = await cycleOf(tracker);
  expect(idle.length).toBeLessThanOrEqual(2 + 5);
  expect(new Set(idle)).toEqual(new Set([304]));
  expect(tracker.budget?.()?.remaining).toBe(left);
  await ask(stage, "alice", "PATCH /repos/acme/app/issues/3", { title: "Told anew" });
  const busy = await cycleOf(tracker);
  expect(busy.length).toBeLessThanOrEqual(2 + 5);
  // The list that shows it and the issue itself; the four others stay as they were.
  expect(busy.filter((status) => status === 200)).toHaveLength(2);
});

it("asks a board for a point or two more", async () => {
  stage = await githubStage();
  seedIssues(stage, SEEDS);
  for (const issue of stage.fake.data.issues) placeCard(stage, issue, issue.number <= 5 ? "Doing" : "Todo");
  const mode = { states_from: "project", project: { number: 7 } };
  const tracker = await githubTracker.open({ ...stage.options(), ...mode }, stage.context);
  await cycleOf(tracker);
  const idle = await cycleOf(tracker);
  expect(idle.filter((status) => status === 200).length).toBeLessThanOrEqual(2);
  expect(idle.filter((status) => status === 304).length).toBeLessThanOrEqual(2 + 5);
});
