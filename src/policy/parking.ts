import type { LaneFacts } from "../model/facts.ts";
import type { IssueComment } from "../model/issue.ts";
import type { Plan, Step } from "../model/plan.ts";
import type { Answer, Question } from "../model/question.ts";
import type { Reason } from "../model/verdict.ts";
import { commandIn } from "./comment-commands.ts";
import { attentionLabel, comment, type Steps } from "./writes.ts";

/**
 * Parks a lane and tells people: label and comment on the issue. What it asked last is shown when there is a question.
 * The writes are new ones each time, because a person may have taken the label off in between.
 */
export function parkSteps(facts: LaneFacts, ends: "command" | "input", why: Reason): [Step, ...Step[]] {
  // What a person parked meanwhile is not taken up by anything but a person's word.
  const until = facts.lane.parked?.until === "command" ? "command" : ends;
  const revision = `parked-${facts.now}`;
  const body = [why.sentence, "", howToGoOn(facts, until), "", `Reason: \`${why.code}\``].join("\n");
  return [
    { do: "park", until, reason: why },
    ...clearRetry(facts, why),
    ...attentionLabel(facts, true, revision),
    comment(facts, "attention", body, revision),
  ];
}

/** Parks a lane until a person answers: label, and a comment of its own for each question. */
export function askSteps(facts: LaneFacts, question: Question, why: Reason): [Step, ...Step[]] {
  const until = facts.lane.parked?.until === "command" ? "command" : "input";
  const revision = `parked-${facts.now}`;
  const options = question.options.map((option) => `- ${option}`).join("\n");
  const how =
    until === "command"
      ? `To answer: ${answerCommand(facts)}.`
      : `To answer: write a comment here, or ${answerCommand(facts)}. The work then goes on.`;
  const body = ["The agent asks:", question.text.trim(), options, how, `Reason: \`${why.code}\``];
  return [
    { do: "park", until, reason: why, question },
    ...clearRetry(facts, why),
    ...attentionLabel(facts, true, revision),
    comment(facts, questionTopic(question), body.filter((part) => part !== "").join("\n\n"), revision),
  ];
}

/** Topic of the comment that a question stands in. */
export function questionTopic({ run }: Question): `question-${number}` {
  return `question-${run}`;
}

/**
 * Ends a lane's parking and takes the label off, so that it does not hold the issue back any longer. What an agent asked is answered then, at least
 * by silence.
 */
export function planUnpark(facts: LaneFacts, why: Reason, given?: Pick<Answer, "text" | "author">): Plan {
  const question = facts.lane.parked?.question;
  const answer = given ?? answerIn(facts) ?? { text: null, author: "nobody" };
  const told = question === undefined ? {} : { answer: { question: question.text, ...answer } };
  return [{ do: "unpark", reason: why, ...told }, ...attentionLabel(facts, false, `unparked-${facts.now}`)];
}

/** Longest answer, characters. */
const LONGEST_ANSWER = 16_000;

/** What people said on the issue below the question, all of it; `null` when they have not. Outsiders answer nothing. */
export function answerIn({ lane, comments = [] }: LaneFacts): Pick<Answer, "text" | "author"> | null {
  const { parked } = lane;
  if (parked?.question === undefined) return null;
  const topic = questionTopic(parked.question);
  const place = comments.findIndex((one) => one.topic === topic);
  // Clocks differ: what stands below the question came after it.
  const later = place >= 0 ? comments.slice(place + 1) : comments.filter(({ at }) => at > parked.at);
  // What is put as a command goes through the inbox, like everything that is asked.
  const said = later.filter(
    (one) => one.topic === null && isTrusted(one) && one.body.trim() !== "" && commandIn(one.body) === null,
  );
  const [first, ...others] = said;
  if (first === undefined) return null;
  const isOne = others.every(({ author }) => author === first.author);
  const texts = said.map(({ author, body }) => (isOne ? body.trim() : `${author}: ${body.trim()}`));
  const author = [...new Set(said.map((one) => one.author))].join(", ");
  return { text: texts.join("\n\n").slice(0, LONGEST_ANSWER), author };
}

/** Who wrote a comment on the issue since the lane was parked, of those whom the project trusts; `null`: nobody. */
export function commentSince({ lane: { parked }, comments = [] }: LaneFacts): string | null {
  if (parked === null || parked.question !== undefined) return null;
  const isInput = ({ at, topic, trust, body }: IssueComment): boolean =>
    at > parked.at && topic === null && trust === "member" && body.trim() !== "";
  return comments.find(isInput)?.author ?? null;
}

function isTrusted({ trust }: IssueComment): boolean {
  return trust === "member" || trust === "self";
}

function answerCommand({ lane }: LaneFacts): string {
  return `\`maestro lane answer ${lane.issue.identifier} "…"\``;
}

/** Drops a lane's pending start, when there is one. */
export function clearRetry(facts: LaneFacts, why: Reason): Steps {
  return facts.lane.retry === null ? [] : [{ do: "clear_retry", reason: why }];
}

function howToGoOn(facts: LaneFacts, until: "command" | "input"): string {
  const command = `\`maestro unpark ${facts.lane.issue.identifier}\``;
  if (until === "command") return `To go on: ${command}.`;
  const label = facts.workflow.tracker.needsAttentionLabel;
  return `To go on: take the label \`${label}\` off, move the issue to another state, write a comment, or ${command}.`;
}
