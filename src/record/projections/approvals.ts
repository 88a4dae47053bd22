import { type Approval, approvalId } from "../../model/approval.ts";
import type { EventOf } from "../../model/events/index.ts";
import type { Lane } from "../../model/lane.ts";

/** The lane with one more request; the same question that is still open, or was answered with a yes, is asked once. */
export function askApproval(lane: Lane, { data }: EventOf<"approval_requested">, at: number): Lane {
  const { approvals = [], approvalCount = 0 } = lane;
  const isSame = ({ gate, subject }: Approval): boolean => gate === data.gate && subject === data.subject;
  if (approvals.some((one) => isSame(one) && one.answer?.decision !== "denied")) return lane;
  const number = approvalCount + 1;
  const id = approvalId(lane.issue.identifier, lane.ordinal, number);
  const others = approvals.filter((one) => !isSame(one));
  return {
    ...lane,
    approvals: [...others, { ...data, id, run: lane.lastRun, at, answer: null }],
    approvalCount: number,
  };
}

/** The lane after an answer. What became of a tool call is told to the next run. */
export function answerApproval(lane: Lane, { data: { id, answer } }: EventOf<"approval_answered">): Lane {
  const asked = lane.approvals?.find((one) => one.id === id && one.answer === null);
  if (asked === undefined) return lane;
  const approvals = lane.approvals?.map((one) => (one === asked ? { ...one, answer } : one)) ?? [];
  const after = { ...lane, approvals };
  if (asked.gate !== "tool") return after;
  const isYes = answer.decision === "approved";
  const why = answer.reason === "" ? "" : ` ${answer.reason}`;
  const text = isYes
    ? `Approved.${why} Make exactly the same call again; it is carried out then.`
    : `Denied.${why} Do not make this call again; go on without it.`;
  const author = answer.actor.replace(/^[^:]*:/, "");
  const before = lane.answer == null ? null : lane.answer;
  return {
    ...after,
    answer:
      before === null
        ? { question: asked.what, text, author }
        : {
            question: `${before.question}\n${asked.what}`,
            text: [before.text ?? "", `${asked.what} ${text}`].filter((part) => part !== "").join("\n"),
            author: before.author === author ? author : `${before.author}, ${author}`,
          },
  };
}

/** Whether a tool call was answered after this instant: a run that was queued before does not know it. */
export function isAnsweredSince({ approvals = [] }: Lane, at: number): boolean {
  return approvals.some(({ gate, answer }) => gate === "tool" && answer !== null && answer.at >= at);
}

/** A person lets a lane go on: what was denied may be asked again. */
export function withoutDenied(lane: Lane): Lane {
  return keep(lane, ({ answer }) => answer?.decision !== "denied");
}

/** A yes to a call is used up by it. */
export function useApproval(lane: Lane, { data }: EventOf<"approval_used">): Lane {
  return keep(lane, ({ id }) => id !== data.id);
}

/** Nobody has to answer any more. */
export function withoutOpen(lane: Lane): Lane {
  return keep(lane, ({ answer }) => answer !== null);
}

function keep(lane: Lane, isKept: (approval: Approval) => boolean): Lane {
  return lane.approvals === undefined ? lane : { ...lane, approvals: lane.approvals.filter(isKept) };
}
