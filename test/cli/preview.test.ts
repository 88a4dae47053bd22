import { describe, expect, it } from "vitest";
import type { Lane, Run } from "../../src/model/lane.ts";
import type { Workflow } from "../../src/model/workflow.ts";
import { branchOf, issueOf, laneOf, outcomeOf, parkedOf, retryOf, runOf, workOf } from "../policy/facts.ts";
import { workflowOf } from "../policy/workflow-facts.ts";
import { stage } from "./stage.ts";

const TODO = { id: "1", identifier: "DEMO-1", title: "Greet", state: "Todo" };
const PROMPT =
  "{{ issue.identifier }} in {{ issue.state }}, run {{ run.number }} {{ run.purpose }}, attempt {{ attempt }}, {{ lane.branch }}";

async function previewed(lanes: readonly Lane[], ...more: (string | readonly Run[])[]) {
  const words = more.filter((one) => typeof one === "string");
  const runs = more.flatMap((one) => (typeof one === "string" ? [] : one));
  const workflow = async (): Promise<Workflow> => {
    const known = workflowOf();
    return { ...known, prompt: PROMPT, profile: { ...known.profile, tools: [] } };
  };
  const issue = lanes.length === 0 ? TODO : { ...TODO, state: "In Progress" };
  const self = await stage({ issues: [issue], isRunning: true, record: { lanes, runs }, parts: { workflow } });
  return self.run("preview", "DEMO-1", ...words);
}

describe("maestro preview", () => {
  it("shows the prompt of a first run, on the state to which its route moves the issue", async () => {
    const { code, out, err } = await previewed([]);
    expect([code, out.split("\n")[0]]).toEqual([0, "DEMO-1 in In Progress, run 1 first, attempt , maestro/demo-1"]);
    expect(err).toBe("This is what run 1 of DEMO-1 (first) gets.\n");
  });

  const LANES: [what: string, lane: Partial<Lane>, line: string][] = [
    ["failed", { failures: 2, retry: retryOf({ error: "It broke." }) }, "run 2 retry, attempt 2"],
    ["is parked", { failures: 1, parked: parkedOf() }, "run 2 retry, attempt 1"],
    ["works", { work: workOf() }, "run 2 continuation, attempt 1"],
    ["waits in review", { stage: "review_wait", branch: branchOf() }, "run 2 repair, attempt 1"],
  ];
  it.each(LANES)("shows what would come next on a lane that %s", async (_what, lane, line) => {
    const { code, out } = await previewed([laneOf({ branch: branchOf(), ...lane })]);
    expect([code, out]).toEqual([0, expect.stringContaining(`DEMO-1 in In Progress, ${line}, maestro/DEMO-1`)]);
  });

  it("gives a retry what went wrong before", async () => {
    const lane = laneOf({ failures: 1, retry: retryOf({ error: "Two tests failed." }) });
    const { out } = await previewed([lane], "--json");
    expect(JSON.parse(out)).toMatchObject({ run: 2, purpose: "retry", attempt: 1, feedback: "Two tests failed." });
    expect(JSON.parse(out).prompt).toContain("## What has to change\n\nTwo tests failed.");
  });

  it("shows what an old session is told, which knows the rest", async () => {
    const session = { agent: "mock", resumed: false };
    const outcome = outcomeOf({ status: "lost", reason: { code: "interrupted", sentence: "It was killed." } });
    const runs = [runOf({ sessionId: "s-1", session, outcome, endedAt: 1 })];
    const { out, err } = await previewed([laneOf({ interruptions: 1 })], runs);
    expect(out).toContain("Your last turn was interrupted: It was killed.");
    expect(out).not.toContain("run 2 retry");
    expect(err).toContain("in its agent's old session");
  });

  it("shows the next lane's branch after a closed one", async () => {
    const closed = laneOf({ stage: "closed", closedAt: 5, issue: issueOf() });
    const { out } = await previewed([closed], "--json");
    expect(JSON.parse(out)).toMatchObject({ run: 1, purpose: "first", branch: "maestro/demo-1-2" });
  });

  it("is no preview of an issue that nobody knows", async () => {
    expect((await (await stage({ issues: [TODO] })).run("preview", "DEMO-8")).code).toBe(4);
  });
});
