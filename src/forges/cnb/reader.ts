import type { Clock } from "../../base/clock.ts";
import { isMaestroError } from "../../base/errors.ts";
import { KeyedMutex } from "../../base/mutex.ts";
import type { CallOptions } from "../../contracts/outside.ts";
import type { Change } from "../../model/change.ts";
import { parseInstant } from "../../model/issue.ts";
import type { CnbApi } from "./api.ts";
import type { CommitBook } from "./commits.ts";
import { branchOf, stateOf, toChange, type WholePull } from "./map.ts";
import { WriterBook } from "./people.ts";
import { LOST_HEAD, ReviewHeads } from "./review-heads.ts";
import type { CommitStatuses, ListedPull, Pull, Remark, Review, ReviewRemark } from "./schema.ts";
import {
  validateCommitStatuses,
  validateListedPull,
  validatePull,
  validateRemark,
  validateReview,
  validateReviewRemark,
} from "./schema.gen.ts";

/** A change with what only CNB's own verbs need of it. */
export interface SeenChange {
  readonly change: Change;
  readonly pull: Pull;
  readonly remarks: readonly Remark[];
  /** The token's own user name. */
  readonly self: string;
}

interface FoundReview {
  readonly review: Review;
  readonly remarks: readonly ReviewRemark[];
}

/** Pull requests that are asked for in one request. */
const AT_ONCE = 50;
/** CNB works out whether branches merge when it is asked for the first time; this long after, it mostly knows. Milliseconds. */
const WORK_OUT_MS = 1_000;

/** Reads changes: what lists tell of many at once, then each with its statuses, reviews and remarks. */
export class ChangeReader {
  readonly writers: WriterBook;
  readonly #api: CnbApi;
  readonly #clock: Clock;
  readonly #commits: CommitBook;
  readonly #required: readonly string[] | null;
  readonly #heads = new ReviewHeads();
  /** Two looks at one change must not end in another order than they began. */
  readonly #turns = new KeyedMutex();

  /** `required`: the checks that count, when the options name them. */
  constructor(api: CnbApi, commits: CommitBook, clock: Clock, required: readonly string[] | null) {
    this.#api = api;
    this.#clock = clock;
    this.#commits = commits;
    this.#required = required;
    this.writers = new WriterBook(api, clock);
  }

  /** Those that there are, each once, in the order of their numbers. */
  async read(numbers: readonly string[], options: CallOptions): Promise<SeenChange[]> {
    const seen: SeenChange[] = [];
    for (let from = 0; from < numbers.length; from += AT_ONCE) {
      const query = { n: numbers.slice(from, from + AT_ONCE) };
      const listed = await this.#api.get("/pull-in-batch", isListed, options, query);
      for (const one of listed) seen.push(await this.#whole(one, options));
    }
    return seen.sort((a, b) => Number(a.pull.number) - Number(b.pull.number));
  }

  /** A pull request by itself; `undefined` when there is none. */
  async pull(number: string, options: CallOptions): Promise<Pull | undefined> {
    try {
      return await this.#api.get(`/pulls/${number}`, validatePull, options);
    } catch (error) {
      if (isMaestroError(error) && error.code === "forge_not_found") return undefined;
      throw error;
    }
  }

  /** Pull requests of this repository in a state, newest last; from one branch only, when it is named. CNB itself cannot look for a branch. */
  async list(asked: "open" | "closed" | "all", branch: string | null, options: CallOptions): Promise<ListedPull[]> {
    const listed = await this.#api.list("/pulls", validateListedPull, options, { state: asked });
    // A list that moves while it is read may show one twice.
    const each = new Map(listed.map((pull): [string, ListedPull] => [pull.number, pull]));
    return [...each.values()]
      .filter((pull) => branch === null || (branchOf(pull.head.ref) === branch && this.#isOurs(pull)))
      .sort((a, b) => Number(a.number) - Number(b.number));
  }

  async #whole(listed: ListedPull, options: CallOptions): Promise<SeenChange> {
    const read = () => this.#read(listed, options);
    return this.#turns.run(listed.number, read, options.signal);
  }

  async #read(listed: ListedPull, options: CallOptions): Promise<SeenChange> {
    const { number } = listed;
    const path = `/pulls/${number}`;
    // The head first: a review that is seen afterwards may be about an older one, never about a newer one.
    const pull = await this.#settled(path, options);
    const [self, writers, statuses, remarks, reviews] = await Promise.all([
      this.#api.self(options),
      this.writers.recent(options),
      this.#api.get(`${path}/commit-statuses`, validateCommitStatuses, options),
      this.#api.list(`${path}/comments`, validateRemark, options),
      this.#reviews(number, options),
    ]);
    const mergedSha = stateOf(pull) === "merged" ? await this.#commits.mergedAs(pull, options) : null;
    const assigned = await this.#assign(pull, statuses, reviews, options);
    const whole: WholePull = { pull, listed, statuses, remarks, reviews: assigned, mergedSha };
    const { webUrl, repository } = this.#api.place;
    const view = { self, writers, requiredChecks: this.#required, webUrl: `${webUrl}/${repository}` };
    return { change: toChange(whole, view), pull, remarks, self };
  }

  /** Asks again, once, while CNB does not know whether the branches merge. */
  async #settled(path: string, options: CallOptions): Promise<Pull> {
    const first = await this.#api.get(path, validatePull, options);
    if (stateOf(first) !== "open" || first.mergeable_state !== "checking") return first;
    await this.#clock.sleep(WORK_OUT_MS, options.signal);
    return this.#api.get(path, validatePull, options);
  }

  async #reviews(number: string, options: CallOptions): Promise<readonly FoundReview[]> {
    const path = `/pulls/${number}/reviews`;
    const found: FoundReview[] = [];
    for (const review of await this.#api.list(path, validateReview, options)) {
      const own = `${path}/${review.id}/comments`;
      found.push({ review, remarks: await this.#api.list(own, validateReviewRemark, options) });
    }
    return found;
  }

  /** The reviews with the commits that they are about. */
  async #assign(
    { number, head }: Pull,
    { sha, statuses }: CommitStatuses,
    found: readonly FoundReview[],
    options: CallOptions,
  ): Promise<WholePull["reviews"]> {
    const dated = found.map(({ review, remarks }) => {
      const first = remarks.find(({ reply_to_comment_id: above }) => above == null || above === "");
      return { id: review.id, at: parseInstant(review.created_at) ?? 0, told: first?.commit_hash || null };
    });
    const instants = (statuses ?? []).map(({ created_at }) => parseInstant(created_at)).filter((at) => at !== null);
    const heads = await this.#heads.assign(number, head.sha, dated, {
      checkedAt: sha === head.sha && instants.length > 0 ? Math.min(...instants) : null,
      committedAt: () => this.#commits.committedAt(head.sha, options),
    });
    return found.map((one) => ({ ...one, headSha: heads.get(one.review.id) ?? LOST_HEAD }));
  }

  /** A fork may have a branch of the same name. */
  #isOurs({ head }: ListedPull): boolean {
    return head.repo == null || head.repo.path.toLowerCase() === this.#api.place.repository.toLowerCase();
  }
}

function isListed(value: unknown): value is ListedPull[] {
  return Array.isArray(value) && value.every((one) => validateListedPull(one));
}
