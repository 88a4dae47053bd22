import type { LaneFacts } from "../model/facts.ts";
import type { Plan } from "../model/plan.ts";
import type { Reason } from "../model/verdict.ts";
import { because, type PolicyCode } from "./codes.ts";
import { clearRetry, planUnpark } from "./parking.ts";
import { comment, write } from "./writes.ts";

// What people ask of a lane. Whether it may be asked was judged before (`judgeVerb`).

/** Reason of work that a person broke off: its lane stays in its stage, so that it goes on from there. */
export const STOPPED: PolicyCode = "work_stopped";

/** Nothing new is started on this lane until somebody says so. Work under way goes on to its end, and what follows it waits. */
export function planPark(facts: LaneFacts, actor: string, words: string | null = null): Plan {
  const said = words === null || words.trim() === "" ? "." : `: ${words.trim()}`;
  const why = because("parked_by_person", `${actor} parked it${said}`);
  const question = facts.lane.parked?.question;
  const asked = question === undefined ? {} : { question };
  return [{ do: "park", until: "command", reason: why, ...asked }, ...clearRetry(facts, why)];
}

/** Answers what the agent asked, also on the issue, and lets the work go on. */
export function planAnswer(facts: LaneFacts, actor: string, words: string): Plan {
  const author = actor.replace(/^[^:]*:/, "");
  const [first, ...rest] = planUnpark(facts, because("answered", `${actor} answered.`), { text: words, author });
  const run = facts.lane.parked?.question?.run ?? facts.lane.lastRun;
  return [first, comment(facts, `answer-${run}`, `${author} answers:\n\n${words}`, `answer-${facts.now}`), ...rest];
}

/** Breaks the present work off, and parks. */
export function planStopWork(facts: LaneFacts, actor: string): Plan {
  const why = because(STOPPED, `${actor} broke it off.`);
  return [{ do: "cancel_work", reason: why }, { do: "park", until: "command", reason: why }, ...clearRetry(facts, why)];
}

/** A person's review of a lane's change. */
export interface AskedReview {
  readonly decision: "approved" | "changes_requested";
  readonly author: string;
  readonly body: string;
  readonly changeId: string;
  /** The head that the person speaks about. */
  readonly headSha: string;
}

/** Puts a person's review onto the change. The id of the command is its revision: asked once, written once. */
export function planReviewChange(review: AskedReview, commandId: string): Plan {
  return [write({ kind: "review_change", ...review }, review.changeId, commandId)];
}

/** The head that a review asked for now is about, or why there is none. `wanted` is the head that the person saw. */
export function headToReview(facts: Pick<LaneFacts, "lane" | "change">, wanted: string | null): string | Reason {
  const { branch, issue } = facts.lane;
  const headSha = facts.change?.headSha ?? branch?.pushedSha ?? null;
  if (headSha === null) return because("no_change_open", `${issue.identifier} has no change yet.`);
  if (wanted === null || wanted === headSha) return headSha;
  const now = `The change of ${issue.identifier} is at ${headSha.slice(0, 12)} now, not at ${wanted.slice(0, 12)}`;
  return because("head_changed", `${now}; look at it again.`);
}
