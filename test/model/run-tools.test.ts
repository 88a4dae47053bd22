import { expect, it } from "vitest";
import { toolsOfRun } from "../../src/model/run-tools.ts";
import { aProfile, aWorkflow } from "../runs/samples.ts";

it("a run gets what its route or profile allows and the workflow adds, each once, and the end of a repair only in one", () => {
  const profile = aProfile({ tools: ["run_handoff", "run_repair_done", "issue_comment"] });
  const workflow = aWorkflow("/work", { profile });
  const [state] = workflow.tracker.states;
  const plain = toolsOfRun(workflow, state?.name ?? "", "first");
  expect(plain).toEqual(["run_handoff", "issue_comment"]);
  expect(toolsOfRun(workflow, state?.name ?? "", "repair")).toContain("run_repair_done");
  const more = { ...workflow, tools: { ...workflow.tools, enable: ["change_merge", "issue_comment"] } };
  expect(toolsOfRun(more, state?.name ?? "", "first")).toEqual([...plain, "change_merge"]);
  const routes = profile.routes.map((route) => ({ ...route, tools: ["issue_snapshot"] }));
  const routed = { ...workflow, profile: { ...profile, routes } };
  expect(toolsOfRun(routed, state?.name ?? "", "first")).toEqual(state === undefined ? plain : ["issue_snapshot"]);
});
