import { throwIfAborted } from "../../base/abort.ts";
import type { ApiBudget, CallOptions, Delivery, DeliveryVerdict } from "../../contracts/outside.ts";
import type {
  AdapterContext,
  ClaimResult,
  IssueClaim,
  IssueDraft,
  IssueRelation,
  IssueUpdate,
  MoveResult,
  ProjectState,
  Tracker,
  TrackerCapabilities,
} from "../../contracts/tracker.ts";
import type { Issue, IssueComment } from "../../model/issue.ts";
import { TapdApi } from "./api.ts";
import { Blockers } from "./blockers.ts";
import { Catalogue } from "./catalogue.ts";
import { Claims } from "./claims.ts";
import { Comments } from "./comments.ts";
import { Dependencies } from "./dependencies.ts";
import { refIn, refOf } from "./entities.ts";
import { FollowUps } from "./follow-ups.ts";
import type { TapdSettings } from "./options.ts";
import { ItemReader } from "./reader.ts";
import { RecentWrites } from "./recent-writes.ts";
import { relate, relations, type SaidLinkParts } from "./said-links.ts";
import { readTapdDelivery } from "./webhook.ts";
import { allStatuses } from "./workflows.ts";
import { ItemWriter } from "./writer.ts";

/** Stories and bugs of TAPD. */
export class TapdTracker implements Tracker {
  readonly kind = "tapd";
  readonly capabilities: TrackerCapabilities;
  readonly #settings: TapdSettings;
  readonly #api: TapdApi;
  readonly #catalogue: Catalogue;
  readonly #reader: ItemReader;
  readonly #writer: ItemWriter;
  readonly #comments: Comments;
  readonly #claims: Claims;
  readonly #links: SaidLinkParts;
  readonly #followUps: FollowUps;

  constructor(settings: TapdSettings, context: AdapterContext) {
    const { clock, log, lifecycle } = context;
    const api = new TapdApi(settings, context);
    const blockers = new Blockers(api, clock);
    const recent = new RecentWrites(clock);
    const catalogue = new Catalogue(api, settings, clock, lifecycle);
    const reader = new ItemReader({ api, settings, catalogue, blockers, recent, log });
    const dependencies = new Dependencies(api, settings, reader, blockers);
    const writer = new ItemWriter({ api, settings, catalogue, reader, dependencies, recent });
    this.#settings = settings;
    this.#api = api;
    this.#catalogue = catalogue;
    this.#reader = reader;
    this.#writer = writer;
    this.#comments = new Comments(api, settings, reader, clock);
    this.#links = { reader, comments: this.#comments, dependencies };
    this.#claims = new Claims(api, this.#comments, clock);
    this.#followUps = new FollowUps({ api, settings, reader, writer, dependencies });
    const verbs = { move: true, comment: true, label: true, create: true, update: true, attach: true, relations: true };
    this.capabilities = { ...verbs, watch: false, claim: "comment", webhooks: settings.webhookSecret !== null };
  }

  async issuesByStates(states: readonly string[], { signal }: CallOptions): Promise<readonly Issue[]> {
    if (states.length === 0) return [];
    return this.#reader.inStates(states, signal);
  }

  async issuesByIds(ids: readonly string[], { signal }: CallOptions): Promise<readonly Issue[]> {
    throwIfAborted(signal);
    return this.#reader.byRefs(
      [...new Set(ids)].flatMap((id) => refOf(id) ?? []),
      signal,
    );
  }

  async issueByIdentifier(identifier: string, { signal }: CallOptions): Promise<Issue | undefined> {
    throwIfAborted(signal);
    const ref = refIn(identifier);
    return ref === undefined ? undefined : (await this.#reader.byRefs([ref], signal))[0];
  }

  async move(
    issueId: string,
    { to, from }: { readonly to: string; readonly from: string | null },
    { signal }: CallOptions,
  ): Promise<MoveResult> {
    return this.#writer.move(issueId, to, from, signal);
  }

  async comments(issueId: string, since: number | null, { signal }: CallOptions): Promise<readonly IssueComment[]> {
    return this.#comments.list(issueId, since, signal);
  }

  async ensureComment(
    issueId: string,
    topic: string,
    body: string,
    author: string,
    { signal }: CallOptions,
  ): Promise<string> {
    return this.#comments.ensure(issueId, topic, body, author, signal);
  }

  async comment(issueId: string, body: string, author: string, { signal }: CallOptions): Promise<string> {
    return this.#comments.add(issueId, body, author, signal);
  }

  async label(
    issueId: string,
    { add, remove }: { readonly add: readonly string[]; readonly remove: readonly string[] },
    { signal }: CallOptions,
  ): Promise<void> {
    await this.#writer.label(issueId, add, remove, signal);
  }

  async create(draft: IssueDraft, { signal }: CallOptions): Promise<Issue> {
    return this.#reader.issue(await this.#writer.create(draft, signal), signal);
  }

  async update(issueId: string, change: IssueUpdate, { signal }: CallOptions): Promise<Issue> {
    return this.#reader.issue(await this.#writer.update(issueId, change, signal), signal);
  }

  async claim(issueId: string, claim: IssueClaim, { signal }: CallOptions): Promise<ClaimResult> {
    return this.#claims.claim(issueId, claim, signal);
  }

  async release(issueId: string, owner: string, { signal }: CallOptions): Promise<void> {
    await this.#claims.release(issueId, owner, signal);
  }

  /** TAPD has no links to other places on its items, so they are comments, one per address. */
  async attach(
    issueId: string,
    link: { readonly url: string; readonly title: string; readonly kind: "change" | "other" },
    { signal }: CallOptions,
  ): Promise<void> {
    const { url, title, kind } = link;
    const name = title.replace(/[[\]`\n]/g, " ").trim();
    const text = `${kind === "change" ? "Change: " : ""}${name === "" || name === url ? url : `[${name}](${url})`}`;
    await this.#comments.ensure(issueId, `link ${url}`, text, this.kind, signal);
  }

  async ensureFollowUp(issueId: string, key: string, draft: IssueDraft, { signal }: CallOptions): Promise<Issue> {
    return this.#reader.issue(await this.#followUps.ensure(issueId, key, draft, signal), signal);
  }

  async relate(
    issueId: string,
    link: Parameters<NonNullable<Tracker["relate"]>>[1],
    { signal }: CallOptions,
  ): Promise<void> {
    await relate(this.#links, issueId, link, signal);
  }

  async relations(issueId: string, { signal }: CallOptions): Promise<readonly IssueRelation[]> {
    return relations(this.#links, issueId, signal);
  }

  async states({ signal }: CallOptions): Promise<readonly ProjectState[]> {
    const statuses = allStatuses(await this.#catalogue.workflows(signal));
    return [...statuses].map(([key, name]) => ({ name: key, type: name }));
  }

  budget(): ApiBudget | null {
    return this.#api.limiter.budget();
  }

  readDelivery(delivery: Delivery): DeliveryVerdict {
    return readTapdDelivery(this.#settings.webhookSecret, this.#settings.workspaceId, delivery);
  }

  /** Polls and webhooks tell of changes; there is nothing here to watch. */
  watch(): () => void {
    return () => undefined;
  }

  /** Account, workspace and workflows, the workflow file's states and moves included. */
  async health({ signal }: CallOptions): Promise<void> {
    await this.#catalogue.check(signal);
  }

  async close(): Promise<void> {
    // Nothing is kept open between two requests.
  }
}
