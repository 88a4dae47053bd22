import type { RecordTransaction } from "../contracts/record.ts";
import { type Approval, type ApprovalAnswer, questionId } from "../model/approval.ts";
import { ANSWER_VERBS, type AnswerVerb } from "../model/command.ts";
import type { Event } from "../model/events/index.ts";
import type { Lane } from "../model/lane.ts";
import { outboxKey, type PlannedWrite } from "../model/outbox.ts";
import { reason } from "../model/verdict.ts";
import { approvalComment, approvalTopic, commandIn, mayAnswer, openApprovals, planAnswer } from "../policy/index.ts";
import type { Board } from "./board.ts";
import type { Answered, Writing } from "./lane-commands.ts";
import type { OrchestratorParts } from "./ports.ts";
import { writePlan } from "./steps.ts";

/** Who answers a request that nobody answered in time. */
const EXPIRY = "expiry";

/** Whether a command answers a request. */
export function isAnswerVerb(verb: string): verb is AnswerVerb {
  return ANSWER_VERBS.some((known) => known === verb);
}

/** Answers a request or an agent's question: the first answer counts, and who comes later is told whose it was. */
export async function answerRequest(writing: Writing, verb: AnswerVerb): Promise<Answered> {
  const { command, board, tx, parts } = writing;
  const wanted = textOf(command.arguments.request);
  const why = textOf(command.arguments.body).trim();
  const found = await requestNamed(board, tx, wanted);
  if (found === undefined) {
    return {
      ok: false,
      ...reason("unknown_request", `Nobody asks "${wanted}". \`maestro approvals\` lists what is asked.`),
    };
  }
  const { lane, approval } = found;
  if (approval === "question") return answerQuestion(writing, lane, verb, why);
  if (approval.answer !== null) {
    const late = `${wanted} was ${approval.answer.decision} by ${approval.answer.actor} before.`;
    if (command.actor.startsWith("tracker:"))
      await tellLate(tx, lane, approval, command.id, `${command.actor}: ${late}`);
    return { ok: false, ...reason("already_answered", late) };
  }
  if (verb === "deny_request" && why === "") return { ok: false, ...reason("body_missing", "Say why it is denied.") };
  const decision = verb === "approve_request" ? "approved" : "denied";
  await writeAnswer(tx, lane, approval, { decision, actor: command.actor, reason: why, at: parts.clock.now() });
  const next = decision === "approved" ? "the work goes on" : "it is not done";
  return { ok: true, ...reason(decision, `${wanted} is ${decision}; ${next}.`) };
}

/** Ends requests whose time is over, with the answer that they named for that. */
export async function expireApprovals(parts: OrchestratorParts, board: Board): Promise<void> {
  const now = parts.clock.now();
  const isOver = ({ expiresAt }: Approval): boolean => expiresAt <= now;
  for (const { id } of [...board.lanes.values()].filter((lane) => openApprovals(lane).some(isOver))) {
    await parts.record.transact(async (tx) => {
      const lane = await tx.lane(id);
      for (const approval of lane === undefined ? [] : openApprovals(lane).filter(isOver)) {
        const decision = approval.onExpiry === "deny" ? "denied" : "approved";
        const why = "Nobody answered in time.";
        if (lane !== undefined)
          await writeAnswer(tx, lane, approval, { decision, actor: EXPIRY, reason: why, at: now });
      }
    });
  }
}

/** Puts the commands in comments of trusted people into the inbox, each once: their id is the comment's. */
export async function askFromComments(parts: OrchestratorParts, board: Board): Promise<void> {
  const { inbox, record, clock } = parts;
  if (inbox === undefined) return;
  for (const lane of board.lanes.values()) {
    if (openApprovals(lane).length === 0 && lane.parked?.question === undefined) continue;
    const change = lane.branch?.changeId == null ? undefined : board.changes.get(lane.branch.changeId);
    const said = [...(board.comments.get(lane.id) ?? []), ...(change?.comments ?? [])];
    for (const comment of said.filter(mayAnswer)) {
      const asked = commandIn(comment.body);
      if (asked === null) continue;
      const { verb, request, body } = asked;
      await inbox.ask({
        ...{
          id: `comment-${lane.id}-${comment.id}`,
          workflowId: record.workflowId,
          actor: `tracker:${comment.author}`,
          verb,
        },
        ...{ arguments: { request, body }, askedAt: clock.now() },
      });
    }
  }
}

/** An agent's question takes words; a no is one too. */
async function answerQuestion(writing: Writing, lane: Lane, verb: AnswerVerb, why: string): Promise<Answered> {
  const { parts, board, command, tx } = writing;
  const words = verb === "approve_request" ? why || "Yes." : ["No.", why].filter((part) => part !== "").join(" ");
  const openOutbox = board.outboxOf(lane.id);
  const facts = {
    ...{ workflow: parts.workflows.current(), lane, issue: undefined, change: undefined, openOutbox },
    ...{ comments: [], now: parts.clock.now() },
  };
  await writePlan(parts, tx, planAnswer(facts, command.actor, words), {
    ...{
      lane,
      issue: lane.issue,
      workflow: facts.workflow,
      runs: [],
      openOutbox,
      now: facts.now,
      actor: command.actor,
    },
  });
  return { ok: true, ...reason("answered", `${lane.issue.identifier} goes on with your answer when its turn comes.`) };
}

async function requestNamed(
  board: Board,
  tx: RecordTransaction,
  wanted: string,
): Promise<{ readonly lane: Lane; readonly approval: Approval | "question" } | undefined> {
  for (const { id } of board.lanes.values()) {
    const lane = await tx.lane(id);
    const approval = lane?.approvals?.find((one) => one.id === wanted);
    if (lane !== undefined && approval !== undefined) return { lane, approval };
    const question = lane?.parked?.question;
    if (
      lane !== undefined &&
      question !== undefined &&
      questionId(lane.issue.identifier, lane.ordinal, question.run) === wanted
    )
      return { lane, approval: "question" };
  }
  return undefined;
}

/** The answer, what it sets going, and the comment that says it. */
async function writeAnswer(
  tx: RecordTransaction,
  lane: Lane,
  approval: Approval,
  answer: ApprovalAnswer,
): Promise<void> {
  await append(tx, lane, { type: "approval_answered", data: { id: approval.id, answer } });
  const topic = approvalTopic(approval.id);
  const body = approvalComment({ ...approval, answer });
  const intent = { kind: "issue_comment", issueId: lane.issue.id, topic, body } as const;
  const writes = answer.decision === "approved" ? (approval.writes ?? []) : [];
  for (const write of [...writes, { intent, topic, revision: "answered" }]) await plan(tx, lane, write, answer.at);
}

async function tellLate(
  tx: RecordTransaction,
  lane: Lane,
  approval: Approval,
  commandId: string,
  late: string,
): Promise<void> {
  const topic = approvalTopic(approval.id);
  const intent = {
    kind: "issue_comment",
    issueId: lane.issue.id,
    topic,
    body: approvalComment(approval, late),
  } as const;
  await plan(tx, lane, { intent, topic, revision: `late-${commandId}` }, approval.answer?.at ?? approval.at);
}

async function plan(tx: RecordTransaction, lane: Lane, write: PlannedWrite, dueAt: number): Promise<void> {
  const { intent, topic, revision } = write;
  const key = outboxKey(lane.id, intent.kind, topic, revision);
  await append(tx, lane, { type: "outbox_planned", data: { key, fence: lane.fence, intent, dueAt } });
}

async function append(tx: RecordTransaction, lane: Lane, event: Event): Promise<void> {
  await tx.append([{ workflowId: lane.workflowId, laneId: lane.id, run: null, fence: null, event }]);
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
