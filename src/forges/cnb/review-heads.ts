/** A review as far as it tells when it was made. */
export interface DatedReview {
  readonly id: string;
  /** Epoch milliseconds, of which CNB tells whole seconds. */
  readonly at: number;
  /** The commit that its remarks name; `null`: it has none that do. */
  readonly told: string | null;
}

/** The commit of a review that is about a head nobody knows any more. */
export const LOST_HEAD = "0".repeat(40);
/** Changes that are remembered. */
const MOST_CHANGES = 1_000;
/** Instants are told in whole seconds. */
const SECOND_MS = 1_000;

interface Look {
  readonly headSha: string;
  readonly reviews: ReadonlyMap<string, string>;
}

/** What is known of the present head's age. */
export interface HeadAge {
  /** When CI first spoke of it: it was there by then. Epoch milliseconds; `null`: not yet. */
  readonly checkedAt: number | null;
  /** When it was committed, as the commit itself says; asked at the first look at a change that has reviews already. */
  readonly committedAt: () => Promise<number | null>;
}

/**
 * Finds out which head a review is about, because CNB does not say it and keeps approvals when the head moves: the head that its remarks
 * name; the present one if CI had spoken of it before, or it was the head at the look before already; else the head at the look before. At
 * the first look at all it is the present one if its commit is older than the review. In doubt it is about an older one: another approval is
 * a lesser harm than a merge that nobody approved.
 */
export class ReviewHeads {
  readonly #looks = new Map<string, Look>();

  /** The commit of each review, by the review's id. */
  async assign(
    change: string,
    headSha: string,
    reviews: readonly DatedReview[],
    age: HeadAge,
  ): Promise<ReadonlyMap<string, string>> {
    const before = this.#looks.get(change);
    const heads = new Map<string, string>();
    for (const review of reviews) {
      const known = review.told ?? before?.reviews.get(review.id);
      heads.set(review.id, known ?? (await newHead(review.at, headSha, before, age)));
    }
    if (this.#looks.size >= MOST_CHANGES && before === undefined) this.#looks.clear();
    this.#looks.set(change, { headSha, reviews: heads });
    return heads;
  }
}

/** The commit of a review that was not there at the look before. */
async function newHead(
  at: number,
  headSha: string,
  before: Look | undefined,
  { checkedAt, committedAt }: HeadAge,
): Promise<string> {
  if (checkedAt !== null && at >= checkedAt) return headSha;
  if (before !== undefined) return before.headSha;
  const committed = await committedAt();
  return committed !== null && at + SECOND_MS > committed ? headSha : LOST_HEAD;
}
