import type { CallOptions } from "../../contracts/outside.ts";
import { type GithubClient, unlessAbsent } from "../../github/index.ts";
import { type Issue, sameState, stateKey } from "../../model/issue.ts";
import type { Board } from "./board.ts";
import { unknownIssue } from "./errors.ts";
import { type IssueView, labelsOf, stateNow, toIssue } from "./map.ts";
import type { GithubTrackerSettings } from "./options.ts";
import type { RestIssue } from "./schema.ts";
import { validatePullMark, validateRestIssue, validateRestLabel } from "./schema.gen.ts";
import { CLOSED, isClosing, labelOf, stateLabels } from "./states.ts";

/** Reads issues. Pull requests, which GitHub lists as issues too, are none. */
export class IssueReader {
  readonly #client: GithubClient;
  readonly #settings: GithubTrackerSettings;
  readonly #board: Board | null;

  /** `board` is where states come from when they are no labels. */
  constructor(client: GithubClient, settings: GithubTrackerSettings, board: Board | null) {
    this.#client = client;
    this.#board = board;
    this.#settings = settings;
  }

  /** Those in scope and in one of the states. What cannot be read is left out. */
  async inStates(states: readonly string[], options: CallOptions): Promise<Issue[]> {
    const wanted = new Set(states.map(stateKey));
    const found = new Map<number, RestIssue>();
    for (const query of await this.#queries(states, options)) {
      for (const issue of await this.#list(query, options)) found.set(issue.number, issue);
    }
    const shown = [...found.values()].filter((issue) => wanted.has(stateKey(stateNow(issue, this.#settings))));
    return this.complete(shown, options);
  }

  /** Those of the numbers that are issues in scope. Throws `tracker_response` for one that cannot be read. */
  async numbered(numbers: readonly number[], options: CallOptions): Promise<Issue[]> {
    const read = await Promise.all(numbers.map((number) => this.find(number, options)));
    return this.complete(
      read.filter((issue) => issue !== undefined).filter((issue) => this.#isInScope(issue)),
      options,
    );
  }

  /** The issue as GitHub shows it, in scope or not; `undefined` when there is none. */
  async find(number: number, options: CallOptions, isFresh = false): Promise<RestIssue | undefined> {
    const route = "GET /repos/{owner}/{repo}/issues/{issue_number}";
    const asked = this.#client.get(route, { issue_number: number }, options);
    const answer = await unlessAbsent(this.#client, asked, options);
    if (answer === undefined || validatePullMark(answer)) return undefined;
    if (!validateRestIssue(answer)) throw this.#client.unreadable(route);
    // An issue that moved to another repository has another number there, and is none of ours any more.
    if (answer.number !== number) return undefined;
    return (await this.#placed([answer], isFresh, options))[0];
  }

  /** The issue that a verb speaks of. Throws `tracker_not_found`. */
  async get(issueId: string, options: CallOptions): Promise<RestIssue> {
    const number = numberOf(issueId);
    const issue = number === undefined ? undefined : await this.find(number, options, true);
    if (issue === undefined) throw unknownIssue(issueId);
    return issue;
  }

  /** The issues with what blocks them. */
  async complete(issues: readonly RestIssue[], options: CallOptions): Promise<Issue[]> {
    const settings = this.#settings;
    const { owner, name } = this.#client.place;
    const self = settings.assignee === "me" ? await this.#client.self(options) : null;
    const view: IssueView = { settings, repository: `${owner}/${name}`, self };
    const blockers = await Promise.all(issues.map((issue) => this.#blockers(issue, options)));
    return issues.map((issue, at) => toIssue(issue, blockers[at] ?? [], view));
  }

  /** Asked only where there are some, and free of charge while they do not change. */
  async #blockers(issue: RestIssue, options: CallOptions): Promise<RestIssue[]> {
    if ((issue.issue_dependencies_summary?.total_blocked_by ?? 0) === 0) return [];
    const route = "GET /repos/{owner}/{repo}/issues/{issue_number}/dependencies/blocked_by";
    const found = await this.#client.list(route, { issue_number: issue.number }, options);
    const blockers = found.map((blocker) => {
      if (!validateRestIssue(blocker)) throw this.#client.unreadable(route);
      return blocker;
    });
    return this.#placed(blockers, false, options);
  }

  /** On a board, the column counts as the one label of a state, and labels that look like one do not. */
  async #placed(issues: readonly RestIssue[], isFresh: boolean, options: CallOptions): Promise<RestIssue[]> {
    if (this.#board === null) return [...issues];
    const { states: rules } = this.#settings;
    const states = await this.#board.states(isFresh, options);
    return issues.map((issue) => {
      const names = labelsOf(issue);
      const looks = new Set(stateLabels(rules, names));
      const state = states.get(issue.number);
      const own = state === undefined ? [] : [`${rules.prefix}${state}`];
      return { ...issue, labels: [...names.filter((name) => !looks.has(name)), ...own] };
    });
  }

  async #list(query: Readonly<Record<string, string>>, options: CallOptions): Promise<RestIssue[]> {
    const params = { sort: "created", direction: "asc", ...query };
    const found = await this.#client.list("GET /repos/{owner}/{repo}/issues", params, options);
    const issues = found.filter((one) => !validatePullMark(one)).filter((one) => validateRestIssue(one));
    return this.#placed(
      issues.filter((issue) => this.#isInScope(issue)),
      false,
      options,
    );
  }

  /** The names of the repository's labels. */
  async labels(options: CallOptions): Promise<string[]> {
    const found = await this.#client.list("GET /repos/{owner}/{repo}/labels", {}, options);
    return found.filter((label) => validateRestLabel(label)).map(({ name }) => name);
  }

  /** The lists that hold all issues in these states. GitHub takes several labels as all of them, never as any. */
  async #queries(states: readonly string[], options: CallOptions): Promise<Readonly<Record<string, string>>[]> {
    const rules = this.#settings.states;
    const queryOf = (state: string, more: readonly string[]): Record<string, string> => {
      const all = [...this.#settings.labels, ...more];
      return { state, ...(all.length === 0 ? {} : { labels: all.join(",") }) };
    };
    const closing = states.filter((state) => isClosing(rules, state));
    const open = states.some((state) => !sameState(state, CLOSED)) ? [queryOf("open", [])] : [];
    if (closing.length === 0) return open;
    if (this.#board !== null || closing.some((state) => sameState(state, CLOSED)))
      return [...open, queryOf("closed", [])];
    // Spelt as they are there; a label that is not there is on no issue.
    const present = await this.labels(options);
    const wanted = closing.map((state) => labelOf(rules, state) ?? "");
    const labels = present.filter((name) => wanted.some((label) => sameState(label, name)));
    return [...open, ...labels.map((label) => queryOf("closed", [label]))];
  }

  #isInScope(issue: RestIssue): boolean {
    const present = new Set(labelsOf(issue).map((label) => label.toLowerCase()));
    return this.#settings.labels.every((label) => present.has(label.toLowerCase()));
  }
}

/** The number that an issue's id is. */
export function numberOf(issueId: string): number | undefined {
  return /^[1-9]\d{0,8}$/.test(issueId) ? Number(issueId) : undefined;
}
