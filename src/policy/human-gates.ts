import {
  type Approval,
  approvalId,
  approvalInstant,
  type ApprovalSettings,
  DESTRUCTIVE,
  type NewApproval,
} from "../model/approval.ts";
import type { ApprovalGate } from "../model/approval-gate.ts";
import type { LaneFacts } from "../model/facts.ts";
import type { Lane } from "../model/lane.ts";
import type { Intent } from "../model/outbox.ts";
import type { Plan, Step } from "../model/plan.ts";
import { NANO_USD, NO_SPENDING } from "../model/spending.ts";
import { routeOf } from "../model/workflow.ts";
import { because } from "./codes.ts";
import { planChange } from "./delivery.ts";
import { parkSteps } from "./parking.ts";
import { comment, knownIssue } from "./writes.ts";

/** A step that waits for a person, and what of the plan goes on meanwhile. */
interface Held {
  readonly gate: Exclude<ApprovalGate, "tool">;
  readonly subject: string;
  readonly what: string;
  /** What is planned when it is approved; absent: the decision is made anew. */
  readonly writes?: NewApproval["writes"];
  readonly kept: readonly Step[];
}

/** Steps that end a lane's work: nobody is asked about them, and no open request keeps them back. */
const ENDS: readonly Step["do"][] = ["start_clean", "close_lane", "cancel_work", "park"];

/**
 * Puts people's word before what a plan would do: the plan itself when nobody is asked or the answer was yes, else what of it may go on,
 * with the request, the wait for its answer, or the parking that a no leads to. Asked of every plan, so that no way leads around it.
 */
export function holdForApproval(facts: LaneFacts, plan: Plan): Plan {
  const asked = withToolRequests(facts, plan);
  if (asked.some(({ do: what }) => ENDS.includes(what)) || facts.lane.parked !== null) return asked;
  const open = openToolCall(facts.lane, asked);
  if (open !== null) return waiting(open, withoutStarts(asked));
  const held = heldBy(facts, asked);
  if (held === null) return asked;
  const known = findApproval(facts.lane, held.gate, held.subject);
  if (known === undefined) return joined(held.kept, askSteps(facts, held));
  if (known.answer === null) return waiting(known, held.kept);
  if (known.answer.decision === "approved") return asked;
  const { actor, reason } = known.answer;
  const why = because("approval_denied", `${actor} denied ${known.id}: ${reason === "" ? known.what : reason}`);
  return joined(held.kept, parkSteps(facts, "input", why));
}

/** The newest request about exactly this. */
export function findApproval(lane: Lane, gate: ApprovalGate, subject: string): Approval | undefined {
  return lane.approvals?.findLast((one) => one.gate === gate && one.subject === subject);
}

/** Requests that nobody has answered, oldest first. */
export function openApprovals(lane: Lane): readonly Approval[] {
  return (lane.approvals ?? []).filter(({ answer }) => answer === null);
}

/** Whether a call of this tool waits for a person. */
export function isGatedTool(settings: ApprovalSettings | undefined, tool: string, effect: string): boolean {
  if (settings === undefined) return false;
  if (settings.tools.includes(tool) || (effect === "destructive" && settings.tools.includes(DESTRUCTIVE))) return true;
  // These tools go where the host's own steps go, so they wait at the same gates.
  return (
    (settings.beforePush && tool === "repo_push") ||
    ((settings.beforePush || settings.beforeReview) && tool === "change_open") ||
    (settings.beforeReview && tool === "issue_move")
  );
}

/** What is asked about a call that waits. `subject` tells two calls apart by their arguments. */
export function toolRequest(
  settings: ApprovalSettings,
  call: { readonly tool: string; readonly subject: string; readonly words: string },
  now: number,
): NewApproval {
  return {
    ...{ gate: "tool", subject: call.subject, what: `May the agent call ${call.tool} with ${call.words}?` },
    ...{ expiresAt: now + settings.expiresMs, onExpiry: settings.onExpiry },
  };
}

/** The comment in which a request stands, and how to answer it; after its answer, what it was. */
export function approvalComment(approval: Approval, late: string | null = null): string {
  const { id, what, answer, gate } = approval;
  if (answer !== null) {
    const why = answer.reason === "" ? "" : `: ${answer.reason}`;
    const end = `**${answer.decision === "approved" ? "Approved" : "Denied"}** by ${answer.actor}${why}`;
    return [what, end, ...(late === null ? [] : [late])].join("\n\n");
  }
  const byThen = approval.onExpiry === "deny" ? "denied" : "approved";
  return [
    what,
    `To answer: write \`/maestro approve ${id}\` or \`/maestro deny ${id} why\` here, or use \`maestro approve ${id}\`, \`maestro deny ${id} --reason "…"\` or the dashboard.`,
    `Without an answer by ${approvalInstant(approval.expiresAt)} it counts as ${byThen}.`,
    `Reason: \`${gate}\``,
  ].join("\n\n");
}

/** Topic of that comment. */
export function approvalTopic(id: string): `approval-${string}` {
  return `approval-${id}`;
}

function heldBy(facts: LaneFacts, plan: Plan): Held | null {
  const settings = facts.workflow.approvals;
  if (settings === undefined) return null;
  return (
    (settings.beforeReview ? heldReview(facts, plan) : null) ??
    (settings.beforeDispatch ? heldDispatch(facts, plan) : null) ??
    heldCost(facts, settings, plan) ??
    (settings.beforePush ? heldPush(plan, facts) : null) ??
    (settings.beforeMerge ? heldMerge(plan, facts) : null)
  );
}

/** The first run of a lane, with the move that leads to it. */
function heldDispatch(facts: LaneFacts, plan: Plan): Held | null {
  const { lane, workflow } = facts;
  if (lane.lastRun > 0 || (lane.stage !== "working" && lane.stage !== "released")) return null;
  const route = routeOf(workflow, knownIssue(facts).state);
  const isMove = route?.action === "transition_then_dispatch" && plan.some((step) => isWrite(step, "issue_move"));
  if (!isMove && !plan.some((step) => step.do === "start_run")) return null;
  const { identifier, title } = lane.issue;
  const kept = plan.filter((step) => step.do === "stage" || step.do === "clear_retry");
  return {
    gate: "before_dispatch",
    subject: `lane-${lane.ordinal}`,
    what: `May work on ${identifier} begin? ${title}`,
    kept,
  };
}

/** Every start of an agent, once the issue has cost another step. */
function heldCost(facts: LaneFacts, settings: ApprovalSettings, plan: Plan): Held | null {
  if (!plan.some((step) => step.do === "start_run")) return null;
  const { spent = NO_SPENDING, issue } = facts.lane;
  const money = spent.nanoUsd / NANO_USD;
  const usd = stepsOf(money, settings.costStepUsd);
  const tokens = stepsOf(spent.totalTokens, settings.costStepTokens);
  if (usd === 0 && tokens === 0) return null;
  const used = [
    ...(usd === 0 ? [] : [`${money.toFixed(2)} USD`]),
    ...(tokens === 0 ? [] : [`${spent.totalTokens} tokens`]),
  ].join(" and ");
  const what = `${issue.identifier} has used ${used}. May it go on?`;
  return { gate: "cost_step", subject: `usd-${usd}-tokens-${tokens}`, what, kept: withoutStarts(plan) };
}

function stepsOf(used: number, step: number | null): number {
  return step === null ? 0 : Math.floor(used / step);
}

/** The checks of a head, after which it is pushed. */
function heldPush(plan: Plan, { lane }: LaneFacts): Held | null {
  const push = plan.find((step) => isWrite(step, "push"));
  if (push?.do !== "write" || push.write.intent.kind !== "push") return null;
  const { branch, sha } = push.write.intent;
  const kept = plan.filter((step) => step !== push && step.do !== "start_validate");
  const what = `May ${branch} of ${lane.issue.identifier} be checked and pushed at ${sha.slice(0, 12)}?`;
  return { gate: "before_push", subject: sha, what, kept };
}

/** The change of a checked head; while it is not put up, nothing else happens at its stage. */
function heldReview(facts: LaneFacts, plan: Plan): Held | null {
  const { lane, workflow } = facts;
  const found = plan.find((step) => isWrite(step, "ensure_change"));
  const change = found ?? (lane.stage === "handing_off" && lane.work === null ? changeOf(facts) : undefined);
  if (change?.do !== "write" || change.write.intent.kind !== "ensure_change") return null;
  const { headSha, branch } = change.write.intent;
  const what = `May ${branch} of ${lane.issue.identifier} be put up for review at ${headSha.slice(0, 12)}?`;
  const kept = found === undefined ? [] : plan.filter((step) => step !== found);
  // With a yes it is planned along with the answer, so an approved one is not planned by the decision itself.
  return workflow.repo === null
    ? null
    : { gate: "before_review", subject: headSha, what, writes: [change.write], kept };
}

function changeOf(facts: LaneFacts): Step | undefined {
  const { branch } = facts.lane;
  const { repo, validation } = facts.workflow;
  if (branch?.validatedSha == null || repo === null) return undefined;
  const passed = validation.commands.length === 0 ? "none are declared" : `passed: ${validation.commands.join("; ")}`;
  return planChange(facts, {
    ...{ branch: branch.name, base: repo.baseBranch, headSha: branch.validatedSha, validation: passed },
  });
}

function heldMerge(plan: Plan, { lane }: LaneFacts): Held | null {
  const merge = plan.find((step) => isWrite(step, "merge"));
  if (merge?.do !== "write" || merge.write.intent.kind !== "merge") return null;
  const { changeId, headSha } = merge.write.intent;
  const what = `May change ${changeId} of ${lane.issue.identifier} be merged at ${headSha.slice(0, 12)}?`;
  return { gate: "before_merge", subject: headSha, what, kept: plan.filter((step) => step.do === "clear_retry") };
}

function askSteps(facts: LaneFacts, { gate, subject, what, writes }: Held): [Step, ...Step[]] {
  const { lane, now, workflow } = facts;
  const { expiresMs = 0, onExpiry = "deny" } = workflow.approvals ?? {};
  const request: NewApproval = {
    ...{ gate, subject, what, expiresAt: now + expiresMs, onExpiry },
    ...(writes === undefined ? {} : { writes }),
  };
  const id = approvalId(lane.issue.identifier, lane.ordinal, (lane.approvalCount ?? 0) + 1);
  const asked: Approval = { ...request, id, run: lane.lastRun, at: now, answer: null };
  return [
    { do: "ask_approval", request },
    comment(facts, approvalTopic(id), approvalComment(asked), "asked"),
    wait(asked),
  ];
}

/** The requests of a run whose agent called tools that wait: told on the issue when the run is over, which is no idle session. */
function withToolRequests(facts: LaneFacts, plan: Plan): Plan {
  const { lane } = facts;
  const open = openApprovals(lane).filter(({ gate, run }) => gate === "tool" && run === lane.lastRun);
  const close = plan.find((step) => step.do === "close_work");
  if (open.length === 0 || close?.do !== "close_work" || lane.work?.kind !== "run") return plan;
  const told = open.map((one) => comment(facts, approvalTopic(one.id), approvalComment(one), "asked"));
  const steps = plan.map(
    (step): Step => (step === close && close.counts === "idle" ? { ...close, counts: "success" } : step),
  );
  const [first, ...rest] = [...steps, ...told];
  return first === undefined ? plan : [first, ...rest];
}

/** A call whose answer the next run needs. */
function openToolCall(lane: Lane, plan: Plan): Approval | null {
  if (!plan.some((step) => step.do === "start_run")) return null;
  return openApprovals(lane).find(({ gate }) => gate === "tool") ?? null;
}

function waiting(approval: Approval, kept: readonly Step[]): Plan {
  return joined(kept, [wait(approval)]);
}

function joined([first, ...rest]: readonly Step[], more: Plan): Plan {
  return first === undefined ? more : [first, ...rest, ...more];
}

function wait({ id, what }: Approval): Step {
  return { do: "wait", reason: because("approval_pending", `Waits for an answer to ${id}: ${what}`) };
}

function withoutStarts(plan: Plan): readonly Step[] {
  return plan.filter((step) => step.do !== "start_run" && step.do !== "wait");
}

function isWrite(step: Step, kind: Intent["kind"]): boolean {
  return step.do === "write" && step.write.intent.kind === kind;
}
