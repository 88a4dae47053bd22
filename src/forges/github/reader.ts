import type { Clock } from "../../base/clock.ts";
import type { CallOptions } from "../../contracts/outside.ts";
import type { GithubClient } from "../../github/index.ts";
import type { Change } from "../../model/change.ts";
import { changesDocument, MORE_CHECKS, MORE_THREADS } from "./documents.ts";
import { toChange } from "./map.ts";
import type { BranchRuleBook } from "./rules.ts";
import type { ListedPull, Pull } from "./schema.ts";
import { validateChangesAnswer, validateListedPull, validateMoreAnswer } from "./schema.gen.ts";

/** A change with what only GitHub's own verbs need of it. */
export interface SeenChange {
  readonly change: Change;
  readonly number: number;
  readonly nodeId: string;
  readonly isQueued: boolean;
  /** The credential's own login. */
  readonly self: string;
}

/** Changes in one document: GitHub limits what a document may come to. */
const AT_ONCE = 20;
/** GitHub works out whether branches merge when it is asked for the first time; this long after, it mostly knows. Milliseconds. */
const WORK_OUT_MS = 1_000;
/** The heads that were looked at twice, kept for so many changes. */
const MOST_LOOKS = 1_000;

/** Reads changes: any number of them by one document. */
export class ChangeReader {
  readonly #client: GithubClient;
  readonly #rules: BranchRuleBook;
  readonly #clock: Clock;
  readonly #required: readonly string[] | null;
  /** For which two commits the mergeability was waited for. */
  readonly #looks = new Map<number, string>();

  /** `required`: the checks that count, when the options name them. */
  constructor(client: GithubClient, rules: BranchRuleBook, clock: Clock, required: readonly string[] | null) {
    this.#client = client;
    this.#rules = rules;
    this.#clock = clock;
    this.#required = required;
  }

  /** Those that there are, in the order of their numbers. */
  async read(numbers: readonly number[], options: CallOptions): Promise<SeenChange[]> {
    const seen: SeenChange[] = [];
    for (let from = 0; from < numbers.length; from += AT_ONCE) {
      seen.push(...(await this.#settled(numbers.slice(from, from + AT_ONCE), options)));
    }
    return seen.sort((a, b) => a.number - b.number);
  }

  /** Numbers of the pull requests from a branch of this repository, newest first. */
  async from(branch: string, state: "open" | "all", options: CallOptions): Promise<number[]> {
    const head = `${this.#client.place.owner}:${branch}`;
    const params = { head, state, sort: "created", direction: "desc", per_page: 20 };
    const route = "GET /repos/{owner}/{repo}/pulls";
    const answer = await this.#client.get(route, params, options);
    if (!Array.isArray(answer)) throw this.#client.unreadable(route);
    return answer
      .map((one) => this.#listed(one, route))
      .filter((one) => this.#isOurs(one, branch))
      .map(({ number }) => number);
  }

  /** Numbers of all pull requests in a state. */
  async numbers(state: Change["state"] | null, options: CallOptions): Promise<number[]> {
    const route = "GET /repos/{owner}/{repo}/pulls";
    const asked = state === null ? "all" : state === "open" ? "open" : "closed";
    const params = { state: asked, sort: "created", direction: "asc" };
    const listed = (await this.#client.list(route, params, options)).map((one) => this.#listed(one, route));
    const isWanted = ({ merged_at }: ListedPull): boolean =>
      asked !== "closed" || (merged_at == null) === (state === "closed");
    return listed.filter(isWanted).map(({ number }) => number);
  }

  /** Asks again, once, for those of which GitHub does not know yet whether they merge. */
  async #settled(numbers: readonly number[], options: CallOptions): Promise<SeenChange[]> {
    const first = await this.#once(numbers, options);
    const open = first.filter(({ change }) => change.state === "open" && change.mergeability === "unknown");
    const unknown = open.filter(({ number, change }) => this.#looks.get(number) !== headsOf(change));
    if (unknown.length === 0) return first;
    if (this.#looks.size > MOST_LOOKS) this.#looks.clear();
    for (const { number, change } of unknown) this.#looks.set(number, headsOf(change));
    await this.#clock.sleep(WORK_OUT_MS, options.signal);
    const asked = unknown.map(({ number }) => number);
    const second = await this.#once(asked, options);
    return [...first.filter(({ number }) => !asked.includes(number)), ...second];
  }

  async #once(numbers: readonly number[], options: CallOptions): Promise<SeenChange[]> {
    const { owner, name } = this.#client.place;
    const document = changesDocument(numbers);
    const { data, errors } = await this.#client.query(document, { owner, name }, options);
    // A number that is no pull request is an error beside the others' data.
    const others = errors.filter(({ type, path }) => type !== "NOT_FOUND" || path?.length !== 2);
    if (others.length > 0) throw this.#client.refusal(document, others);
    if (!validateChangesAnswer(data)) throw this.#client.unreadable("Changes");
    const seen: SeenChange[] = [];
    for (const pull of Object.values(data.repository)) {
      if (pull !== null) seen.push(await this.#seen(pull, data.viewer.login, options));
    }
    return seen;
  }

  async #seen(pull: Pull, self: string, options: CallOptions): Promise<SeenChange> {
    const whole = await this.#whole(pull, options);
    const rules = pull.state === "OPEN" ? await this.#rules.recent(pull.baseRefName, options) : null;
    const requiredChecks = this.#required ?? rules?.requiredChecks ?? null;
    const change = toChange(whole, { self, requiredChecks, rules, isChosen: this.#required !== null });
    return { change, number: pull.number, nodeId: pull.id, isQueued: pull.isInMergeQueue, self };
  }

  /** The pull request with all of its threads and checks. */
  async #whole(pull: Pull, options: CallOptions): Promise<Pull> {
    const { id, number } = pull;
    const threads = { ...pull.reviewThreads, nodes: [...pull.reviewThreads.nodes] };
    while (threads.pageInfo.hasNextPage) {
      const node = await this.#more(MORE_THREADS, { id, after: threads.pageInfo.endCursor }, options);
      if (node.reviewThreads === undefined) throw this.#client.unreadable("MoreThreads");
      threads.nodes.push(...node.reviewThreads.nodes);
      threads.pageInfo = node.reviewThreads.pageInfo;
    }
    const commit = pull.commits.nodes.at(-1)?.commit;
    const contexts = commit?.statusCheckRollup?.contexts;
    if (commit === undefined || contexts?.pageInfo.hasNextPage !== true) return { ...pull, reviewThreads: threads };
    const all = { ...contexts, nodes: [...contexts.nodes] };
    while (all.pageInfo.hasNextPage) {
      const node = await this.#more(MORE_CHECKS, { id, number, after: all.pageInfo.endCursor }, options);
      const next = node.commits?.nodes.at(-1)?.commit.statusCheckRollup?.contexts;
      if (next === undefined) throw this.#client.unreadable("MoreChecks");
      all.nodes.push(...next.nodes);
      all.pageInfo = next.pageInfo;
    }
    const commits = { nodes: [{ commit: { ...commit, statusCheckRollup: { contexts: all } } }] };
    return { ...pull, reviewThreads: threads, commits };
  }

  async #more(document: string, variables: Readonly<Record<string, unknown>>, options: CallOptions) {
    const { data, errors } = await this.#client.query(document, variables, options);
    if (errors.length > 0) throw this.#client.refusal(document, errors);
    if (!validateMoreAnswer(data)) throw this.#client.unreadable("further pages");
    return data.node;
  }

  #listed(value: unknown, route: string): ListedPull {
    if (!validateListedPull(value)) throw this.#client.unreadable(route);
    return value;
  }

  /** A fork may have a branch of the same name. */
  #isOurs({ head }: ListedPull, branch: string): boolean {
    const { owner, name } = this.#client.place;
    const isHere = head.repo == null || head.repo.full_name.toLowerCase() === `${owner}/${name}`.toLowerCase();
    return isHere && head.ref === branch;
  }
}

function headsOf({ headSha, baseSha }: Change): string {
  return `${headSha}@${baseSha ?? ""}`;
}
