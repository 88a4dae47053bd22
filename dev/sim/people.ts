import type { Forge } from "../../src/contracts/forge.ts";
import type { Tracker } from "../../src/contracts/tracker.ts";
import type { Random } from "../../src/base/random.ts";
import type { Issue } from "../../src/model/issue.ts";

/** States that people move cards to, some more often than others. */
const STATES = ["Todo", "Todo", "In Progress", "In Review", "Merging", "Rework", "Done", "Canceled"];
const OPT_OUT = "maestro:manual-only";
const ATTENTION = "maestro:needs-attention";

/** People who edit tracker and forge at random, with clients of their own. */
export class People {
  readonly #tracker: Tracker;
  readonly #forge: Forge;
  readonly #random: Random;
  readonly #signal = new AbortController().signal;
  #created = 0;

  constructor(tracker: Tracker, forge: Forge, random: Random) {
    this.#tracker = tracker;
    this.#forge = forge;
    this.#random = random;
  }

  async issues(): Promise<readonly Issue[]> {
    return this.#tracker.issuesByStates([...new Set(STATES)], { signal: this.#signal });
  }

  /** A new card; sometimes it is blocked by an older one. */
  async create(): Promise<void> {
    this.#created += 1;
    const blockedBy = this.#created > 1 && this.#random.next() < 0.2 ? [`MEM-${this.#created - 1}`] : [];
    await this.#tracker.create(
      {
        title: `Issue ${this.#created}`,
        description: null,
        state: "Todo",
        labels: [],
        priority: 1 + this.#random.integer(4),
        blockedBy,
      },
      { signal: this.#signal },
    );
  }

  /** One random act. */
  async act(): Promise<void> {
    const acts = [
      () => this.#move(),
      () => this.#label(),
      () => this.#review(),
      () => this.#review(),
      () => this.#answer(),
    ];
    await this.#random.pick(acts)();
  }

  /** What patient people do in the end: everybody gets what they wait for. */
  async help(): Promise<void> {
    for (const issue of await this.issues()) {
      const remove = issue.labels.filter((label) => label === OPT_OUT || label === ATTENTION);
      if (remove.length > 0) await this.#tracker.label(issue.id, { add: [], remove }, { signal: this.#signal });
    }
    for (const change of await this.#forge.list({ state: "open" }, { signal: this.#signal })) {
      await this.#forge.review(
        change.id,
        { author: "ann", decision: "approved", body: "good" },
        { signal: this.#signal },
      );
    }
  }

  /** Cards that people parked in review by hand go back to work, so that nothing waits for a change that does not exist. */
  async restart(issue: Issue): Promise<void> {
    await this.#tracker.move(issue.id, { to: "Todo", from: issue.state }, { signal: this.#signal });
  }

  async #move(): Promise<void> {
    const issue = await this.#anyIssue();
    if (issue !== undefined)
      await this.#tracker.move(
        issue.id,
        { to: this.#random.pick(STATES), from: issue.state },
        { signal: this.#signal },
      );
  }

  async #label(): Promise<void> {
    const issue = await this.#anyIssue();
    if (issue === undefined) return;
    const has = issue.labels.includes(OPT_OUT);
    await this.#tracker.label(issue.id, has ? { add: [], remove: [OPT_OUT] } : { add: [OPT_OUT], remove: [] }, {
      signal: this.#signal,
    });
  }

  async #answer(): Promise<void> {
    const asking = (await this.issues()).filter((issue) => issue.labels.includes(ATTENTION));
    const [issue] = asking;
    if (issue === undefined) return;
    if (this.#random.next() < 0.5) await this.#tracker.comment(issue.id, "Blue.", "ann", { signal: this.#signal });
    else await this.#tracker.label(issue.id, { add: [], remove: [ATTENTION] }, { signal: this.#signal });
  }

  async #review(): Promise<void> {
    const changes = await this.#forge.list({ state: "open" }, { signal: this.#signal });
    if (changes.length === 0) return;
    const decision = this.#random.next() < 0.6 ? "approved" : "changes_requested";
    await this.#forge.review(
      this.#random.pick(changes).id,
      { author: "ann", decision, body: "please" },
      { signal: this.#signal },
    );
  }

  async #anyIssue(): Promise<Issue | undefined> {
    const issues = await this.issues();
    return issues.length === 0 ? undefined : this.#random.pick(issues);
  }
}
