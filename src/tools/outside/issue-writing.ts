import { shortHash } from "../../base/ids.ts";
import { stableJson } from "../../base/json.ts";
import { sameState } from "../../model/issue.ts";
import { answered, outsideTool, refused, written } from "./outside-tool.ts";
import {
  schemaOfAttachArguments,
  schemaOfCommentArguments,
  schemaOfFollowUpArguments,
  schemaOfMoveArguments,
  schemaOfUpdateArguments,
  schemaOfWorkpadArguments,
  validateAttachArguments,
  validateCommentArguments,
  validateFollowUpArguments,
  validateMoveArguments,
  validateUpdateArguments,
  validateWorkpadArguments,
} from "./schema.gen.ts";

/** Moves the issue as far as the profile lets an agent. */
export const issueMove = outsideTool({
  name: "issue_move",
  description:
    "Move this run's issue to another state. Only states that issue_snapshot lists are taken; into review only when what the host asks " +
    "for before a review is there. A move by somebody else meanwhile is not undone: then it is refused.",
  effect: "write",
  capability: "issue.move",
  schema: schemaOfMoveArguments,
  validate: validateMoveArguments,
  answer: async ({ state }, outside, { signal }) => {
    const issue = await outside.issue.read({ signal });
    const verdict = await outside.issue.judgeMove(issue, state, { signal });
    if (!verdict.ok) return refused(`${verdict.code}: ${verdict.sentence}`);
    if (sameState(issue.state, state)) return answered({ state: "done", said: verdict.sentence, result: "already" });
    const end = await outside.write({ kind: "issue_move", to: state, from: issue.state }, { signal });
    return written(end, `The issue was moved from "${issue.state}" to "${state}".`);
  },
});

/** Keeps the one workpad. */
export const issueWorkpad = outsideTool({
  name: "issue_workpad",
  description:
    "Write the workpad: the one comment on this run's issue that is kept up to date, for people who follow the work. It is made when it " +
    "is missing and replaced when it is there.",
  effect: "write",
  capability: "issue.comment",
  schema: schemaOfWorkpadArguments,
  validate: validateWorkpadArguments,
  answer: async ({ body }, outside, { signal }) =>
    written(await outside.write({ kind: "issue_comment", topic: "workpad", body }, { signal }), "The workpad says it."),
});

/** A comment of its own; the same words twice are one. */
export const issueComment = outsideTool({
  name: "issue_comment",
  description:
    "Add a comment to this run's issue, for what people should read once. The same words again add nothing. For progress use issue_workpad.",
  effect: "write",
  capability: "issue.comment",
  schema: schemaOfCommentArguments,
  validate: validateCommentArguments,
  answer: async ({ body }, outside, { signal }) => {
    const topic = `agent-${shortHash(body.trim(), 12)}`;
    return written(await outside.write({ kind: "issue_comment", topic, body }, { signal }), "The comment is there.");
  },
});

/** A link on the issue, one per URL. */
export const issueAttach = outsideTool({
  name: "issue_attach",
  description: "Link something to this run's issue by its URL. The same URL again only changes nothing but the title.",
  effect: "write",
  capability: "issue.attach",
  schema: schemaOfAttachArguments,
  validate: validateAttachArguments,
  answer: async ({ url, title }, outside, { signal }) =>
    written(await outside.write({ kind: "issue_attach", url, title, link: "other" }, { signal }), "The link is there."),
});

/** An issue that follows from this one. */
export const issueFollowUp = outsideTool({
  name: "issue_follow_up",
  description:
    "Make a new issue for work that was found on the way and does not belong to this one. It is linked to this run's issue, and no agent " +
    "works on it before a person has looked. The same title again makes no second one.",
  effect: "write",
  capability: "issue.follow_up",
  schema: schemaOfFollowUpArguments,
  validate: validateFollowUpArguments,
  answer: async (args, outside, { signal, issue }) => {
    const { title, description = null, priority = null, labels = [], blocked_by_this: isBlocked = false } = args;
    const reserved = outside.issue.reserved(labels);
    if (reserved.length > 0) return refused(reservedSentence(reserved));
    const { state, labels: first } = outside.issue.firstState();
    const end = await outside.write(
      {
        ...{ kind: "issue_follow_up", key: shortHash(stableJson(title.trim().toLowerCase()), 12) },
        ...{ title, description, priority, state, labels: [...labels, ...first] },
        blockedBy: isBlocked ? [issue.identifier] : [],
      },
      { signal },
    );
    return written(end, "The follow-up is there; the result is its identifier.");
  },
});

/** Labels, priority, owner and type. */
export const issueUpdate = outsideTool({
  name: "issue_update",
  description:
    "Change labels, priority, owner or type of this run's issue. What is not named stays. Labels by which people steer the work are theirs.",
  effect: "write",
  capability: "issue.update",
  schema: schemaOfUpdateArguments,
  validate: validateUpdateArguments,
  answer: async ({ add_labels: add = [], remove_labels: remove = [], ...change }, outside, { signal }) => {
    const reserved = outside.issue.reserved([...add, ...remove]);
    if (reserved.length > 0) return refused(reservedSentence(reserved));
    const end = await outside.write({ kind: "issue_update", change, addLabels: add, removeLabels: remove }, { signal });
    return written(end, "The issue says it.");
  },
});

function reservedSentence(labels: readonly string[]): string {
  return `These labels decide what Maestro does, so only people set them: ${[...new Set(labels)].join(", ")}.`;
}
