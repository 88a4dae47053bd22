import { errorDocument } from "../../base/errors.ts";
import { formatDuration } from "../../base/duration.ts";
import { checkSummary, reviewDecision } from "../../model/change.ts";
import type { Issue } from "../../model/issue.ts";
import { isOpen } from "../../model/lane.ts";
import { policyChanges, policyMark } from "../../model/policy-mark.ts";
import { routeOf, trackerState } from "../../model/workflow.ts";
import type { Target } from "../app.ts";
import { changeDocument } from "../../model/documents/change.ts";
import type { Cli } from "../cli.ts";
import { issueDocument } from "../issue/documents.ts";
import { toned } from "../line.ts";
import { type NextStep, nextSteps } from "./next-steps.ts";
import { stepLines } from "./step-lines.ts";
import { type Outlook, readOutlook } from "./outlook.ts";
import { sentenceOf, type Standing, standingOf } from "./standing.ts";

/** Prints why an issue runs, waits or is parked: one sentence, then the facts, then what a person can do. */
export async function explainIssue(cli: Cli, target: Target, wanted: string, json: boolean): Promise<void> {
  const app = await cli.app();
  const project = await app.locate(target);
  const outlook = await readOutlook(app, project, wanted);
  const standing = standingOf(outlook);
  const steps = nextSteps(cli, target, outlook, standing);
  if (json) cli.printJson(documentOf(outlook, standing, steps));
  else cli.print([toned("title", sentenceOf(outlook, standing))], "", ...factLines(outlook), ...stepLines(steps));
}

function documentOf(outlook: Outlook, standing: Standing, steps: readonly NextStep[]) {
  const { issue, change, verdict, service, slots, troubles } = outlook;
  return {
    version: 1,
    issue_identifier: outlook.identifier,
    stance: standing.stance,
    reason: { code: standing.code, sentence: standing.sentence },
    sentence: sentenceOf(outlook, standing),
    issue: issue == null ? null : { ...issueDocument(issue), ...meaningOf(outlook, issue) },
    verdict: verdict === null ? null : { starts: verdict.ok, code: verdict.code, sentence: verdict.sentence },
    service,
    slots,
    lane: outlook.laneDocument,
    policy: policyDocument(outlook),
    change: change == null ? null : changeDocument(change),
    troubles: troubles.map(errorDocument),
    next: steps,
  };
}

/** The policy that the newest run began under, and what the present one would do otherwise with its lane. */
function policyDocument(outlook: Outlook) {
  const run = outlook.runs.at(-1);
  if (run?.policy === undefined) return null;
  const { workflowHash, profile } = run.policy;
  return {
    run: run.number,
    workflow_hash: workflowHash,
    profile_hash: profile.hash,
    profile: `${profile.kind}@${profile.version}`,
    current_workflow_hash: outlook.workflow.hash,
    current_profile_hash: outlook.workflow.profile.hash,
    otherwise_now: otherwiseNow(outlook),
  };
}

/** A run that is under way keeps its policy; what comes after it, and every waiting lane, is decided by the present one. */
function otherwiseNow({ workflow, issue, lane, runs }: Outlook): string[] {
  const then = runs.at(-1)?.policy;
  if (then === undefined || lane === null || !isOpen(lane)) return [];
  const state = issue?.state ?? lane.issue.state;
  return policyChanges(then, policyMark(workflow), routeOf(workflow, state)?.name ?? null);
}

/** What the workflow makes of the issue's state. */
function meaningOf({ workflow }: Outlook, { state }: Issue) {
  return {
    route: routeOf(workflow, state)?.name ?? null,
    category: trackerState(workflow, state)?.category ?? null,
  };
}

function factLines(outlook: Outlook): string[] {
  return [...issueFacts(outlook), ...laneFacts(outlook), ...serviceFacts(outlook)].flatMap(([name, value]) =>
    value === null || value === "" ? [] : [`${name.padEnd(10)}  ${value}`],
  );
}

type Fact = readonly [name: string, value: string | null];

function issueFacts(outlook: Outlook): Fact[] {
  const { issue } = outlook;
  if (issue === undefined) return [["issue", "the tracker could not be asked"]];
  if (issue === null) return [["issue", "the tracker no longer shows it"]];
  const { route, category } = meaningOf(outlook, issue);
  const meaning = [category, route === null ? null : `route ${route}`].filter((part) => part !== null);
  const blockers = issue.blockedBy.map(
    ({ identifier, id, state }) => `${identifier ?? id} (${state ?? "state unknown"})`,
  );
  return [
    ["issue", issue.title],
    [
      "state",
      `${issue.state}${meaning.length === 0 ? ", which the workflow does not name" : ` (${meaning.join(", ")})`}`,
    ],
    ["labels", issue.labels.join(", ")],
    ["blocked by", blockers.join(", ")],
  ];
}

function laneFacts(outlook: Outlook): Fact[] {
  const { laneDocument: lane, change, now } = outlook;
  if (lane === null) return [["lane", "none yet"]];
  const { queued_retry: retry, counters } = lane;
  const ago = formatDuration(Math.max(0, now - Date.parse(lane.updated_at)));
  const counted = Object.entries(counters).flatMap(([name, many]) => (many === 0 ? [] : [countText(name, many)]));
  return [
    ["lane", `${lane.lane_id}, ${lane.stage.replaceAll("_", " ")}, changed ${ago} ago`],
    ["work", lane.work === null ? null : `${lane.work.kind} ${lane.work.run}, ${lane.work.state}`],
    ["runs", [String(lane.runs), ...counted].join(", ")],
    ["retry", retry === null ? null : retryText(retry, now)],
    ["change", change == null ? lane.change_id : changeText(change)],
    ["policy", otherwiseNow(outlook).join("; ")],
    ["writes", lane.pending_writes.map(({ kind, state }) => `${kind} (${state})`).join(", ")],
  ];
}

/** The counters' names are plural. */
function countText(name: string, many: number): string {
  const words = name.replaceAll("_", " ");
  return many === 1 ? `1 ${words.replace(/s$/, "")}` : `${many} ${words} in a row`;
}

function retryText(retry: NonNullable<NonNullable<Outlook["laneDocument"]>["queued_retry"]>, now: number): string {
  const due = formatDuration(Math.max(0, Date.parse(retry.due_at) - now));
  return `${retry.kind} ${retry.attempt} in ${due}${retry.error === null ? "" : `: ${retry.error}`}`;
}

function changeText(change: NonNullable<Outlook["change"]>): string {
  const review = reviewDecision(change).replaceAll("_", " ");
  const where = change.url === null ? "" : ` ${change.url}`;
  return `#${change.id} ${change.state}, review ${review}, checks ${checkSummary(change)}${where}`;
}

function serviceFacts({ service, slots, verdict, troubles }: Outlook): Fact[] {
  return [
    ["next poll", verdict === null ? null : `${verdict.ok ? "starts it" : "does not start it"}: ${verdict.sentence}`],
    ["slots", `${slots.used} of ${slots.most} in use`],
    ["service", service.running ? service.mode : "not running"],
    ...troubles.map((error): Fact => ["trouble", error.message]),
  ];
}
