import { afterEach, expect, it } from "vitest";
import { calmly, longStage, PASSWORD, WORKSPACE } from "../trackers/tapd/stage.ts";
import { cnbGround, expectOnce, loseAnswers, playReview } from "./cnb-ground.ts";

const LIFECYCLE = {
  raw_state_by_route_key: {
    ...{ planning: "status_4", developing: "developing", review: "status_5", merging: "merging", rework: "rework" },
    ...{ resolved: "resolved", rejected: "rejected" },
  },
};
const STORY = {
  title: "Greet",
  description: "Say **hello**.",
  state: "status_4",
  labels: [],
  priority: 1,
  blockedBy: [],
};

const ending: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ending.splice(0)) await end();
});

it("takes a story of TAPD to the merge on CNB over real Git, through a failed check, while answers get lost", async () => {
  const seed = { accounts: [{ user: "maestro", password: PASSWORD }], workspaces: [{ id: WORKSPACE }] };
  const tapd = await longStage([], { seed });
  ending.push(tapd.end);
  const { id } = await tapd.open().create(STORY, calmly);
  const provider = { endpoint: tapd.fake.url, workspace_id: "$TAPD_WORKSPACE_ID", requests_per_minute: 6000 };
  const ground = await cnbGround({
    tracker: { kind: "tapd", provider, lifecycle: LIFECYCLE },
    environment: { TAPD_API_USER: "maestro", TAPD_API_PASSWORD: PASSWORD, TAPD_WORKSPACE_ID: WORKSPACE },
  });
  ending.push(ground.dispose);
  loseAnswers(ground.stage);
  for (const operation of ["POST /stories", "POST /comments"])
    tapd.fake.server.faults.add({ kind: "drop_after", operation });
  const service = ground.start();
  await playReview(ground, () => tapd.fake.data.items.find((item) => item.id === id)?.status === "resolved");
  expect(await service.stop()).toBe("");
  expectOnce(ground.stage);
  const topics = tapd.fake.data.comments.map(({ description }) => /maestro (topic=\S+|claim)/.exec(description)?.[1]);
  expect(new Set(topics).size).toBe(topics.length);
});
