import type { Clock } from "../../base/clock.ts";
import type { ApiBudget, CallOptions, Delivery, DeliveryVerdict } from "../../contracts/outside.ts";
import type {
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
import { type GithubClient, readGithubDelivery } from "../../github/index.ts";
import type { Issue, IssueComment } from "../../model/issue.ts";
import { Board } from "./board.ts";
import { Claims } from "./claims.ts";
import { Comments } from "./comments.ts";
import { HEALTH } from "./documents.ts";
import { readOnly } from "./errors.ts";
import { Links } from "./links.ts";
import { isPriority } from "./map.ts";
import type { GithubTrackerSettings } from "./options.ts";
import { IssueReader, numberOf } from "./reader.ts";
import { validateHealthAnswer } from "./schema.gen.ts";
import { CLOSED, isClosing, nameOf, OPEN } from "./states.ts";
import { IssueWriter, numberIn } from "./writer.ts";

const WRITERS = ["TRIAGE", "WRITE", "MAINTAIN", "ADMIN"];

/** The issues of a repository on GitHub as a board. */
export class GithubTracker implements Tracker {
  readonly kind = "github";
  readonly capabilities: TrackerCapabilities;
  readonly #client: GithubClient;
  readonly #settings: GithubTrackerSettings;
  readonly #board: Board | null;
  readonly #reader: IssueReader;
  readonly #writer: IssueWriter;
  readonly #comments: Comments;
  readonly #claims: Claims;
  readonly #links: Links;

  constructor(client: GithubClient, settings: GithubTrackerSettings, clock: Clock) {
    this.#client = client;
    this.#settings = settings;
    const { board } = settings;
    const owner = board?.owner ?? client.place.owner;
    this.#board = board === null ? null : new Board(client, { ...board, owner }, clock);
    this.#reader = new IssueReader(client, settings, this.#board);
    this.#writer = new IssueWriter(client, this.#reader, settings, this.#board);
    this.#comments = new Comments(client, this.#reader);
    this.#claims = new Claims(client, this.#reader, this.#comments, clock);
    this.#links = new Links(client, this.#reader, this.#writer, this.#comments, settings);
    const verbs = { move: true, comment: true, label: true, create: true, update: true, attach: true, relations: true };
    const webhooks = settings.webhookSecret !== undefined;
    this.capabilities = { ...verbs, watch: false, claim: "comment", webhooks, makesStates: this.#board === null };
  }

  async issuesByStates(states: readonly string[], options: CallOptions): Promise<readonly Issue[]> {
    return states.length === 0 ? [] : this.#reader.inStates(states, options);
  }

  async issuesByIds(ids: readonly string[], options: CallOptions): Promise<readonly Issue[]> {
    const numbers = [...new Set(ids.flatMap((id) => numberOf(id) ?? []))];
    return numbers.length === 0 ? [] : this.#reader.numbered(numbers, options);
  }

  async issueByIdentifier(identifier: string, options: CallOptions): Promise<Issue | undefined> {
    const number = numberIn(identifier, this.#client.place);
    return number === undefined ? undefined : (await this.#reader.numbered([number], options))[0];
  }

  async move(
    issueId: string,
    change: { readonly to: string; readonly from: string | null },
    options: CallOptions,
  ): Promise<MoveResult> {
    return this.#writer.move(issueId, change, options);
  }

  async finishMove(issueId: string, to: string, options: CallOptions): Promise<void> {
    await this.#writer.move(issueId, { to, from: to }, options);
  }

  async comments(issueId: string, since: number | null, options: CallOptions): Promise<readonly IssueComment[]> {
    return this.#comments.list(issueId, since, options);
  }

  async ensureComment(
    issueId: string,
    topic: string,
    body: string,
    author: string,
    options: CallOptions,
  ): Promise<string> {
    return this.#comments.ensure(issueId, topic, body, author, options);
  }

  async comment(issueId: string, body: string, author: string, options: CallOptions): Promise<string> {
    return this.#comments.add(issueId, body, author, options);
  }

  async label(
    issueId: string,
    change: { readonly add: readonly string[]; readonly remove: readonly string[] },
    options: CallOptions,
  ): Promise<void> {
    await this.#writer.label(issueId, change.add, change.remove, options);
  }

  async create(draft: IssueDraft, options: CallOptions): Promise<Issue> {
    return this.#whole(await this.#writer.create(draft, options), options);
  }

  async update(issueId: string, change: IssueUpdate, options: CallOptions): Promise<Issue> {
    return this.#whole(await this.#writer.update(issueId, change, options), options);
  }

  async claim(issueId: string, claim: IssueClaim, options: CallOptions): Promise<ClaimResult> {
    return this.#claims.claim(issueId, claim, options);
  }

  async release(issueId: string, owner: string, options: CallOptions): Promise<void> {
    await this.#claims.release(issueId, owner, options);
  }

  /** GitHub has no links of its own on issues, so they are comments, one per address. */
  async attach(
    issueId: string,
    link: { readonly url: string; readonly title: string; readonly kind: "change" | "other" },
    options: CallOptions,
  ): Promise<void> {
    const { url, title, kind } = link;
    const text = `${kind === "change" ? "Change: " : ""}[${title.replace(/[[\]]/g, "")}](<${url}>)`;
    await this.#comments.ensure(issueId, `link ${url}`, text, this.kind, options);
  }

  async ensureFollowUp(issueId: string, key: string, draft: IssueDraft, options: CallOptions): Promise<Issue> {
    return this.#whole(await this.#links.ensureFollowUp(issueId, key, draft, options), options);
  }

  async relate(
    issueId: string,
    link: Parameters<NonNullable<Tracker["relate"]>>[1],
    options: CallOptions,
  ): Promise<void> {
    await this.#links.relate(issueId, link, options);
  }

  async relations(issueId: string, options: CallOptions): Promise<readonly IssueRelation[]> {
    return this.#links.relations(issueId, options);
  }

  async labels(options: CallOptions): Promise<readonly string[]> {
    return this.#reader.labels(options);
  }

  async states(options: CallOptions): Promise<readonly ProjectState[]> {
    const rules = this.#settings.states;
    const names =
      (await this.#board?.columns(options)) ??
      (await this.#reader.labels(options)).flatMap((label) => nameOf(rules, label) ?? []);
    return [OPEN, ...names, CLOSED].map((name) => ({ name, type: isClosing(rules, name) ? "closed" : "open" }));
  }

  isOwnLabel(label: string): boolean {
    return nameOf(this.#settings.states, label) !== undefined || isPriority(this.#settings, label);
  }

  budget(): ApiBudget | null {
    return this.#client.budget();
  }

  readDelivery(delivery: Delivery): DeliveryVerdict {
    return readGithubDelivery(delivery, this.#settings.webhookSecret, ({ issue }) => [issue?.number ?? []].flat());
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

  async close(): Promise<void> {}

  async #whole(issue: Parameters<IssueReader["complete"]>[0][number], options: CallOptions): Promise<Issue> {
    const [whole] = await this.#reader.complete([issue], options);
    if (whole === undefined) throw this.#client.unreadable("an issue");
    return whole;
  }
}
