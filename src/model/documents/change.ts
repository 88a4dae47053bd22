import { type Change, type ChangeCheck, type ChangeReview, checkSummary, reviewDecision } from "../change.ts";

/** A change of the forge, for `change list --json`, `change show --json` and `GET /api/v2/changes`. Instants are ISO 8601 in UTC. */
export interface ChangeDocument {
  readonly id: string;
  readonly url: string | null;
  readonly title: string;
  readonly body: string;
  readonly branch: string;
  readonly base: string;
  readonly head_sha: string;
  readonly base_sha: string | null;
  readonly state: Change["state"];
  readonly draft: boolean;
  readonly mergeability: Change["mergeability"];
  readonly merged_sha: string | null;
  /** What the reviews of the present head come to. */
  readonly review: "approved" | "changes_requested" | "none";
  /** What the required checks of the present head come to. */
  readonly check: "passed" | "failed" | "pending" | "none";
  /** Newest last. One with another `head_sha` than the change's is outdated. */
  readonly reviews: readonly {
    readonly id: string;
    readonly author: string;
    readonly decision: ChangeReview["decision"];
    readonly body: string;
    readonly head_sha: string;
    readonly at: string;
  }[];
  readonly comments: readonly {
    readonly id: string;
    readonly author: string;
    readonly body: string;
    readonly at: string;
    readonly topic: string | null;
  }[];
  readonly checks: readonly {
    readonly name: string;
    readonly head_sha: string;
    readonly status: ChangeCheck["status"];
    readonly required: boolean;
    readonly summary: string;
  }[];
  readonly updated_at: string;
}

/** A change as people and programs outside see it. */
export function changeDocument(change: Change): ChangeDocument {
  const { reviews, comments, checks } = change;
  return {
    id: change.id,
    url: change.url,
    title: change.title,
    body: change.body,
    branch: change.branch,
    base: change.base,
    head_sha: change.headSha,
    base_sha: change.baseSha,
    state: change.state,
    draft: change.draft,
    mergeability: change.mergeability,
    merged_sha: change.mergedSha,
    review: reviewDecision(change),
    check: checkSummary(change),
    reviews: reviews.map(({ id, author, decision, body, headSha, at }) => ({
      ...{ id, author, decision, body },
      head_sha: headSha,
      at: instant(at),
    })),
    comments: comments.map(({ id, author, body, at, topic }) => ({ id, author, body, at: instant(at), topic })),
    checks: checks.map(({ name, headSha, status, required, summary }) => ({
      name,
      head_sha: headSha,
      ...{ status, required, summary },
    })),
    updated_at: instant(change.updatedAt),
  };
}

function instant(at: number): string {
  return new Date(at).toISOString();
}
