import { type Change, reviewDecision } from "../model/change.ts";
import type { AbandonTarget } from "../model/asked.ts";
import type { LaneVerb } from "../model/command.ts";
import type { LaneFacts } from "../model/facts.ts";
import type { Lane, LaneStage } from "../model/lane.ts";
import { WORKER_INTENTS } from "../model/outbox.ts";
import type { Plan, Step } from "../model/plan.ts";
import type { Verdict } from "../model/verdict.ts";
import { isTerminal, stateForRoute, trackerState, type Workflow } from "../model/workflow.ts";
import { because, no, yes } from "./codes.ts";
import { describeWork } from "./eligibility.ts";
import { clearRetry } from "./parking.ts";
import { attentionLabel, knownIssue, type Steps, write } from "./writes.ts";

// Orders of people about a lane: hold it still, tell its agent something, land it, give it up.

/** Stages in which nothing is left but to put things away. */
const ENDING: readonly LaneStage[] = ["closeout", "cleanup", "closed"];
/** Stages in which a change waits for its landing. */
const LANDABLE: readonly LaneStage[] = ["handing_off", "review_wait", "review_repair", "ready_to_land"];

/** Steps that begin work. Cleaning is none: what has ended is put away. */
const BEGINS: readonly Step["do"][] = ["start_run", "start_validate", "start_land"];

/** The verbs that this file judges. */
type Order = Extract<LaneVerb, "pause_lane" | "resume_lane" | "steer" | "land" | "abandon">;

/** Whether a person may ask this of a lane now, with the reason when not. */
export function judgeOrder(
  order: Order,
  { lane, change }: { readonly lane: Lane; readonly change?: Change | null | undefined },
): Verdict {
  const { identifier } = lane.issue;
  if (order === "resume_lane")
    return lane.paused == null ? no("not_paused", `${identifier} is not paused.`) : possible(identifier);
  if (lane.abandoned !== undefined) return no("abandoned", `${identifier} was given up; it is being put away.`);
  if (ENDING.includes(lane.stage))
    return no("ending", `The work on ${identifier} has ended; only its cleanup is left.`);
  if (order === "pause_lane")
    return lane.paused == null ? possible(identifier) : no("already", `${identifier} is paused already.`);
  if (order === "abandon" && isMerged(lane, change))
    return no("merged_already", `The change of ${identifier} is merged; the issue is closed out.`);
  return order === "land" ? judgeLand(lane, change) : possible(identifier);
}

function possible(identifier: string): Verdict {
  return yes("possible", `It can be asked for ${identifier}.`);
}

function judgeLand(lane: Lane, change: Change | null | undefined): Verdict {
  const { identifier } = lane.issue;
  if (lane.branch?.changeId == null || isMerged(lane, change) || (change != null && change.state !== "open"))
    return no("no_change_open", `${identifier} has no open change.`);
  if (lane.work !== null) return no("has_work", describeWork(lane));
  if (!LANDABLE.includes(lane.stage))
    return no("not_in_review", `${identifier} is in ${lane.stage.replaceAll("_", " ")}; its change cannot land now.`);
  if (lane.parked !== null) return no("lane_parked", `${identifier} is parked; let it go on first.`);
  if (lane.paused != null) return no("lane_paused", `${identifier} is paused; resume it first.`);
  return change != null && reviewDecision(change) === "changes_requested"
    ? no("changes_asked", `A review of the present head of ${identifier} asks for changes; that outweighs the order.`)
    : possible(identifier);
}

function isMerged({ branch }: Lane, change: Change | null | undefined): boolean {
  return change?.state === "merged" || (branch?.mergedSha ?? null) !== null;
}

/** A worker carries its writes out within the work that begins with them. */
function isOfBeginning(step: Step): boolean {
  return BEGINS.includes(step.do) || (step.do === "write" && WORKER_INTENTS.includes(step.write.intent.kind));
}

/** A plan as far as a lane that a person holds still may carry it out: the end of work is taken note of, and no new work begins. */
export function holdStill({ lane }: LaneFacts, plan: Plan): Plan {
  if (lane.paused == null || !plan.some((step) => BEGINS.includes(step.do))) return plan;
  const [first, ...rest] = plan.filter((step) => !isOfBeginning(step));
  if (first !== undefined && lane.work !== null) return [first, ...rest];
  const { actor, words } = lane.paused;
  const said = words === null ? "." : `: ${words}`;
  return [{ do: "wait", reason: because("lane_paused", `${actor} paused it${said}`) }];
}

/** Longest of what people said that a run is told, characters. */
const LONGEST_WORDS = 16_000;

/** What people said since the last run, for the next one; `null`: nothing. */
export function wordsToTell({ words = [] }: Lane): string | null {
  if (words.length === 0) return null;
  return words
    .map(({ author, text }) => `${author}: ${text}`)
    .join("\n\n")
    .slice(-LONGEST_WORDS);
}

/** The state in which an abandoned issue is left; `undefined` when the workflow has none. */
export function stateToLeaveIn(workflow: Workflow, to: AbandonTarget): string | undefined {
  if (to === "canceled") return workflow.tracker.states.find(({ category }) => category === "canceled")?.name;
  const start = workflow.profile.routes.find(
    ({ name, category }) => category === "todo" && stateForRoute(workflow, name) !== undefined,
  );
  return start === undefined
    ? workflow.tracker.states.find(({ category }) => category === "todo")?.name
    : stateForRoute(workflow, start.name);
}

/** Whether a person gave the lane up and it is not being put away yet. A merge that was faster is closed out like any other. */
export function isGivenUp({ lane, change }: LaneFacts): boolean {
  return lane.abandoned !== undefined && !ENDING.includes(lane.stage) && !isMerged(lane, change);
}

/** Gives a lane up: what runs is taken back, its change is closed, its issue moved; then its workspace is kept (`salvage`) and removed. */
export function planAbandon(facts: LaneFacts): Plan {
  const { lane } = facts;
  const { abandoned, work, branch } = lane;
  const why = because("abandoned", `${abandoned?.actor ?? "A person"} gave it up${said(abandoned?.words ?? null)}`);
  if (work !== null && work.state !== "settled")
    return work.canceled === null ? [{ do: "cancel_work", reason: why }] : [{ do: "wait", reason: why }];
  const revision = `abandoned-${abandoned?.at ?? 0}`;
  const changeId = branch?.changeId ?? null;
  const close: Steps = changeId === null ? [] : [write({ kind: "close_change", changeId }, changeId, revision)];
  const stage: Step = { do: "stage", stage: "cleanup", reason: why };
  const rest: Steps = [
    ...(lane.parked === null ? [] : [{ do: "unpark", reason: why } as const]),
    ...clearRetry(facts, why),
    ...close,
    ...attentionLabel(facts, false, revision),
    ...leaveIssue(facts, revision),
  ];
  return work === null ? [stage, ...rest] : [{ do: "close_work", counts: "nothing", reason: why }, stage, ...rest];
}

function said(words: string | null): string {
  return words === null || words.trim() === "" ? "." : `: ${words.trim()}`;
}

/** An issue that has ended meanwhile stays where it is. */
function leaveIssue(facts: LaneFacts, revision: string): Steps {
  const { lane, workflow } = facts;
  const issue = knownIssue(facts);
  const to = lane.abandoned?.state;
  const known = to === undefined ? undefined : trackerState(workflow, to);
  if (to === undefined || known === undefined || isTerminal(workflow, issue.state)) return [];
  const from = issue.state;
  if (trackerState(workflow, from)?.name === known.name) return [];
  return [write({ kind: "issue_move", issueId: issue.id, to, from }, "abandoned", revision)];
}
