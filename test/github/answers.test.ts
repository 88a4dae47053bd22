import { expect, it, onTestFinished } from "vitest";
import { githubTracker } from "../../src/trackers/github/index.ts";
import { githubStage } from "../forges/github/stage.ts";
import { seedIssues } from "../trackers/github/harness.ts";

const calm = { signal: new AbortController().signal };

it("does not keep an answer that cannot be read for the times when nothing has changed", async () => {
  const stage = await githubStage();
  onTestFinished(() => stage.dispose());
  seedIssues(stage, [{ identifier: "ISS-1", title: "Greet", state: "Todo" }]);
  const tracker = await githubTracker.open(stage.options(), stage.context);
  stage.fake.server.faults.add({ kind: "malformed", operation: "GET /repos/{owner}/{repo}/issues" });
  await expect(tracker.issuesByStates(["Todo"], calm)).rejects.toMatchObject({ code: "tracker_response" });
  expect(await tracker.issuesByStates(["Todo"], calm)).toMatchObject([{ identifier: "acme/app#1" }]);
});
