import { describe, expect, it } from "vitest";
import type { Approval, ApprovalSettings } from "../../src/model/approval.ts";
import type { Lane } from "../../src/model/lane.ts";
import type { Plan, Step } from "../../src/model/plan.ts";
import { NANO_USD, NO_SPENDING } from "../../src/model/spending.ts";
import { holdForApproval, isGatedTool } from "../../src/policy/index.ts";
import { branchOf, factsOf, HEAD, laneOf, NOW } from "./facts.ts";
import { workflowOf } from "./workflow-facts.ts";

const NONE: ApprovalSettings = {
  ...{ beforeDispatch: false, beforePush: false, beforeReview: false, beforeMerge: false, tools: [] },
  ...{ costStepUsd: null, costStepTokens: null, expiresMs: 1_000, onExpiry: "deny" },
};
const WHY = { code: "first_start", sentence: "It starts." };
const start: Step = { do: "start_run", purpose: "first", repairs: null, feedback: null, reason: WHY };
const stage: Step = { do: "stage", stage: "validating", reason: WHY };
const close: Step = { do: "close_work", counts: "nothing", reason: WHY };
const written = (intent: Extract<Step, { do: "write" }>["write"]["intent"]): Step => ({
  do: "write",
  write: { intent, topic: "t", revision: "r" },
});
const push = written({ kind: "push", branch: "b", sha: HEAD, expected: null });
const ensure = written({ kind: "ensure_change", branch: "b", base: "main", headSha: HEAD, title: "t", body: "b" });
const merge = written({ kind: "merge", changeId: "7", headSha: HEAD });
const money = { ...NO_SPENDING, nanoUsd: 12 * NANO_USD, totalTokens: 500 };

type Gate = readonly [
  gate: Approval["gate"],
  settings: Partial<ApprovalSettings>,
  lane: Partial<Lane>,
  plan: Plan,
  /** What goes on meanwhile. */
  kept: readonly Step["do"][],
  subject: string,
];
const fresh = { lastRun: 0, stage: "working" } as const;
const GATES: readonly Gate[] = [
  ["before_dispatch", { beforeDispatch: true }, fresh, [start], [], "lane-1"],
  [
    "before_push",
    { beforePush: true },
    {},
    [close, stage, push, { do: "start_validate", reason: WHY }],
    ["close_work", "stage"],
    HEAD,
  ],
  ["before_review", { beforeReview: true }, {}, [close, stage, ensure], ["close_work", "stage"], HEAD],
  ["before_merge", { beforeMerge: true }, {}, [merge, { do: "start_land", reason: WHY }], [], HEAD],
  ["cost_step", { costStepUsd: 5 }, { spent: money }, [start], [], "usd-2-tokens-0"],
  ["cost_step", { costStepTokens: 100 }, { spent: money }, [start], [], "usd-0-tokens-5"],
];

function hold(settings: Partial<ApprovalSettings>, lane: Partial<Lane>, plan: Plan): Plan {
  const workflow = { ...workflowOf(), approvals: { ...NONE, ...settings } };
  return holdForApproval(factsOf(laneOf({ lastRun: 1, branch: branchOf(), ...lane }), { workflow }), plan);
}

function known(gate: Approval["gate"], subject: string, answer: Approval["answer"]): Approval {
  const rest = { what: "May it?", expiresAt: NOW + 9, onExpiry: "deny" } as const;
  return { id: "DEMO-1.1", gate, subject, run: 1, at: 1, answer, ...rest };
}

const yes = { decision: "approved", actor: "cli:ann", reason: "", at: 2 } as const;
const no = { decision: "denied", actor: "cli:ann", reason: "Not now.", at: 2 } as const;

describe.each(GATES)("the gate %s", (gate, settings, lane, plan, kept, subject) => {
  it("asks nothing where it is off", () => {
    expect(hold({}, lane, plan)).toEqual(plan);
  });

  it("asks once, tells it on the issue, and keeps the step back", () => {
    const held = hold(settings, lane, plan);
    expect(held.map((step) => step.do)).toEqual([...kept, "ask_approval", "write", "wait"]);
    expect(held.find((step) => step.do === "ask_approval")).toMatchObject({
      request: { gate, subject, expiresAt: NOW + 1_000, onExpiry: "deny" },
    });
    expect(JSON.stringify(held)).toContain("/maestro approve DEMO-1.1");
  });

  it("waits while nobody has answered, and holds no work", () => {
    const held = hold(settings, { ...lane, approvals: [known(gate, subject, null)] }, plan);
    expect(held.map((step) => step.do)).toEqual([...kept, "wait"]);
    expect(held.at(-1)).toMatchObject({ reason: { code: "approval_pending" } });
  });

  it("lets the step pass after a yes, for exactly this subject", () => {
    expect(hold(settings, { ...lane, approvals: [known(gate, subject, yes)] }, plan)).toEqual(plan);
    const other = hold(settings, { ...lane, approvals: [known(gate, "another", yes)] }, plan);
    expect(other.map((step) => step.do)).toContain("ask_approval");
  });

  it("parks after a no, with who and why", () => {
    const held = hold(settings, { ...lane, approvals: [known(gate, subject, no)] }, plan);
    expect(held.find((step) => step.do === "park")).toMatchObject({ reason: { code: "approval_denied" } });
    expect(JSON.stringify(held)).toContain("cli:ann denied DEMO-1.1: Not now.");
    expect(held.some((step) => step.do.startsWith("start_"))).toBe(false);
  });
});

describe("what is never kept back", () => {
  it("is the end of a lane, and what happens to a parked one", () => {
    const all = { beforeDispatch: true, beforeMerge: true };
    const clean: Plan = [{ do: "start_clean", deleteBranch: false, reason: WHY }];
    expect(hold(all, fresh, clean)).toEqual(clean);
  });
});

describe("a checked head that waits for review", () => {
  it("keeps its lane where it is, and the change is planned with the yes", () => {
    const lane = { stage: "handing_off", branch: branchOf({ changeId: null }) } as const;
    const wait: Plan = [{ do: "wait", reason: WHY }];
    const asked = hold({ beforeReview: true }, lane, wait);
    expect(asked.find((step) => step.do === "ask_approval")).toMatchObject({
      request: { writes: [{ intent: { kind: "ensure_change", headSha: HEAD } }] },
    });
    expect(hold({ beforeReview: true }, { ...lane, approvals: [known("before_review", HEAD, yes)] }, wait)).toEqual(
      wait,
    );
  });
});

describe("a tool call that waits", () => {
  const call = { ...known("tool", "issue_comment-1", null), run: 1 };

  it("keeps the next run back, is told when its run ends, and makes that no idle session", () => {
    const lane = { approvals: [call], work: { ...workOf(), kind: "run" } } as const;
    const idle: Plan = [{ do: "close_work", counts: "idle", reason: WHY }];
    const plan = hold({ tools: ["issue_comment"] }, lane, idle);
    expect(plan[0]).toMatchObject({ do: "close_work", counts: "success" });
    expect(JSON.stringify(plan[1])).toContain("/maestro approve DEMO-1.1");
    expect(hold({ tools: ["issue_comment"] }, { approvals: [call] }, [start]).map((step) => step.do)).toEqual(["wait"]);
  });

  const TOOLS: readonly (readonly [
    tool: string,
    effect: string,
    settings: Partial<ApprovalSettings>,
    gated: boolean,
  ])[] = [
    ["issue_comment", "write", {}, false],
    ["issue_comment", "write", { tools: ["issue_comment"] }, true],
    ["linear_graphql", "destructive", { tools: ["destructive"] }, true],
    ["issue_comment", "write", { tools: ["destructive"] }, false],
    ["repo_push", "write", { beforePush: true }, true],
    ["change_open", "write", { beforePush: true }, true],
    ["change_open", "write", { beforeReview: true }, true],
    ["issue_move", "write", { beforeReview: true }, true],
    ["issue_move", "write", { beforeMerge: true }, false],
  ];
  it.each(TOOLS)("%s (%s) with %j: %s", (tool, effect, settings, gated) => {
    expect(isGatedTool({ ...NONE, ...settings }, tool, effect)).toBe(gated);
    expect(isGatedTool(undefined, tool, effect)).toBe(false);
  });
});

function workOf(): NonNullable<Lane["work"]> {
  const outcome = { queuedAt: 1, startedAt: 1, canceled: null, outcome: null };
  return { id: "w", kind: "run", run: 1, purpose: "first", state: "settled", ...outcome };
}
