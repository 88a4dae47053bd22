import { answered, outsideTool, refused, written } from "./outside-tool.ts";
import {
  schemaOfCommentArguments,
  schemaOfMergeArguments,
  schemaOfOpenChangeArguments,
  schemaOfReplyArguments,
  schemaOfReviewersArguments,
  validateCommentArguments,
  validateMergeArguments,
  validateOpenChangeArguments,
  validateReplyArguments,
  validateReviewersArguments,
} from "./schema.gen.ts";

/** The one change of the lane. */
export const changeOpen = outsideTool({
  name: "change_open",
  description:
    "Open the change (pull or merge request) of this run's branch at what was pushed last, or bring its title and text up to date. It stays " +
    "a draft until the work is handed off, where the forge has drafts. There is one per branch.",
  effect: "write",
  capability: "change",
  schema: schemaOfOpenChangeArguments,
  validate: validateOpenChangeArguments,
  answer: async ({ title, body }, outside, { signal }) =>
    written(await outside.change.open({ title, body }, { signal }), "The change is there; the result is its id."),
});

/** A remark on the change. */
export const changeComment = outsideTool({
  name: "change_comment",
  description: "Comment on the change of this run's branch. The same words again add nothing.",
  effect: "write",
  capability: "change",
  schema: schemaOfCommentArguments,
  validate: validateCommentArguments,
  answer: async ({ body }, outside, { signal }) =>
    written(await outside.write({ kind: "change_comment", body }, { signal }), "The comment is there."),
});

/** An answer in a thread of a review. */
export const changeReply = outsideTool({
  name: "change_reply",
  description:
    "Answer in a thread of a review of this run's change, and resolve it when it is settled. The same words again add nothing.",
  effect: "write",
  capability: "change.threads",
  schema: schemaOfReplyArguments,
  validate: validateReplyArguments,
  answer: async ({ thread_id: threadId, body, resolve = false }, outside, { signal }) => {
    const change = await outside.change.read({ signal });
    const isKnown = (change?.threads ?? []).some(({ id }) => id === threadId);
    if (!isKnown) return refused(`This run's change has no thread "${threadId}"; change_discussion lists them.`);
    const end = await outside.write({ kind: "change_reply", threadId, body, resolve }, { signal });
    return written(end, resolve ? "It was answered and resolved." : "It was answered.");
  },
});

/** Asks people to look. */
export const changeRequestReview = outsideTool({
  name: "change_request_review",
  description: "Ask people or teams to review the change of this run's branch.",
  effect: "write",
  capability: "change.reviewers",
  schema: schemaOfReviewersArguments,
  validate: validateReviewersArguments,
  answer: async ({ reviewers }, outside, { signal }) => {
    const asked = [...new Set(reviewers.map((name) => name.trim()))].sort();
    return written(
      await outside.write({ kind: "request_reviewers", reviewers: asked }, { signal }),
      "They were asked.",
    );
  },
});

/** Asks for the landing: a claim on record, on which nothing rests. */
export const changeMerge = outsideTool({
  name: "change_merge",
  description:
    "Ask that the change of this run's branch lands. Nothing is merged by this call: the request is recorded, and the host lands the change " +
    "when its gate opens.",
  effect: "write",
  capability: "change.merge",
  schema: schemaOfMergeArguments,
  validate: validateMergeArguments,
  answer: async ({ reason }, outside, { signal, observe }) => {
    const change = await outside.change.read({ signal });
    if (change === null) return refused("The branch has no change yet.");
    const verdict = await outside.change.judgeMerge({ signal });
    const facts = { change_id: change.id, gate: verdict.code, open: verdict.ok, reason };
    const sentence = `The agent asks that change ${change.id} lands.`;
    const data = {
      kind: "merge_requested",
      witness: "agent",
      ok: true,
      sentence,
      headSha: change.headSha,
      facts,
    } as const;
    await observe({ type: "evidence_recorded", data });
    const gate = `${verdict.code}: ${verdict.sentence}`;
    return answered({ state: "recorded", said: "The host lands the change when its gate opens, and only then.", gate });
  },
});
