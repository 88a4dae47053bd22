import type { CandidateFacts } from "../model/facts.ts";
import type { Issue } from "../model/issue.ts";
import type { Lane, LaneStage } from "../model/lane.ts";
import type { OutboxRow } from "../model/outbox.ts";
import { isOrchestrators } from "../model/outbox.ts";
import { isTrustedIssue, USUAL_TRUST } from "../model/trust.ts";
import type { Verdict } from "../model/verdict.ts";
import { isTerminal, routeOf, stateForRoute, trackerState, type Workflow } from "../model/workflow.ts";
import { no } from "./codes.ts";
import { hasLabel, judgeStanding } from "./standing.ts";

/** Stages in which a lane's own work goes on; a candidate never starts it a second time. */
const UNDER_WAY: readonly LaneStage[] = ["working", "validating"];

/** Whether an issue without running work may be started now, as a new lane or by taking up a released one (S-112). */
export function judgeEligibility(facts: CandidateFacts): Verdict {
  return judgeFields(facts.issue) ?? judgeLane(facts) ?? judgeAdmission(facts.workflow, facts.issue);
}

/** Whether an issue itself allows its start, whatever its lane: standing, attention label, route target, blockers. */
export function judgeAdmission(workflow: Workflow, issue: Issue): Verdict {
  const standing = judgeStanding(workflow, issue, "work");
  if (!standing.ok) return standing;
  const held = judgeAttention(workflow, issue) ?? judgeTrust(workflow, issue) ?? judgeTarget(workflow, issue);
  return held ?? judgeBlockers(workflow, issue) ?? standing;
}

/** A no to what somebody wrote whom the project does not trust, until a member accepts it: an agent does what an issue says. */
function judgeTrust({ trust = USUAL_TRUST }: Workflow, issue: Issue): Verdict | null {
  const { issues, acceptLabel } = trust;
  if (issues !== "trusted" || isTrustedIssue(trust, issue) || hasLabel(issue, acceptLabel)) return null;
  const who = issue.author ?? "somebody who is gone";
  return no(
    "untrusted_issue",
    `${issue.identifier} is by ${who}, who is not trusted; the label "${acceptLabel}" accepts it.`,
  );
}

/**
 * Whether an issue is to be moved because its route does nothing else with it; `null` when its route is another one. What keeps an issue
 * from being started keeps it from being moved: it is left alone altogether.
 */
export function judgeMove(workflow: Workflow, issue: Issue): Verdict | null {
  if (routeOf(workflow, issue.state)?.action !== "transition") return null;
  const standing = judgeStanding(workflow, issue, "move");
  const held =
    judgeFields(issue) ??
    (standing.ok ? null : standing) ??
    judgeAttention(workflow, issue) ??
    judgeTrust(workflow, issue);
  return held ?? judgeTarget(workflow, issue) ?? judgeBlockers(workflow, issue) ?? standing;
}

/** A no when the issue carries the label that asks for a person. */
export function judgeAttention(workflow: Workflow, issue: Issue): Verdict | null {
  const label = workflow.tracker.needsAttentionLabel;
  if (!hasLabel(issue, label)) return null;
  return no("needs_attention", `${issue.identifier} carries the label "${label}"; take it off to go on.`);
}

/** Outside writes that the orchestrator still has to settle, also those that ended work began. */
export function pendingWrites(rows: readonly OutboxRow[]): readonly OutboxRow[] {
  return rows.filter((row) => isOrchestrators(row, true));
}

/** The wait for outside writes in words. */
export function describePending(rows: readonly OutboxRow[]): string {
  const kinds = [...new Set(rows.map((row) => row.intent.kind))].join(", ");
  const count = rows.length === 1 ? "One outside write has" : `${rows.length} outside writes have`;
  return `${count} not been settled: ${kinds}.`;
}

function judgeFields(issue: Issue): Verdict | null {
  const { id, identifier, title, state } = issue;
  const missing = Object.entries({ id, identifier, title, state }).find(([, value]) => value.trim() === "")?.[0];
  return missing === undefined
    ? null
    : no("issue_incomplete", `The tracker showed ${identifier || id || "an issue"} without ${missing}.`);
}

function judgeLane({ workflow, issue, lane, openOutbox, now }: CandidateFacts): Verdict | null {
  const pending = pendingWrites(openOutbox);
  if (lane === null || lane.stage === "closed") {
    return pending.length === 0 ? null : no("outbox_pending", describePending(pending));
  }
  if (isTerminal(workflow, issue.state)) return null;
  if (lane.parked !== null) return no("lane_parked", `Parked: ${lane.parked.sentence}`);
  if (lane.work !== null) return no("lane_has_work", describeWork(lane));
  if (pending.length > 0) return no("outbox_pending", describePending(pending));
  if (lane.retry !== null && lane.retry.dueAt > now) return no("retry_not_due", describeRetry(lane, now));
  if (lane.stage === "released") return null;
  return UNDER_WAY.includes(lane.stage)
    ? no("lane_open", lane.retry?.error ?? lane.reason.sentence)
    : no("lane_in_review", `Its lane is in ${lane.stage}: ${lane.reason.sentence}`);
}

/** The lane's present work in words. */
export function describeWork({ work }: Lane): string {
  if (work === null) return "It has no work.";
  const what = work.kind === "run" ? `Run ${work.run} (${work.purpose})` : `${work.kind} of run ${work.run}`;
  if (work.state === "settled") return `${what} has ended and is being looked at.`;
  return work.state === "queued" ? `${what} is queued.` : `${what} is under way.`;
}

/** The lane's wait for its next start in words. */
export function describeRetry({ retry }: Lane, now: number): string {
  if (retry === null) return "No start is due.";
  const seconds = Math.max(0, Math.ceil((retry.dueAt - now) / 1_000));
  const error = retry.error === null ? "" : `: ${retry.error}`;
  return `Starts again in ${seconds} s (${retry.kind}, attempt ${retry.attempt})${error}`;
}

function judgeTarget(workflow: Workflow, issue: Issue): Verdict | null {
  const route = routeOf(workflow, issue.state);
  if (route?.action !== "transition_then_dispatch" && route?.action !== "transition") return null;
  if (route.target !== null && stateForRoute(workflow, route.target) !== undefined) return null;
  const target = route.target ?? "none";
  return no(
    "route_target_unmapped",
    `Route "${route.name}" leads to "${target}", for which there is no tracker state.`,
  );
}

/** Blockers count only before an issue is begun, and one whose state is unknown counts as open (S-008, fail closed). */
function judgeBlockers(workflow: Workflow, issue: Issue): Verdict | null {
  if (trackerState(workflow, issue.state)?.category !== "todo") return null;
  const blocker = issue.blockedBy.find(({ state }) => state === null || !isTerminal(workflow, state));
  if (blocker === undefined) return null;
  const name = blocker.identifier ?? blocker.id ?? "an issue that cannot be seen";
  const state = blocker.state === null ? "in an unknown state" : `in "${blocker.state}"`;
  return no("blocked", `${issue.identifier} is blocked by ${name}, which is ${state}.`);
}
