import type { JsonObject } from "../base/json.ts";
import { type Change, checkSummary, reviewDecision } from "../model/change.ts";
import type { EventDraft } from "../model/events/envelope.ts";
import type { Lane } from "../model/lane.ts";

/** The observation of a change in the facts that lanes decide on. */
export function changeSeen(lane: Lane, change: Change): EventDraft {
  return {
    workflowId: lane.workflowId,
    laneId: lane.id,
    run: null,
    fence: null,
    event: {
      type: "change_seen",
      data: {
        changeId: change.id,
        url: change.url,
        state: change.state,
        headSha: change.headSha,
        mergedSha: change.mergedSha,
        review: reviewDecision(change),
        checks: checkSummary(change),
      },
    },
  };
}

/** Newest links of one kind that are kept. */
const MOST_LINKS = 50;

/** Where people find the change, its checks, reviews and comments, as evidence of what the forge showed. */
export function linksSeen(lane: Lane, change: Change): EventDraft {
  const { id, url, headSha, checks, reviews, comments, threads = [] } = change;
  const remarks = [...comments, ...threads.flatMap((thread) => thread.comments)].sort((a, b) => a.at - b.at);
  const facts: JsonObject = {
    ...{ change_id: id, url },
    checks: checks.slice(-MOST_LINKS).map(({ name, status, ...check }) => ({ name, status, url: check.url ?? null })),
    reviews: reviews.slice(-MOST_LINKS).map((review) => ({
      ...{ id: review.id, author: review.author, decision: review.decision, head_sha: review.headSha },
      ...{ trust: review.trust ?? null, url: review.url ?? null },
    })),
    comments: remarks.slice(-MOST_LINKS).map(({ id: comment, author, ...remark }) => ({
      ...{ id: comment, author, trust: remark.trust ?? null, url: remark.url ?? null },
    })),
  };
  const sentence = `The forge shows change ${id}${url === null ? "" : ` at ${url}`}.`;
  const data = { kind: "change_links", witness: "forge", ok: true, sentence, headSha, facts } as const;
  return {
    ...{ workflowId: lane.workflowId, laneId: lane.id, run: null, fence: null },
    event: { type: "evidence_recorded", data },
  };
}
