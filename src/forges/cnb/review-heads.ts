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

/**
 * Finds out which head a review is about, because CNB does not say it and keeps approvals when the head moves: the head that its remarks
 * name, else the one at the look before it appeared, else (first look at all) the present one if its commit is older than the review. In
 * doubt it is about an older one: another approval is a lesser harm than a merge that nobody approved.
 */
export class ReviewHeads {
  readonly #looks = new Map<string, Look>();

  /** The commit of each review, by the review's id. `committedAt` is asked at the first look at a change that has reviews already. */
  async assign(
    change: string,
    headSha: string,
    reviews: readonly DatedReview[],
    committedAt: () => Promise<number | null>,
  ): Promise<ReadonlyMap<string, string>> {
    const before = this.#looks.get(change);
    const heads = new Map<string, string>();
    for (const { id, at, told } of reviews) {
      const known = told ?? before?.reviews.get(id) ?? before?.headSha;
      heads.set(id, known ?? ((await isAfter(at, committedAt)) ? headSha : LOST_HEAD));
    }
    if (this.#looks.size >= MOST_CHANGES && before === undefined) this.#looks.clear();
    this.#looks.set(change, { headSha, reviews: heads });
    return heads;
  }
}

async function isAfter(at: number, committedAt: () => Promise<number | null>): Promise<boolean> {
  const committed = await committedAt();
  return committed !== null && at + SECOND_MS > committed;
}
