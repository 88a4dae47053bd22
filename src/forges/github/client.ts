import { withDeadline } from "../../base/abort.ts";
import type { Clock } from "../../base/clock.ts";
import { isMaestroError } from "../../base/errors.ts";
import { notOpen, refuseDraft, unknownChange } from "../../contracts/change-rules.ts";
import type { BranchRules, ChangeDraft, Forge, ForgeCapabilities, GitCredential } from "../../contracts/forge.ts";
import type { MergeResult } from "../../contracts/forge.ts";
import type { ApiBudget, CallOptions, Delivery, DeliveryVerdict } from "../../contracts/outside.ts";
import { type GithubClient, readGithubDelivery } from "../../github/index.ts";
import type { Change, ChangeThread } from "../../model/change.ts";
import { readBranch, removeBranch } from "./branches.ts";
import { readCheckLog, readEnd } from "./check-log.ts";
import { HEALTH, READY, REPLY, RESOLVE, TO_DRAFT } from "./documents.ts";
import { ownReview, readOnly, unknownThread } from "./errors.ts";
import { ensureChange } from "./making.ts";
import { mergeChange } from "./merging.ts";
import type { GithubForgeSettings } from "./options.ts";
import { ChangeReader, type SeenChange } from "./reader.ts";
import { BranchRuleBook } from "./rules.ts";
import { validateHealthAnswer, validateMadeRemark } from "./schema.gen.ts";

const EVENTS = { approved: "APPROVE", changes_requested: "REQUEST_CHANGES", commented: "COMMENT" } as const;
const WRITERS = ["WRITE", "MAINTAIN", "ADMIN"];
/** GitHub takes no longer description of a commit status, characters. */
const LONGEST_DESCRIPTION = 140;
/** A longer diff is no reading for anybody; bytes. */
const LONGEST_DIFF = 64 * 1024 * 1024;
const DIFF_MS = 30_000;
/** The user name under which GitHub takes every kind of token as password. */
const GIT_USER = "x-access-token";

/** A repository on GitHub. */
export class GithubForge implements Forge {
  readonly kind = "github";
  readonly capabilities: ForgeCapabilities;
  readonly #client: GithubClient;
  readonly #settings: GithubForgeSettings;
  readonly #clock: Clock;
  readonly #rules: BranchRuleBook;
  readonly #reader: ChangeReader;

  constructor(client: GithubClient, settings: GithubForgeSettings, clock: Clock) {
    this.#client = client;
    this.#settings = settings;
    this.#clock = clock;
    this.#rules = new BranchRuleBook(client, clock);
    this.#reader = new ChangeReader(client, this.#rules, clock, settings.requiredChecks);
    this.capabilities = {
      reviews: true,
      publishChecks: true,
      merge: true,
      drafts: true,
      threads: "resolve",
      knowsRequired: true,
      mergeMethods: ["merge", "squash", "rebase"],
      comparesHead: true,
      reviewers: true,
      labels: true,
      webhooks: settings.webhookSecret !== undefined,
    };
  }

  remote(): string {
    const { webUrl, owner, name } = this.#client.place;
    return `${webUrl}/${owner}/${name}.git`;
  }

  async gitCredential(options: CallOptions): Promise<GitCredential> {
    const password = await this.#client.token(options);
    return { host: new URL(this.remote()).host, username: GIT_USER, password };
  }

  async branchHead(branch: string, options: CallOptions): Promise<string | undefined> {
    return readBranch(this.#client, branch, options);
  }

  async ensureChange(draft: ChangeDraft, options: CallOptions): Promise<Change> {
    refuseDraft(draft);
    const { label } = this.#settings;
    const making = { client: this.#client, reader: this.#reader, clock: this.#clock, label };
    return ensureChange(making, draft, options);
  }

  async findChange(branch: string, options: CallOptions): Promise<Change | undefined> {
    const [number] = await this.#reader.from(branch, "all", options);
    if (number === undefined) return undefined;
    return (await this.#reader.read([number], options))[0]?.change;
  }

  async changesByIds(ids: readonly string[], options: CallOptions): Promise<readonly Change[]> {
    const numbers = [...new Set(ids.flatMap((id) => numberOf(id) ?? []))];
    if (numbers.length === 0) return [];
    return (await this.#reader.read(numbers, options)).map(({ change }) => change);
  }

  async list(filter: { readonly state: Change["state"] | null }, options: CallOptions): Promise<readonly Change[]> {
    const numbers = await this.#reader.numbers(filter.state, options);
    return (await this.#reader.read(numbers, options)).map(({ change }) => change);
  }

  async diff(changeId: string, options: CallOptions): Promise<string> {
    const route = "GET /repos/{owner}/{repo}/pulls/{pull_number}";
    const headers = { accept: "application/vnd.github.diff" };
    const params = { pull_number: this.#number(changeId), headers };
    const body = await this.#known(changeId, this.#client.stream(route, params, options));
    if (!(body instanceof ReadableStream)) return "";
    return withDeadline(this.#clock, DIFF_MS, options.signal, (signal) => readEnd(body, LONGEST_DIFF, signal));
  }

  async review(changeId: string, review: Parameters<Forge["review"]>[1], options: CallOptions): Promise<void> {
    const { change, number, self } = await this.#openChange(changeId, options);
    const { decision, body } = review;
    const last = change.reviews.findLast(({ author }) => author === self);
    if (last?.headSha === change.headSha && last.decision === decision && last.body === body) return;
    const wish = { pull_number: number, commit_id: change.headSha, event: EVENTS[decision], body };
    try {
      await this.#client.write("POST /repos/{owner}/{repo}/pulls/{pull_number}/reviews", wish, options);
    } catch (error) {
      throw ownReview(error, change, self);
    }
  }

  async comment(changeId: string, author: string, body: string, options: CallOptions): Promise<string> {
    const { number, self } = await this.#change(changeId, options);
    const route = "POST /repos/{owner}/{repo}/issues/{issue_number}/comments";
    // Everything is written under the credential's name, so words of somebody else say whose they are.
    const text = author === self ? body : `**${author}:**\n\n${body}`;
    const made = await this.#client.write(route, { issue_number: number, body: text }, options);
    if (!validateMadeRemark(made)) throw this.#client.unreadable(route, true);
    return made.node_id;
  }

  async publishCheck(
    changeId: string,
    check: Parameters<Forge["publishCheck"]>[1],
    options: CallOptions,
  ): Promise<void> {
    const { change } = await this.#change(changeId, options);
    const { name, headSha, passed } = check;
    const summary = cut(check.summary);
    const known = change.checks.find((one) => one.name === name && one.headSha === headSha);
    if (known?.status === (passed ? "passed" : "failed") && known.summary === summary) return;
    const wish = { sha: headSha, context: name, state: passed ? "success" : "failure", description: summary };
    await this.#client.write("POST /repos/{owner}/{repo}/statuses/{sha}", wish, options);
  }

  async updateChange(
    changeId: string,
    text: { readonly title?: string; readonly body?: string },
    options: CallOptions,
  ): Promise<void> {
    const wish = { pull_number: this.#number(changeId), ...text };
    await this.#known(changeId, this.#client.write("PATCH /repos/{owner}/{repo}/pulls/{pull_number}", wish, options));
  }

  async setDraft(changeId: string, draft: boolean, options: CallOptions): Promise<void> {
    const { change, nodeId } = await this.#openChange(changeId, options);
    if (change.draft !== draft) await this.#client.mutate(draft ? TO_DRAFT : READY, { id: nodeId }, options);
  }

  async reply(changeId: string, threadId: string, body: string, options: CallOptions): Promise<void> {
    const { thread, self } = await this.#thread(changeId, threadId, options);
    const last = thread.comments.at(-1);
    if (last?.author === self && last.body === body) return;
    await this.#client.mutate(REPLY, { id: threadId, body }, options);
  }

  async resolve(changeId: string, threadId: string, options: CallOptions): Promise<void> {
    const { thread } = await this.#thread(changeId, threadId, options);
    if (!thread.resolved) await this.#client.mutate(RESOLVE, { id: threadId }, options);
  }

  async requestReviewers(changeId: string, reviewers: readonly string[], options: CallOptions): Promise<void> {
    const teams = reviewers.filter((name) => name.includes("/")).map((name) => name.slice(name.indexOf("/") + 1));
    const people = reviewers.filter((name) => !name.includes("/"));
    if (reviewers.length === 0) return;
    const route = "POST /repos/{owner}/{repo}/pulls/{pull_number}/requested_reviewers";
    const wish = { pull_number: this.#number(changeId), reviewers: people, team_reviewers: teams };
    await this.#known(changeId, this.#client.write(route, wish, options));
  }

  async checkLog(
    changeId: string,
    check: string,
    options: CallOptions & { readonly maxBytes: number },
  ): Promise<string | null> {
    const { change } = await this.#change(changeId, options);
    const wanted = { headSha: change.headSha, check, maxBytes: options.maxBytes };
    return readCheckLog(this.#client, this.#clock, wanted, options);
  }

  async branchRules(base: string, options: CallOptions): Promise<BranchRules> {
    return this.#rules.read(base, options);
  }

  async merge(changeId: string, expectedHead: string, options: CallOptions): Promise<MergeResult> {
    const parts = {
      client: this.#client,
      reader: this.#reader,
      clock: this.#clock,
      method: this.#settings.mergeMethod,
    };
    return mergeChange(parts, this.#number(changeId), expectedHead, options);
  }

  async close(changeId: string, options: CallOptions): Promise<void> {
    const { change, number } = await this.#change(changeId, options);
    if (change.state === "merged") throw notOpen(change, changeId);
    if (change.state === "closed") return;
    const wish = { pull_number: number, state: "closed" };
    await this.#client.write("PATCH /repos/{owner}/{repo}/pulls/{pull_number}", wish, options);
  }

  async deleteBranch(
    branch: string,
    expectedHead: string | null,
    options: CallOptions,
  ): Promise<"deleted" | "already" | "moved"> {
    return removeBranch(this.#client, branch, expectedHead, options);
  }

  /** Polls and webhooks tell of changes; there is nothing here to watch. */
  watch(): () => void {
    return () => undefined;
  }

  async health(options: CallOptions): Promise<void> {
    const { owner, name } = this.#client.place;
    const { data, errors } = await this.#client.query(HEALTH, { owner, name }, options);
    if (errors.length > 0) throw this.#client.refusal(HEALTH, errors);
    if (!validateHealthAnswer(data)) throw this.#client.unreadable("Health");
    const permission = data.repository.viewerPermission;
    if (!WRITERS.includes(permission ?? "")) throw readOnly(`${owner}/${name}`, permission);
  }

  budget(): ApiBudget | null {
    return this.#client.budget();
  }

  readDelivery(delivery: Delivery): DeliveryVerdict {
    return readGithubDelivery(delivery, this.#settings.webhookSecret, (payload) => [
      ...[payload.pull_request, payload.issue].flatMap((one) => one?.number ?? []),
      ...[payload.check_run, payload.check_suite]
        .flatMap((one) => one?.pull_requests ?? [])
        .map(({ number }) => number),
    ]);
  }

  async dispose(): Promise<void> {}

  #number(changeId: string): number {
    const number = numberOf(changeId);
    if (number === undefined) throw unknownChange(changeId);
    return number;
  }

  async #change(changeId: string, options: CallOptions): Promise<SeenChange> {
    const [seen] = await this.#reader.read([this.#number(changeId)], options);
    if (seen === undefined) throw unknownChange(changeId);
    return seen;
  }

  async #openChange(changeId: string, options: CallOptions): Promise<SeenChange> {
    const seen = await this.#change(changeId, options);
    if (seen.change.state !== "open") throw notOpen(seen.change, changeId);
    return seen;
  }

  async #thread(
    changeId: string,
    threadId: string,
    options: CallOptions,
  ): Promise<{ readonly thread: ChangeThread; readonly self: string }> {
    const { change, self } = await this.#change(changeId, options);
    const thread = change.threads?.find(({ id }) => id === threadId);
    if (thread === undefined) throw unknownThread(changeId, threadId);
    return { thread, self };
  }

  /** What is missing is the change that was named. */
  async #known<T>(changeId: string, asked: Promise<T>): Promise<T> {
    try {
      return await asked;
    } catch (error) {
      throw isMaestroError(error) && error.code === "forge_not_found" ? unknownChange(changeId) : error;
    }
  }
}

function numberOf(id: string): number | undefined {
  return /^[1-9]\d{0,8}$/.test(id) ? Number(id) : undefined;
}

function cut(text: string): string {
  return text.length <= LONGEST_DESCRIPTION ? text : `${text.slice(0, LONGEST_DESCRIPTION - 1)}…`;
}
