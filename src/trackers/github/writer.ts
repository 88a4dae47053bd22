import { isMaestroError } from "../../base/errors.ts";
import type { CallOptions } from "../../contracts/outside.ts";
import type { IssueDraft, IssueUpdate, MoveResult } from "../../contracts/tracker.ts";
import type { GithubClient } from "../../github/index.ts";
import { sameState } from "../../model/issue.ts";
import type { Board } from "./board.ts";
import { impossible, unknownIssue, unknownState } from "./errors.ts";
import { isPriority, labelsOf, priorityLabel, stateNow } from "./map.ts";
import type { GithubTrackerSettings } from "./options.ts";
import { type IssueReader, numberOf } from "./reader.ts";
import type { RestIssue } from "./schema.ts";
import { validateRestIssue } from "./schema.gen.ts";
import { closingReason, isClosing, labelOf, OPEN, stateLabels } from "./states.ts";

const ISSUE = "/repos/{owner}/{repo}/issues/{issue_number}";

/** Changes issues. Labels are added and removed one by one, never set as a whole, so that nobody else's is lost. */
export class IssueWriter {
  readonly #client: GithubClient;
  readonly #reader: IssueReader;
  readonly #settings: GithubTrackerSettings;
  readonly #board: Board | null;

  constructor(client: GithubClient, reader: IssueReader, settings: GithubTrackerSettings, board: Board | null) {
    this.#board = board;
    this.#client = client;
    this.#reader = reader;
    this.#settings = settings;
  }

  /** Moves by compare and set: among the clients of this process by turns, among machines by a second look. */
  async move(
    issueId: string,
    { to, from }: { readonly to: string; readonly from: string | null },
    options: CallOptions,
  ): Promise<MoveResult> {
    const label = this.#labelFor(to);
    const work = async (): Promise<MoveResult> => {
      const issue = await this.#reader.get(issueId, options);
      const state = stateNow(issue, this.#settings);
      if (sameState(state, to) || this.#isBegun(issue, label, from)) {
        await this.#arrive(issue, to, label, options);
        return "already";
      }
      if (from !== null && !sameState(state, from)) return "conflict";
      await this.#arrive(issue, to, label, options);
      return (await this.#isLost(issue, label, options)) ? "conflict" : "moved";
    };
    return this.#client.turn(`issue ${issueId}`, work, options);
  }

  /** Adds and removes labels without touching any other. */
  async label(issueId: string, add: readonly string[], remove: readonly string[], options: CallOptions): Promise<void> {
    const issue = await this.#reader.get(issueId, options);
    const present = labelsOf(issue);
    const has = (label: string): boolean => present.some((name) => sameState(name, label));
    await this.#add(issue.number, add.filter((label) => label.trim() !== "" && !has(label)).map(clean), options);
    const gone = present.filter((name) => remove.some((label) => sameState(label, name)));
    for (const name of gone) await this.#remove(issue.number, name, options);
  }

  async create(draft: IssueDraft, options: CallOptions): Promise<RestIssue> {
    const { title, description, state, priority, blockedBy } = draft;
    if (title.trim() === "") throw impossible("An issue's title must not be blank.");
    const label = this.#labelFor(state);
    const labels = [
      ...(label === null || this.#board !== null ? [] : [label]),
      ...(priority === null ? [] : [priorityLabel(this.#settings, priority)]),
      ...this.#settings.labels,
      ...draft.labels.map(clean),
    ];
    // Before anything is made: a blocker that is not there is the caller's mistake.
    await Promise.all(blockedBy.map((one) => this.#blocker(one, options)));
    const wish = { title, ...(description === null ? {} : { body: description }), labels: [...new Set(labels)] };
    const route = "POST /repos/{owner}/{repo}/issues";
    const made = await this.#client.write(route, wish, options);
    if (!validateRestIssue(made)) throw this.#client.unreadable(route, true);
    return this.finish(await this.#reader.get(String(made.number), options), draft, options);
  }

  /** What a new issue gets after it was made, as far as it is missing: its place on the board, blockers, and being closed. */
  async finish(made: RestIssue, { blockedBy, state }: IssueDraft, options: CallOptions): Promise<RestIssue> {
    const { number } = made;
    const isOpen = made.state === "open" && this.#labelFor(state) !== null;
    if (this.#board !== null && isOpen && !(await this.#board.states(true, options)).has(number)) {
      await this.#board.set(made, state, options);
    }
    const route = `${ISSUE}/dependencies/blocked_by`;
    const present =
      blockedBy.length === 0 ? [] : await this.#client.list(`GET ${route}`, { issue_number: number }, options);
    const ids = new Set(present.filter((one) => validateRestIssue(one)).map(({ id }) => id));
    const blockers = await Promise.all(blockedBy.map((one) => this.#blocker(one, options)));
    for (const { id } of blockers) {
      if (!ids.has(id)) await this.#client.write(`POST ${route}`, { issue_number: number, issue_id: id }, options);
    }
    // One that was made long ago may have been moved since: only its first state is ended here.
    const isUnmoved = made.state === "open" && sameState(stateNow(made, this.#settings), state);
    if (isUnmoved && isClosing(this.#settings.states, state)) await this.#close(number, state, options);
    return this.#reader.get(String(number), options);
  }

  /** Sets what is given and nothing else. */
  async update(issueId: string, change: IssueUpdate, options: CallOptions): Promise<RestIssue> {
    const { title, description, priority, owner, type } = change;
    if (title?.trim() === "") throw impossible("An issue's title must not be blank.");
    const { number } = await this.#reader.get(issueId, options);
    const wish = {
      ...(title === undefined ? {} : { title }),
      ...(description === undefined ? {} : { body: description }),
      ...(owner === undefined ? {} : { assignees: owner === null ? [] : [owner] }),
      ...(type === undefined ? {} : { type }),
    };
    if (Object.keys(wish).length > 0) {
      await this.#client.write(`PATCH ${ISSUE}`, { issue_number: number, ...wish }, options);
    }
    if (priority !== undefined) await this.#prioritise(issueId, priority, options);
    return this.#reader.get(issueId, options);
  }

  async #prioritise(issueId: string, priority: number | null, options: CallOptions): Promise<void> {
    const issue = await this.#reader.get(issueId, options);
    const wanted = priority === null ? null : priorityLabel(this.#settings, priority);
    const old = labelsOf(issue).filter((name) => isPriority(this.#settings, name));
    const gone = old.filter((name) => wanted === null || !sameState(name, wanted));
    await this.label(issueId, wanted === null ? [] : [wanted], gone, options);
  }

  /** The new label is written before the old one goes: where both stand, this move broke off in between. */
  #isBegun(issue: RestIssue, label: string | null, from: string | null): boolean {
    const old = from === null ? null : labelOf(this.#settings.states, from);
    const has = (wanted: string): boolean => labelsOf(issue).some((name) => sameState(name, wanted));
    return label !== null && old != null && has(label) && has(old);
  }

  /**
   * Puts an issue into a state, whatever is missing to it. It is reopened first and closed last, so that what was done in part is never taken for
   * what a person did.
   */
  async #arrive(issue: RestIssue, to: string, label: string | null, options: CallOptions): Promise<void> {
    const { number } = issue;
    const names = labelsOf(issue);
    const isPlaced = this.#board !== null && stateLabels(this.#settings.states, names).length > 0;
    if (isPlaced && sameState(to, OPEN)) throw impossible("An issue on a board stands in one of its columns.");
    const isClosed = isClosing(this.#settings.states, to);
    if (!isClosed && issue.state === "closed") {
      await this.#client.write(`PATCH ${ISSUE}`, { issue_number: number, state: "open" }, options);
    }
    if (this.#board === null) await this.#relabel(issue, label, options);
    else if (label !== null && !names.some((name) => sameState(name, label))) await this.#board.set(issue, to, options);
    if (isClosed && issue.state === "open") await this.#close(number, to, options);
  }

  async #relabel(issue: RestIssue, label: string | null, options: CallOptions): Promise<void> {
    const { number } = issue;
    const names = labelsOf(issue);
    const isThere = label !== null && names.some((name) => sameState(name, label));
    if (label !== null && !isThere) await this.#add(number, [label], options);
    const old = stateLabels(this.#settings.states, names).filter((name) => label === null || !sameState(name, label));
    for (const name of old) await this.#remove(number, name, options);
  }

  /** Whether another machine moved the issue at the same time and comes first by alphabet; then our label goes again. */
  async #isLost(before: RestIssue, label: string | null, options: CallOptions): Promise<boolean> {
    if (label === null) return false;
    const now = stateLabels(this.#settings.states, labelsOf(await this.#reader.get(String(before.number), options)));
    const known = labelsOf(before);
    const others = now.filter((name) => !sameState(name, label) && !known.includes(name));
    // A card stands in one column: who wrote last has it.
    if (this.#board !== null) return others.length > 0;
    if (!others.some((name) => name < label)) return false;
    await this.#remove(before.number, label, options);
    return true;
  }

  async #close(number: number, state: string, options: CallOptions): Promise<void> {
    const wish = { issue_number: number, state: "closed", state_reason: closingReason(state) };
    await this.#client.write(`PATCH ${ISSUE}`, wish, options);
  }

  async #add(number: number, labels: readonly string[], options: CallOptions): Promise<void> {
    if (labels.length === 0) return;
    await this.#client.write(`POST ${ISSUE}/labels`, { issue_number: number, labels }, options);
  }

  async #remove(number: number, name: string, options: CallOptions): Promise<void> {
    try {
      await this.#client.write(`DELETE ${ISSUE}/labels/{name}`, { issue_number: number, name }, options);
    } catch (error) {
      // Somebody else was faster.
      if (!isMaestroError(error) || error.code !== "tracker_not_found") throw error;
    }
  }

  async #blocker(identifier: string, options: CallOptions): Promise<RestIssue> {
    const number = numberIn(identifier, this.#client.place);
    const issue = number === undefined ? undefined : await this.#reader.find(number, options);
    if (issue === undefined) throw unknownIssue(identifier);
    return issue;
  }

  #labelFor(state: string): string | null {
    if (state.trim() === "") throw impossible("A state must not be blank.");
    const label = labelOf(this.#settings.states, state);
    if (label === undefined) throw unknownState(state);
    return label;
  }
}

/** The number in `owner/name#n`, `name#n`, `#n` or `n`. */
export function numberIn(
  identifier: string,
  place: { readonly owner: string; readonly name: string },
): number | undefined {
  const [, where = "", digits = ""] = /^([^#]*)#?(\d+)$/.exec(identifier.trim()) ?? [];
  const names = ["", place.name.toLowerCase(), `${place.owner}/${place.name}`.toLowerCase()];
  return names.includes(where.toLowerCase()) ? numberOf(digits) : undefined;
}

function clean(label: string): string {
  return label.trim().toLowerCase();
}
