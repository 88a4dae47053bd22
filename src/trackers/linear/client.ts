import { throwIfAborted } from "../../base/abort.ts";
import type { JsonObject } from "../../base/json.ts";
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
import { LinearApi } from "./api.ts";
import { Catalogue } from "./catalogue.ts";
import { Claims } from "./claims.ts";
import { Comments } from "./comments.ts";
import { IssueReader } from "./issue-reader.ts";
import { IssueWriter } from "./issue-writer.ts";
import { Links } from "./links.ts";
import { toIssue } from "./map.ts";
import type { LinearSettings } from "./options.ts";
import { RecentWrites } from "./recent-writes.ts";
import type { IssueNode } from "./schema.ts";
import { readLinearDelivery } from "./webhook.ts";

/** Issues of Linear. */
export class LinearTracker implements Tracker {
  readonly kind = "linear";
  readonly capabilities: TrackerCapabilities;
  readonly #settings: LinearSettings;
  readonly #api: LinearApi;
  readonly #catalogue: Catalogue;
  readonly #reader: IssueReader;
  readonly #writer: IssueWriter;
  readonly #comments: Comments;
  readonly #claims: Claims;
  readonly #links: Links;

  constructor(settings: LinearSettings, context: AdapterContext) {
    const { clock, random, log } = context;
    const api = new LinearApi(settings, context);
    const recent = new RecentWrites(clock);
    this.#settings = settings;
    this.#api = api;
    const catalogue = new Catalogue(api, settings, clock);
    const reader = new IssueReader(api, settings, recent, log);
    this.#catalogue = catalogue;
    this.#reader = reader;
    this.#writer = new IssueWriter({ api, settings, reader, catalogue, recent, clock, random });
    this.#comments = new Comments(api, random);
    this.#claims = new Claims(api, this.#comments, clock);
    this.#links = new Links(api);
    const verbs = { move: true, comment: true, label: true, create: true, update: true, attach: true, relations: true };
    this.capabilities = { ...verbs, watch: false, claim: "comment", webhooks: settings.webhookSecret !== null };
  }

  async issuesByStates(states: readonly string[], { signal }: CallOptions): Promise<readonly Issue[]> {
    if (states.length === 0) return [];
    throwIfAborted(signal);
    return (await this.#reader.inStates(states, signal)).map((node) => this.#issue(node));
  }

  async issuesByIds(ids: readonly string[], { signal }: CallOptions): Promise<readonly Issue[]> {
    if (ids.length === 0) return [];
    throwIfAborted(signal);
    return (await this.#reader.byIds(ids, signal)).map((node) => this.#issue(node));
  }

  async issueByIdentifier(identifier: string, { signal }: CallOptions): Promise<Issue | undefined> {
    throwIfAborted(signal);
    const node = await this.#reader.byIdentifier(identifier, signal);
    return node === undefined ? undefined : this.#issue(node);
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
    return this.#issue(await this.#writer.create(draft, signal));
  }

  async update(issueId: string, change: IssueUpdate, { signal }: CallOptions): Promise<Issue> {
    return this.#issue(await this.#writer.update(issueId, change, signal));
  }

  async claim(issueId: string, claim: IssueClaim, { signal }: CallOptions): Promise<ClaimResult> {
    return this.#claims.claim(issueId, claim, signal);
  }

  async release(issueId: string, owner: string, { signal }: CallOptions): Promise<void> {
    await this.#claims.release(issueId, owner, signal);
  }

  async attach(
    issueId: string,
    link: { readonly url: string; readonly title: string; readonly kind: "change" | "other" },
    { signal }: CallOptions,
  ): Promise<void> {
    await this.#links.attach(issueId, link, signal);
  }

  async ensureFollowUp(issueId: string, key: string, draft: IssueDraft, { signal }: CallOptions): Promise<Issue> {
    return this.#issue(await this.#writer.ensureFollowUp(issueId, key, draft, signal));
  }

  async relate(
    issueId: string,
    { kind, identifier }: Parameters<NonNullable<Tracker["relate"]>>[1],
    { signal }: CallOptions,
  ): Promise<void> {
    await this.#writer.relate(issueId, kind === "duplicate_of" ? "duplicate" : "related", identifier, signal);
  }

  async relations(issueId: string, { signal }: CallOptions): Promise<readonly IssueRelation[]> {
    return this.#links.relations(issueId, signal);
  }

  async labels({ signal }: CallOptions): Promise<readonly string[]> {
    return this.#catalogue.labels(signal);
  }

  async states({ signal }: CallOptions): Promise<readonly ProjectState[]> {
    return this.#catalogue.states(signal);
  }

  async rawGraphql(document: string, variables: JsonObject, { signal }: CallOptions) {
    return this.#api.askRaw(document, variables, signal);
  }

  budget(): ApiBudget | null {
    return this.#api.limiter.budget();
  }

  readDelivery(delivery: Delivery): DeliveryVerdict {
    return readLinearDelivery(this.#settings.webhookSecret, delivery);
  }

  watch(): () => void {
    return () => undefined;
  }

  async health({ signal }: CallOptions): Promise<void> {
    await this.#catalogue.scope(signal);
  }

  async close(): Promise<void> {
    // Nothing is kept open between two requests.
  }

  #issue(node: IssueNode): Issue {
    return toIssue(node, this.#settings);
  }
}
