import { type Change, checkSummary, reviewDecision } from "../../model/change.ts";

/** A change as `--json` shows it. Instants are ISO 8601 in UTC. */
export function changeDocument(change: Change) {
  const { reviews, comments, checks } = change;
  return {
    id: change.id,
    url: change.url,
    title: change.title,
    body: change.body,
    branch: change.branch,
    base: change.base,
    head_sha: change.headSha,
    state: change.state,
    draft: change.draft,
    mergeability: change.mergeability,
    merged_sha: change.mergedSha,
    review: reviewDecision(change),
    check: checkSummary(change),
    reviews: reviews.map(({ id, author, decision, body, headSha, at }) => ({
      id,
      author,
      decision,
      body,
      head_sha: headSha,
      at: instant(at),
    })),
    comments: comments.map(({ id, author, body, at, topic }) => ({ id, author, body, at: instant(at), topic })),
    checks: checks.map(({ name, headSha, status, required, summary }) => ({
      name,
      head_sha: headSha,
      status,
      required,
      summary,
    })),
    updated_at: instant(change.updatedAt),
  };
}

/** Epoch milliseconds as ISO 8601. */
export function instant(at: number): string {
  return new Date(at).toISOString();
}
