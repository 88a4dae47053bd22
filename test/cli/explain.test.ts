import { describe, expect, it } from "vitest";
import { MaestroError } from "../../src/base/errors.ts";
import { branchOf, issueOf, laneOf, parkedOf, retryOf, reviewLane, runOf, workOf } from "../policy/facts.ts";
import { OPT_OUT, workflowOf } from "../policy/workflow-facts.ts";
import { pushedChange, type Props, stage } from "./stage.ts";

const NOW = Date.UTC(2026, 0, 1);
const TODO = { id: "1", identifier: "DEMO-1", title: "Greet", state: "Todo" };

async function explained(props: Props, wanted = "DEMO-1") {
  const self = await stage({ isRunning: true, ...props });
  const { code, out, err } = await self.run("explain", wanted);
  return { code, err, out, first: out.split("\n")[0], self };
}

describe("maestro explain", () => {
  it("says in its first line that a candidate starts, and shows the prompt's command", async () => {
    const { code, first, out } = await explained({ issues: [TODO] });
    expect([code, first]).toEqual([0, 'DEMO-1 starts at the next look: DEMO-1 may be worked on in "Todo".']);
    expect(out).toContain("maestro preview DEMO-1");
  });

  const CANDIDATES: [why: string, issue: object, props: Props, first: string, next: string][] = [
    [
      "no service",
      {},
      { isRunning: false },
      'DEMO-1 may be worked on in "Todo", but no service runs.',
      "maestro  start the service",
    ],
    ["a pause", {}, { record: { mode: "paused" } }, "The service is paused", "maestro resume"],
    ["a label", { labels: [OPT_OUT] }, {}, "", `maestro issue label DEMO-1 --remove ${OPT_OUT}`],
    ["a state", { state: "Backlog" }, {}, "", "maestro issue move DEMO-1 Todo"],
    ["a missing label", {}, { workflow: { requiredLabels: ["ready"] } }, "", "maestro issue label DEMO-1 --add ready"],
    [
      "slots",
      {},
      {
        record: { lanes: [laneOf({ issue: issueOf({ id: "9", identifier: "DEMO-9" }), work: workOf() })] },
        workflow: { agent: { maxConcurrentAgents: 1 } },
      },
      "",
      "maestro status",
    ],
  ];
  it.each(CANDIDATES)(
    "names %s that keeps a candidate waiting, and what helps",
    async (_why, issue, props, said, next) => {
      const { code, first, out } = await explained({ issues: [{ ...TODO, ...issue }], ...props });
      expect([code, first]).toEqual([0, expect.stringContaining(`DEMO-1 waits: ${said}`)]);
      expect(out).toContain(`  ${next}`);
    },
  );

  it("says what the present policy would do otherwise with a lane that waits", async () => {
    const { policyMark } = await import("../../src/model/policy-mark.ts");
    const lane = reviewLane({ issue: issueOf({ id: "1", identifier: "DEMO-1", state: "In Review" }) });
    const run = runOf({ laneId: lane.id, policy: policyMark(workflowOf()) });
    const props = { issues: [{ ...TODO, state: "In Review" }], record: { lanes: [lane], runs: [run] } };
    const before = await explained(props);
    expect(before.out).not.toContain("policy ");
    const { out, self } = await explained({ ...props, workflow: { completion: { landing: "when_green" } } });
    expect(out).toContain("policy      Landing was after approval, and is when green now");
    const { policy } = JSON.parse((await self.run("explain", "DEMO-1", "--json")).out);
    expect(policy).toMatchObject({ profile: "coding_pr_delivery@1", profile_hash: "profile", workflow_hash: "hash" });
    expect(policy.otherwise_now).toEqual(["Landing was after approval, and is when green now"]);
  });

  it("says who has claimed a candidate, and until when", async () => {
    const outside = {
      polling: { interval_ms: 30_000, reason: null },
      api_budgets: [],
      claims: [{ issue_id: "1", issue_identifier: "DEMO-1", owner: "maestro-1", until: "2026-01-01T00:10:00.000Z" }],
    };
    const { first } = await explained({ issues: [TODO], outside });
    expect(first).toBe("DEMO-1 waits: Claimed by maestro-1 until 2026-01-01T00:10:00.000Z.");
  });

  it("names the blocker and how to look at it", async () => {
    const issues = [
      { ...TODO, blocked_by: ["2"] },
      { id: "2", identifier: "DEMO-2", title: "First", state: "Todo" },
    ];
    const { first, out } = await explained({ issues });
    expect(first).toContain("DEMO-1 waits: DEMO-1 is blocked by");
    expect(out).toMatch(/^blocked by +\S/m);
  });

  const LANES: [stance: string, lane: ReturnType<typeof laneOf>, next: string][] = [
    ["runs: Run 1", laneOf({ work: workOf() }), "maestro logs DEMO-1 -f"],
    [
      "waits: Run 1 (first) is queued.",
      laneOf({ work: workOf({ state: "queued", startedAt: null }) }),
      "maestro lane stop DEMO-1",
    ],
    ["is parked: Stuck.", laneOf({ parked: parkedOf({ sentence: "Stuck." }) }), "maestro lane unpark DEMO-1"],
    [
      "is parked: The agent asks: Red?",
      laneOf({
        parked: parkedOf({ sentence: "The agent asks: Red?", question: { text: "Red?", options: [], run: 1 } }),
      }),
      "maestro lane answer DEMO-1 <text>",
    ],
    ["waits: Starts again in 10 s", laneOf({ retry: retryOf({ dueAt: NOW + 10_000 }) }), "maestro lane retry DEMO-1"],
  ];
  it.each(LANES)("says of an open lane that it %s", async (stance, lane, next) => {
    const { first, out } = await explained({ issues: [{ ...TODO, state: "In Progress" }], record: { lanes: [lane] } });
    expect(first).toContain(`DEMO-1 ${stance}`);
    expect(out).toContain(`  ${next}`);
  });

  it("asks the forge about a change in review, and says how to review it", async () => {
    const self = await stage({ isRunning: true, issues: [{ ...TODO, state: "In Review" }], record: { lanes: [] } });
    const id = await pushedChange(self.forge);
    const headSha = "a".repeat(40);
    const tree = { headSha, changed: true, clean: true, guarded: [] };
    const branch = branchOf({ changeId: id, headSha, pushedSha: headSha, validatedSha: headSha, tree });
    const lane = reviewLane({ branch });
    const other = await stage({
      isRunning: true,
      issues: [{ ...TODO, state: "In Review" }],
      record: { lanes: [lane] },
    });
    await pushedChange(other.forge);
    const { out } = await other.run("explain", "DEMO-1", "--template", "local/local/mock");
    expect(out).toContain("DEMO-1 waits: Nobody has approved the present head of the change.");
    expect(out).toContain(`maestro change review ${id} --approve --template local/local/mock`);
    expect(other.open.size).toBe(0);
  });

  it("says that an issue has ended, and how", async () => {
    const closed = laneOf({ stage: "closed", closedAt: 5, branch: branchOf({ mergedSha: "c".repeat(40) }) });
    const { first } = await explained({ issues: [{ ...TODO, state: "Done" }], record: { lanes: [closed] } });
    expect(first).toBe("DEMO-1 has ended: Its change was merged as cccccccccc.");
  });

  it("goes on without a tracker when the record knows the issue, and says what could not be asked", async () => {
    const tracker = () => Promise.reject(new MaestroError({ code: "tracker_request", message: "It is down." }));
    const lane = laneOf({ parked: parkedOf({ sentence: "Stuck." }) });
    const { code, first, out } = await explained({ record: { lanes: [lane] }, parts: { tracker } });
    expect([code, first]).toEqual([0, "DEMO-1 is parked: Stuck."]);
    expect(out).toContain("trouble     It is down.");
    expect((await explained({ parts: { tracker } })).code).toBe(6);
  });

  it("says of an issue that nobody knows which one may be meant", async () => {
    const { code, err } = await explained({ issues: [TODO] }, "DEMO-7");
    expect([code, err]).toEqual([4, expect.stringContaining("Did you mean DEMO-1?")]);
  });

  it("is one document with --json", async () => {
    const self = await stage({ isRunning: true, issues: [TODO] });
    const { out } = await self.run("explain", "1", "--json");
    expect(JSON.parse(out)).toMatchObject({
      version: 1,
      stance: "starts",
      reason: { code: "eligible" },
      verdict: { starts: true },
      issue: { identifier: "DEMO-1", route: "planning", category: "todo" },
      slots: { used: 0, most: workflowOf().agent.maxConcurrentAgents },
      lane: null,
    });
  });
});
