import type { Change } from "../model/change.ts";
import type { LaneFacts } from "../model/facts.ts";
import { failedChecks, findRepair, requestedChanges } from "./repairs.ts";

/** Longest text of one remark in a prompt, characters. */
const LONGEST_REMARK = 4_000;
/** Longest feedback in a prompt, characters. */
const LONGEST_FEEDBACK = 16_000;
/** Newest remarks on a change that a repair run is shown. */
const MOST_COMMENTS = 20;

/** What a repair run has to answer, in words: the fact itself, reviews, failed checks, remarks on the change, a failed validation. */
export function repairFeedback(facts: LaneFacts): string | null {
  const { change } = facts;
  const parts = [
    findRepair(facts)?.reason.sentence ?? null,
    failureFeedback(facts),
    ...(change ? changeParts(change) : []),
  ];
  const text = parts.filter((part) => part !== null).join("\n\n");
  return text === "" ? null : cut(text, LONGEST_FEEDBACK);
}

/** Why the last try came to nothing, for the next one: what the checks said, else the error of the retry. */
export function failureFeedback({ lane }: LaneFacts): string | null {
  if (lane.reason.code === "validation_failed") return cut(lane.reason.sentence, LONGEST_FEEDBACK);
  return lane.retry?.kind === "failure" ? lane.retry.error : null;
}

function changeParts(change: Change): string[] {
  const reviews = requestedChanges(change).map(({ author, body }) => remark(`Review by ${author}`, body));
  const checks = failedChecks(change).map(({ name, summary }) => remark(`Check ${name} failed`, summary));
  const comments = change.comments.filter(({ topic }) => topic === null).slice(-MOST_COMMENTS);
  return [...reviews, ...checks, ...comments.map(({ author, body }) => remark(`Comment by ${author}`, body))];
}

function remark(title: string, body: string): string {
  return `${title}:\n${cut(body.trim(), LONGEST_REMARK)}`;
}

function cut(text: string, longest: number): string {
  return text.length <= longest ? text : `${text.slice(0, longest - 1)}…`;
}
