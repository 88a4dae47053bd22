import { expect, it } from "vitest";
import { builtInKinds } from "../src/app-kinds.ts";
import { lifecycleNeeds } from "../src/app-lifecycle.ts";
import { composeTemplate } from "../src/workflow/index.ts";
import { loadText } from "./workflow/fixture.ts";

const ENVIRONMENT = {
  ...{ HOME: "/home/ann", TAPD_API_USER: "u", TAPD_API_PASSWORD: "password", TAPD_WORKSPACE_ID: "1" },
};

async function movesOf(alias: string): Promise<string[]> {
  const { text } = await composeTemplate(alias, "/nowhere");
  const front = /^---\n([\s\S]*?)\n---\n/.exec(text)?.[1] ?? "";
  const workflow = await loadText(front, { kinds: builtInKinds(), environment: ENVIRONMENT });
  const { states, moves } = lifecycleNeeds(workflow);
  expect(states).toEqual(workflow.tracker.states.map(({ name }) => name));
  return moves.map(({ from, to }) => `${from} > ${to}`);
}

it("asks of a tracker the moves that Maestro makes by itself, in the tracker's states", async () => {
  expect(await movesOf("tapd/memory/mock")).toEqual([
    ...[
      "status_4 > developing",
      "developing > status_5",
      "rework > status_5",
      "status_5 > rework",
      "status_5 > resolved",
    ],
  ]);
});

it("asks of a tracker whose profile changes no code only what its agents decide", async () => {
  expect(await movesOf("tapd/no_repo/mock.triage")).toEqual([
    ...["status_4 > developing", "developing > resolved", "developing > status_5", "developing > rejected"],
  ]);
});
