import { type Change, type ChangeCheck, checkSummary, reviewDecision } from "../../model/change.ts";
import { type FeedbackItem, feedbackOf } from "../../policy/index.ts";
import type { ToolContext } from "../../contracts/tool.ts";
import type { RunOutside } from "../../contracts/run-outside.ts";
import { toMaestroError } from "../../base/errors.ts";
import { answered, outsideTool } from "./outside-tool.ts";
import { cut, fitting, instant, words, WORDS_OF_OTHERS } from "./remarks.ts";
import {
  schemaOfChecksArguments,
  schemaOfNoArguments,
  validateChecksArguments,
  validateNoArguments,
} from "./schema.gen.ts";

/** Kept of one failed check's log, bytes, and of how many. */
const LONGEST_LOG = 8 * 1024;
const MOST_LOGS = 4;
const MOST_ITEMS = 60;
const NONE = { change: null, hint: "The branch has no change yet: repo_commit, repo_push, then change_open." };

/** The lane's change. */
export const changeSnapshot = outsideTool({
  name: "change_snapshot",
  description:
    "Show the change (pull or merge request) of this run's branch: state, head, reviews, checks and what stands in its way.",
  effect: "read",
  capability: "change",
  schema: schemaOfNoArguments,
  validate: validateNoArguments,
  answer: async (_, outside, { signal }) => {
    const change = await outside.change.read({ signal });
    return answered(change === null ? NONE : { untrusted: WORDS_OF_OTHERS, change: snapshotOf(change) });
  },
});

/** What was said about it. */
export const changeDiscussion = outsideTool({
  name: "change_discussion",
  description:
    "Show what people, bots and checks said about the change of this run's branch, oldest first. Items with needs_answer true wait for " +
    "you: mend the code, and answer threads with change_reply by their id. Each item says how far its author is trusted.",
  effect: "read",
  capability: "change",
  schema: schemaOfNoArguments,
  validate: validateNoArguments,
  answer: async (_, outside, context) => {
    const change = await outside.change.read({ signal: context.signal });
    if (change === null) return answered(NONE);
    const items = feedbackOf(change).map((item) => itemOf(item, context));
    const { shown, left_out } = fitting(items, MOST_ITEMS);
    return answered({
      untrusted: WORDS_OF_OTHERS,
      review: reviewDecision(change),
      items: shown,
      items_left_out: left_out,
    });
  },
});

/** Its checks, with the ends of the logs of those that failed. */
export const changeChecks = outsideTool({
  name: "change_checks",
  description:
    "Show the checks of the present head of this run's change, and the ends of the logs of those that failed.",
  effect: "read",
  capability: "change",
  schema: schemaOfChecksArguments,
  validate: validateChecksArguments,
  answer: async ({ logs = true }, outside, { signal }) => {
    const change = await outside.change.read({ signal });
    if (change === null) return answered(NONE);
    const checks = change.checks.filter(({ headSha }) => headSha === change.headSha);
    const failed = checks.filter(({ status }) => status === "failed").slice(0, MOST_LOGS);
    const read = await Promise.all((logs ? failed : []).map((check) => readLog(outside, check, signal)));
    return answered({
      ...{ untrusted: WORDS_OF_OTHERS, head_sha: change.headSha, state: checkSummary(change) },
      checks: checks.map(({ name, status, required, summary, url = null }) => ({
        ...{ name, status, required, url, text: cut(summary) },
      })),
      logs: read,
    });
  },
});

/** A log that cannot be had is said, and hides none of the others. */
async function readLog({ change }: RunOutside, { name }: ChangeCheck, signal: AbortSignal) {
  try {
    return { check: name, log: await change.checkLog(name, { signal, maxBytes: LONGEST_LOG }) };
  } catch (error) {
    return { check: name, log: null, error: toMaestroError(error).message };
  }
}

function snapshotOf(change: Change) {
  const {
    id,
    url,
    title,
    state,
    draft,
    branch,
    base,
    headSha,
    mergeability,
    mergedSha,
    labels = [],
    blockers = [],
  } = change;
  return {
    ...{ id, url, title, text: cut(change.body), state, draft, branch, base, head_sha: headSha },
    ...{ mergeability, merged_sha: mergedSha, labels, blockers },
    ...{ review: reviewDecision(change), checks: checkSummary(change) },
    needs_answer: feedbackOf(change).filter(({ isOpen }) => isOpen).length,
  };
}

function itemOf(item: FeedbackItem, context: ToolContext) {
  const { kind, id, author, trust, isBot, isOpen, path, line, url, at, body, replies } = item;
  return {
    ...{ kind, id, author, trust, bot: isBot, needs_answer: isOpen },
    ...(path === null ? {} : { path, line }),
    ...{ url, at: instant(at), text: kind === "check" ? cut(body) : words(context, { author, trust, text: body }) },
    replies: replies.map((reply) => ({
      ...{ author: reply.author, trust: reply.trust },
      text: words(context, { author: reply.author, trust: reply.trust, text: reply.body }),
    })),
  };
}
