import { LANE_VERBS, type LaneVerb } from "../model/command.ts";
import type { LaneFacts } from "../model/facts.ts";
import type { Lane } from "../model/lane.ts";
import type { Plan } from "../model/plan.ts";
import { reason } from "../model/verdict.ts";
import {
  headToReview,
  judgeVerb,
  planAnswer,
  planPark,
  planReviewChange,
  planStopWork,
  planUnpark,
} from "../policy/index.ts";
import { ORDERS } from "./lane-orders.ts";
import { type Answered, nameOf, type OnLane, textOf, type Writing } from "./on-lane.ts";
import { writePlan } from "./steps.ts";

export type { Answered, Writing } from "./on-lane.ts";

/** Whether a command is about one issue. */
export function isLaneVerb(verb: string): verb is LaneVerb {
  return LANE_VERBS.some((known) => known === verb);
}

/** Carries out what is asked of one issue: as policy judges and plans it, in the transaction of the command. */
export async function carryOutOnLane(writing: Writing, verb: LaneVerb): Promise<Answered> {
  const lane = await laneAsked(writing);
  const wanted = writing.command.arguments.issue;
  if (lane === undefined)
    return { ok: false, ...reason("unknown_issue", `No open lane belongs to "${String(wanted)}".`) };
  const facts = factsOf(writing, lane);
  const canReview = writing.parts.outside.forge()?.capabilities.reviews ?? false;
  const { ok, code, sentence } = judgeVerb(verb, { lane, change: facts.change, canReview });
  // What is so already was asked for twice, which is no mistake.
  if (!ok) return { ok: code === "already", code, sentence };
  return acts[verb]({ ...writing, lane, facts });
}

const acts: Record<LaneVerb, (on: OnLane) => Promise<Answered>> = {
  retry: retryNow,
  park: async (on) => {
    await write(on, planPark(on.facts, on.command.actor, textOf(on.command, "body")));
    const rest = on.lane.work === null ? "" : " What runs goes on to its end.";
    return { ok: true, ...reason("parked", `${nameOf(on)} is parked until somebody unparks it.${rest}`) };
  },
  unpark: async (on) => {
    await unpark(on, "unparked");
    return { ok: true, ...reason("unparked", `${nameOf(on)} is started again when its turn comes.`) };
  },
  answer: async (on) => {
    const words = textOf(on.command, "body")?.trim() ?? "";
    if (words === "") return { ok: false, ...reason("body_missing", "Say what the answer is.") };
    await write(on, planAnswer(on.facts, on.command.actor, words));
    return { ok: true, ...reason("answered", `${nameOf(on)} goes on with your answer when its turn comes.`) };
  },
  stop_work: async (on) => {
    await write(on, planStopWork(on.facts, on.command.actor));
    const workId = on.lane.work?.id;
    const follow = async () => (workId === undefined ? undefined : on.parts.engine.cancel(workId));
    return {
      ok: true,
      ...reason("stopping_work", `The work on ${nameOf(on)} is broken off, and it is parked.`),
      follow,
    };
  },
  ...ORDERS,
  approve: (on) => review(on, "approved"),
  request_changes: (on) => review(on, "changes_requested"),
};

async function retryNow(on: OnLane): Promise<Answered> {
  const { lane, command, tx } = on;
  if (lane.parked !== null) await unpark(on, "retried");
  const why = reason("retried", `${command.actor} asked for it.`);
  if (lane.retry !== null) {
    const event = { type: "retry_cleared", data: { reason: why } } as const;
    await tx.append([{ workflowId: command.workflowId, laneId: lane.id, run: null, fence: null, event }]);
  }
  return { ok: true, ...reason("retried", `${nameOf(on)} is due now.`) };
}

async function unpark(on: OnLane, code: string): Promise<void> {
  await write(on, planUnpark(on.facts, reason(code, `${on.command.actor} asked for it.`)));
}

/** Written to the forge as the person who asks, about the head that they saw. */
async function review(on: OnLane, decision: "approved" | "changes_requested"): Promise<Answered> {
  const { command, facts, lane } = on;
  const body = textOf(command, "body") ?? "";
  if (decision === "changes_requested" && body.trim() === "") {
    return { ok: false, ...reason("body_missing", "Say what is to be changed.") };
  }
  const headSha = headToReview(facts, textOf(command, "head"));
  if (typeof headSha !== "string") return { ok: false, ...headSha };
  const changeId = lane.branch?.changeId ?? "";
  const author = command.actor.replace(/^[^:]*:/, "");
  await write(on, planReviewChange({ decision, author, body, changeId, headSha }, command.id));
  const word = decision === "approved" ? "The approval" : "The request for changes";
  const where = `change ${changeId} of ${nameOf(on)} at ${headSha.slice(0, 12)}`;
  return { ok: true, ...reason("review_planned", `${word} is put onto ${where}.`) };
}

/** The lane as it stands in this transaction: work may have ended since the board heard of it. */
async function laneAsked({ board, command, tx }: Writing): Promise<Lane | undefined> {
  const wanted = command.arguments.issue;
  const known = [...board.lanes.values()].find(
    ({ id, issue }) => id === wanted || issue.identifier === wanted || issue.id === wanted,
  );
  return known === undefined ? undefined : await tx.lane(known.id);
}

/** Nobody has looked at the issue for a command; of the change what was seen last is known. */
function factsOf({ parts, board }: Writing, lane: Lane): LaneFacts {
  const changeId = lane.branch?.changeId ?? null;
  return {
    workflow: parts.workflows.current(),
    lane,
    issue: undefined,
    change: changeId === null ? undefined : board.changes.get(changeId),
    openOutbox: board.outboxOf(lane.id),
    comments: board.comments.get(lane.id) ?? [],
    now: parts.clock.now(),
  };
}

async function write({ parts, command, tx, lane, facts }: OnLane, plan: Plan): Promise<void> {
  await writePlan(parts, tx, plan, {
    lane,
    issue: lane.issue,
    workflow: facts.workflow,
    runs: [],
    openOutbox: facts.openOutbox,
    now: facts.now,
    actor: command.actor,
  });
}
