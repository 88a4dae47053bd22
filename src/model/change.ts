/** A pull or merge request as a forge shows it. */
export interface Change {
  /** Stable within the forge's repository, e.g. a number as text. */
  readonly id: string;
  readonly url: string | null;
  readonly title: string;
  readonly body: string;
  readonly branch: string;
  readonly base: string;
  /** The commit that reviews and checks speak about. */
  readonly headSha: string;
  readonly baseSha: string | null;
  readonly state: "open" | "merged" | "closed";
  readonly draft: boolean;
  readonly mergeability: "clean" | "conflict" | "behind" | "unknown";
  readonly mergedSha: string | null;
  /** Newest last; one per author counts, the last one. */
  readonly reviews: readonly ChangeReview[];
  readonly comments: readonly ChangeComment[];
  readonly checks: readonly ChangeCheck[];
  /** Whether its branch lives in another repository than its base. Absent: it does not. */
  readonly foreign?: boolean;
  /** Threads of reviews, where the forge has them; absent: none. */
  readonly threads?: readonly ChangeThread[];
  readonly labels?: readonly string[];
  /** Why the forge itself would not merge it now, in its words; absent or empty: nothing is in the way. */
  readonly blockers?: readonly string[];
  /** Epoch milliseconds. */
  readonly updatedAt: number;
}

/**
 * How far an author may be believed: `self` is this instance, `member` may write to the repository or project, `outsider` may not. Absent:
 * unknown, which counts as outsider.
 */
export type AuthorTrust = "self" | "member" | "bot" | "outsider";

/** A thread of remarks on a place in the change. */
export interface ChangeThread {
  readonly id: string;
  readonly path: string | null;
  readonly line: number | null;
  readonly resolved: boolean;
  readonly comments: readonly ChangeComment[];
}

/** A review. One that speaks about another head than the change's is outdated. */
export interface ChangeReview {
  readonly id: string;
  readonly author: string;
  readonly decision: "approved" | "changes_requested" | "commented";
  readonly body: string;
  readonly headSha: string;
  readonly at: number;
  readonly trust?: AuthorTrust;
  readonly url?: string | null;
}

/** A remark on a change. `topic` is set on those that Maestro keeps itself. */
export interface ChangeComment {
  readonly id: string;
  readonly author: string;
  readonly body: string;
  readonly at: number;
  readonly topic: string | null;
  readonly trust?: AuthorTrust;
  readonly url?: string | null;
}

/** A check of one head: CI, or one that the host ran and published. */
export interface ChangeCheck {
  readonly name: string;
  readonly headSha: string;
  readonly status: "pending" | "passed" | "failed";
  readonly required: boolean;
  readonly summary: string;
  readonly url?: string | null;
}

/** Whether a person spoke who belongs to the project. Neither Maestro itself nor a bot nor a stranger decides anything. */
export function isHuman(trust: AuthorTrust | undefined): boolean {
  return trust === "member";
}

/** What the reviews of the present head by members come to: the last word of each author, a request for changes outweighs. */
export function reviewDecision(change: Change): "approved" | "changes_requested" | "none" {
  const lastWords = new Map<string, ChangeReview["decision"]>();
  for (const review of change.reviews) {
    if (isHuman(review.trust) && review.headSha === change.headSha && review.decision !== "commented") {
      lastWords.set(review.author, review.decision);
    }
  }
  const words = [...lastWords.values()];
  if (words.includes("changes_requested")) return "changes_requested";
  return words.includes("approved") ? "approved" : "none";
}

/** What the checks of the present head come to; `none` when there are none. */
export function checkSummary(change: Change): "passed" | "failed" | "pending" | "none" {
  const checks = change.checks.filter((check) => check.headSha === change.headSha && check.required);
  if (checks.length === 0) return "none";
  if (checks.some((check) => check.status === "failed")) return "failed";
  return checks.some((check) => check.status === "pending") ? "pending" : "passed";
}
