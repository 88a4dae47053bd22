import { notOpen, refuseDraft, unknownChange } from "../../contracts/change-rules.ts";
import type {
  BranchRules,
  ChangeDraft,
  Forge,
  ForgeCapabilities,
  GitCredential,
  MergeResult,
} from "../../contracts/forge.ts";
import type { ApiBudget, CallOptions, Delivery, DeliveryVerdict } from "../../contracts/outside.ts";
import type { AdapterContext } from "../../contracts/tracker.ts";
import type { Change } from "../../model/change.ts";
import { CnbApi, GIT_USER } from "./api.ts";
import { readCheckLog } from "./check-log.ts";
import { CommitBook } from "./commits.ts";
import { ownReview, unknownThread, unreadable } from "./errors.ts";
import { checkHealth } from "./health.ts";
import { ensureChange, type Making, updateText } from "./making.ts";
import { draftTitle, isOwnCheck, stateOf, toDiff } from "./map.ts";
import { mergeChange } from "./merging.ts";
import type { CnbSettings } from "./options.ts";
import { checkText, readCheckText } from "./own-checks.ts";
import { ChangeReader, type SeenChange } from "./reader.ts";
import { readBranch, removeBranch } from "./refs.ts";
import { readRules } from "./rules.ts";
import { validateChangedFile, validateRemark } from "./schema.gen.ts";
import { readCnbDelivery } from "./webhook.ts";

const EVENTS = { approved: "approve", changes_requested: "request_changes", commented: "comment" } as const;

/** A repository on CNB. */
export class CnbForge implements Forge {
  readonly kind = "cnb";
  readonly capabilities: ForgeCapabilities;
  readonly #settings: CnbSettings;
  readonly #api: CnbApi;
  readonly #reader: ChangeReader;
  readonly #commits: CommitBook;
  readonly #making: Making;

  constructor(settings: CnbSettings, context: AdapterContext) {
    const { clock } = context;
    this.#settings = settings;
    this.#api = new CnbApi(settings.place, context);
    this.#commits = new CommitBook(this.#api);
    this.#reader = new ChangeReader(this.#api, this.#commits, clock, settings.requiredChecks);
    this.#making = { api: this.#api, reader: this.#reader, clock, label: settings.label };
    this.capabilities = {
      reviews: true,
      publishChecks: true,
      merge: true,
      drafts: true,
      threads: "reply",
      knowsRequired: false,
      mergeMethods: ["merge", "squash", "rebase"],
      comparesHead: false,
      reviewers: true,
      labels: true,
      webhooks: settings.webhookSecret !== undefined,
    };
  }

  remote(): string {
    const { webUrl, repository } = this.#settings.place;
    return `${webUrl}/${repository}.git`;
  }

  async gitCredential(_options: CallOptions): Promise<GitCredential> {
    return { host: new URL(this.remote()).host, username: GIT_USER, password: this.#settings.place.token };
  }

  async branchHead(branch: string, options: CallOptions): Promise<string | undefined> {
    return readBranch(this.#api, branch, options);
  }

  async ensureChange(draft: ChangeDraft, options: CallOptions): Promise<Change> {
    refuseDraft(draft);
    return this.#api.turn(`branch ${draft.branch}`, () => ensureChange(this.#making, draft, options), options);
  }

  async findChange(branch: string, options: CallOptions): Promise<Change | undefined> {
    const newest = (await this.#reader.list("all", branch, options)).at(-1);
    if (newest === undefined) return undefined;
    return (await this.#reader.read([newest.number], options))[0]?.change;
  }

  async changesByIds(ids: readonly string[], options: CallOptions): Promise<readonly Change[]> {
    const numbers = [...new Set(ids.filter(isNumber))];
    if (numbers.length === 0) return [];
    return (await this.#reader.read(numbers, options)).map(({ change }) => change);
  }

  async list(filter: { readonly state: Change["state"] | null }, options: CallOptions): Promise<readonly Change[]> {
    const asked = filter.state === null ? "all" : filter.state === "open" ? "open" : "closed";
    const listed = await this.#reader.list(asked, null, options);
    const wanted = listed.filter((pull) => filter.state === null || stateOf(pull) === filter.state);
    return this.changesByIds(
      wanted.map(({ number }) => number),
      options,
    );
  }

  async diff(changeId: string, options: CallOptions): Promise<string> {
    const files = await this.#api.list(`/pulls/${numberOf(changeId)}/files`, validateChangedFile, options);
    return files.map(toDiff).join("");
  }

  async review(changeId: string, review: Parameters<Forge["review"]>[1], options: CallOptions): Promise<void> {
    const { change, pull, self } = await this.#openChange(changeId, options);
    const { decision, body } = review;
    if (decision !== "commented" && pull.author?.username === self) throw ownReview(change, self);
    const last = change.reviews.findLast(({ author }) => author === self);
    if (last?.headSha === change.headSha && last.decision === decision && last.body === body) return;
    await this.#api.write("POST", `/pulls/${pull.number}/reviews`, { event: EVENTS[decision], body }, options);
  }

  async comment(changeId: string, author: string, body: string, options: CallOptions): Promise<string> {
    const { pull, self } = await this.#change(changeId, options);
    // Everything is written under the token's name, so words of somebody else say whose they are; words that look like a check of the host
    // do so too, and are none then.
    const isPlain = author === self && readCheckText(body) === undefined;
    return this.#addRemark(pull.number, isPlain ? body : `**${author}:**\n\n${body}`, options);
  }

  async publishCheck(
    changeId: string,
    check: Parameters<Forge["publishCheck"]>[1],
    options: CallOptions,
  ): Promise<void> {
    const number = numberOf(changeId);
    const publish = async (): Promise<void> => {
      const { remarks, self } = await this.#change(changeId, options);
      const own = remarks.filter((remark) => isOwnCheck(remark, self));
      const known = own.findLast(({ body }) => readCheckText(body)?.name === check.name);
      const body = checkText(check);
      if (known === undefined) await this.#addRemark(number, body, options);
      else if (known.body !== body) {
        await this.#api.write("PATCH", `/pulls/${number}/comments/${known.id}`, { body }, options);
      }
    };
    await this.#api.turn(`check ${number}`, publish, options);
  }

  async updateChange(
    changeId: string,
    text: { readonly title?: string; readonly body?: string },
    options: CallOptions,
  ): Promise<void> {
    if (!(await updateText(this.#making, numberOf(changeId), text, options))) throw unknownChange(changeId);
  }

  async setDraft(changeId: string, draft: boolean, options: CallOptions): Promise<void> {
    const { change, pull } = await this.#openChange(changeId, options);
    if (change.draft === draft) return;
    await this.#api.write("PATCH", `/pulls/${pull.number}`, { title: draftTitle(pull.title, draft) }, options);
  }

  async reply(changeId: string, threadId: string, body: string, options: CallOptions): Promise<void> {
    const { change, pull, self } = await this.#change(changeId, options);
    const thread = change.threads?.find(({ id }) => id === threadId);
    if (thread === undefined) throw unknownThread(changeId, threadId);
    const last = thread.comments.at(-1);
    if (last?.author === self && last.body === body) return;
    const [review = "", remark = ""] = threadId.split("/");
    const wish = { body, reply_to_comment_id: remark };
    await this.#api.write("POST", `/pulls/${pull.number}/reviews/${review}/replies`, wish, options);
  }

  async requestReviewers(changeId: string, reviewers: readonly string[], options: CallOptions): Promise<void> {
    if (reviewers.length === 0) return;
    await this.#api.write("POST", `/pulls/${numberOf(changeId)}/reviewers`, { reviewers }, options);
  }

  async checkLog(
    changeId: string,
    check: string,
    options: CallOptions & { readonly maxBytes: number },
  ): Promise<string | null> {
    const { change } = await this.#change(changeId, options);
    const { headSha, checks } = change;
    const url = checks.find(({ name }) => name === check)?.url ?? null;
    return readCheckLog(this.#api, { check, headSha, url, maxBytes: options.maxBytes }, options);
  }

  async branchRules(base: string, options: CallOptions): Promise<BranchRules> {
    return readRules(this.#api, base, options);
  }

  async merge(changeId: string, expectedHead: string, options: CallOptions): Promise<MergeResult> {
    const { api, reader, clock } = this.#making;
    const merging = { api, reader, clock, commits: this.#commits, method: this.#settings.mergeMethod };
    return mergeChange(merging, numberOf(changeId), expectedHead, options);
  }

  async close(changeId: string, options: CallOptions): Promise<void> {
    const pull = await this.#reader.pull(numberOf(changeId), options);
    if (pull === undefined) throw unknownChange(changeId);
    const state = stateOf(pull);
    if (state === "merged") throw notOpen({ state }, changeId);
    if (state === "open") await this.#api.write("PATCH", `/pulls/${pull.number}`, { state: "closed" }, options);
  }

  async deleteBranch(
    branch: string,
    expectedHead: string | null,
    options: CallOptions,
  ): Promise<"deleted" | "already" | "moved"> {
    return removeBranch(this.#api, branch, expectedHead, options);
  }

  /** Polls tell of changes; there is nothing here to watch. */
  watch(): () => void {
    return () => undefined;
  }

  async health(options: CallOptions): Promise<void> {
    await checkHealth(this.#api, this.#reader.writers, this.#settings.mergeMethod, options);
  }

  budget(): ApiBudget | null {
    return this.#api.budget();
  }

  readDelivery(delivery: Delivery): DeliveryVerdict {
    return readCnbDelivery(this.#settings.webhookSecret, delivery);
  }

  async dispose(): Promise<void> {}

  async #addRemark(number: string, body: string, options: CallOptions): Promise<string> {
    const path = `/pulls/${number}/comments`;
    const made = await this.#api.write("POST", path, { body }, options);
    if (!validateRemark(made)) throw unreadable(`POST ${path}`);
    return made.id;
  }

  async #change(changeId: string, options: CallOptions): Promise<SeenChange> {
    const [seen] = await this.#reader.read([numberOf(changeId)], options);
    if (seen === undefined) throw unknownChange(changeId);
    return seen;
  }

  async #openChange(changeId: string, options: CallOptions): Promise<SeenChange> {
    const seen = await this.#change(changeId, options);
    if (seen.change.state !== "open") throw notOpen(seen.change, changeId);
    return seen;
  }
}

function isNumber(id: string): boolean {
  return /^[1-9]\d{0,17}$/.test(id);
}

function numberOf(changeId: string): string {
  if (!isNumber(changeId)) throw unknownChange(changeId);
  return changeId;
}
