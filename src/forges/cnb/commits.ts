import { isMaestroError } from "../../base/errors.ts";
import type { CallOptions } from "../../contracts/outside.ts";
import { parseInstant } from "../../model/issue.ts";
import type { CnbApi } from "./api.ts";
import { branchOf } from "./map.ts";
import { readBranch } from "./refs.ts";
import type { Commit, Pull } from "./schema.ts";
import { validateCommit } from "./schema.gen.ts";

/** How far back a merge is looked for, commits of the base. */
const DEPTH = 300;
const PAGE_SIZE = 100;
/** Commits never change, so what was asked is kept, for so many of them. */
const MOST_KEPT = 1_000;

/** The title of a merge, by which it is found again: CNB does not tell as which commit a change was merged. */
export function mergeTitle(title: string, number: string): string {
  return `${title}${titleEnd(number)}`;
}

function titleEnd(number: string): string {
  return ` (#${number})`;
}

/** Commits of the repository, as far as they were asked for. */
export class CommitBook {
  readonly #api: CnbApi;
  readonly #commits = new Map<string, Commit | null>();
  readonly #merges = new Map<string, string>();

  constructor(api: CnbApi) {
    this.#api = api;
  }

  /** When a commit was made, epoch milliseconds; `null` when CNB does not have it. */
  async committedAt(sha: string, options: CallOptions): Promise<number | null> {
    return parseInstant((await this.#commit(sha, options))?.commit.committer.date) ?? null;
  }

  /** Keeps what a merge itself answered. */
  noteMerge(number: string, sha: string): void {
    keep(this.#merges, number, sha);
  }

  /**
   * The commit as which a pull request came into its base. Where it cannot be made out, the base's tip, which contains it; `null` without
   * a base.
   */
  async mergedAs(pull: Pull, options: CallOptions): Promise<string | null> {
    const known = this.#merges.get(pull.number);
    if (known !== undefined) return known;
    const base = branchOf(pull.base.ref);
    const tip = await readBranch(this.#api, base, options);
    if (tip === undefined) return null;
    const found = (await this.#findMerge(pull, tip, options)) ?? tip;
    this.noteMerge(pull.number, found);
    return found;
  }

  async #findMerge({ number, head }: Pull, tip: string, options: CallOptions): Promise<string | undefined> {
    const commits = await this.#history(tip, options);
    const joined = commits.find(
      ({ sha, parents }) => sha === head.sha || parents?.slice(1).some((one) => one.sha === head.sha),
    );
    const titled = commits.find(({ commit }) => commit.message.split("\n")[0]?.endsWith(titleEnd(number)));
    const exact = joined ?? titled;
    if (exact !== undefined) return exact.sha;
    // A rebase keeps message and author's date.
    const last = (await this.#commit(head.sha, options))?.commit;
    if (last === undefined) return undefined;
    return commits.find(({ commit }) => commit.message === last.message && commit.author.date === last.author.date)
      ?.sha;
  }

  async #history(tip: string, options: CallOptions): Promise<Commit[]> {
    const commits: Commit[] = [];
    for (let page = 1; commits.length < DEPTH; page += 1) {
      const query = { sha: tip, page: String(page), page_size: String(PAGE_SIZE) };
      const found = await this.#api.get("/git/commits", isCommits, options, query);
      commits.push(...found);
      if (found.length < PAGE_SIZE) break;
    }
    return commits;
  }

  async #commit(sha: string, options: CallOptions): Promise<Commit | undefined> {
    const known = this.#commits.get(sha);
    if (known !== undefined) return known ?? undefined;
    const read = await this.#ask(sha, options);
    keep(this.#commits, sha, read);
    return read ?? undefined;
  }

  /** A branch that is gone may have taken its commits along. */
  async #ask(sha: string, options: CallOptions): Promise<Commit | null> {
    try {
      return await this.#api.get(`/git/commits/${sha}`, validateCommit, options);
    } catch (error) {
      if (isMaestroError(error) && error.code === "forge_not_found") return null;
      throw error;
    }
  }
}

function isCommits(value: unknown): value is Commit[] {
  return Array.isArray(value) && value.every((one) => validateCommit(one));
}

function keep<T>(map: Map<string, T>, key: string, value: T): void {
  if (map.size >= MOST_KEPT) map.clear();
  map.set(key, value);
}
