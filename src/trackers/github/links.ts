import { isMaestroError } from "../../base/errors.ts";
import type { CallOptions } from "../../contracts/outside.ts";
import { linkText, linkTopic, readLinkTopic, type WrittenLink } from "../../contracts/relation-topic.ts";
import type { IssueDraft, IssueRelation } from "../../contracts/tracker.ts";
import type { GithubClient } from "../../github/index.ts";
import type { Comments } from "./comments.ts";
import { impossible, unknownIssue } from "./errors.ts";
import { stateNow } from "./map.ts";
import { followUpMark } from "./marks.ts";
import type { GithubTrackerSettings } from "./options.ts";
import type { IssueReader } from "./reader.ts";
import type { RestIssue } from "./schema.ts";
import { validateRestIssue } from "./schema.gen.ts";
import { type IssueWriter, numberIn } from "./writer.ts";

const ISSUE = "GET /repos/{owner}/{repo}/issues/{issue_number}";

/** Lists of issues that hang together with one, and what they are to it. */
const LISTS = [
  ["blocked_by", "dependencies/blocked_by"],
  ["blocks", "dependencies/blocking"],
  ["child", "sub_issues"],
] as const;

/** How issues hang together: dependencies, sub-issues, and issues that follow from others. */
export class Links {
  readonly #client: GithubClient;
  readonly #reader: IssueReader;
  readonly #writer: IssueWriter;
  readonly #comments: Comments;
  readonly #settings: GithubTrackerSettings;

  constructor(
    client: GithubClient,
    reader: IssueReader,
    writer: IssueWriter,
    comments: Comments,
    settings: GithubTrackerSettings,
  ) {
    this.#client = client;
    this.#reader = reader;
    this.#writer = writer;
    this.#comments = comments;
    this.#settings = settings;
  }

  /** What GitHub itself knows about an issue's place, and the links that our own comments say. */
  async relations(issueId: string, options: CallOptions): Promise<IssueRelation[]> {
    const { number } = await this.#reader.get(issueId, options);
    const lists = LISTS.map(async ([kind, path]) => {
      const route = `${ISSUE}/${path}`;
      const found = await this.#client.list(route, { issue_number: number }, options);
      return found.map((issue) => this.#relation(kind, this.#checked(issue, route)));
    });
    const [parent, ...others] = await Promise.all([this.#parent(number, options), ...lists]);
    return [...parent, ...others.flat(), ...(await this.#said(issueId, options))];
  }

  /** GitHub has no such links of its own: a comment says them, in the words that GitHub itself understands for duplicates. */
  async relate(issueId: string, { kind, identifier }: WrittenLink, options: CallOptions): Promise<void> {
    const { place } = this.#client;
    const number = numberIn(identifier, place);
    const other = number === undefined ? undefined : (await this.#reader.numbered([number], options))[0];
    if (other === undefined) throw unknownIssue(identifier);
    if (other.id === issueId) throw impossible("An issue cannot be linked to itself.");
    const topic = linkTopic({ kind, identifier: other.identifier });
    await this.#comments.ensure(issueId, topic, linkText(kind, `#${other.id}`), "maestro", options);
  }

  async #said(issueId: string, options: CallOptions): Promise<IssueRelation[]> {
    const comments = await this.#comments.list(issueId, null, options);
    const links = comments.flatMap(({ topic }) => readLinkTopic(topic) ?? []);
    const numbers = links.flatMap(({ identifier }) => numberIn(identifier, this.#client.place) ?? []);
    if (numbers.length === 0) return [];
    const others = await this.#reader.numbered([...new Set(numbers)], options);
    return links.map(({ kind, identifier }) => {
      const other = others.find((one) => one.identifier === identifier);
      return { kind, issueId: other?.id ?? identifier, identifier, state: other?.state ?? null };
    });
  }

  /** Makes the one issue with this key that follows from another; one that was made only in part is ended. */
  async ensureFollowUp(issueId: string, key: string, draft: IssueDraft, options: CallOptions): Promise<RestIssue> {
    if (key.trim() === "") throw impossible("A follow-up's key must not be blank.");
    const from = await this.#reader.get(issueId, options);
    const mark = followUpMark(from.number, key);
    const work = async (): Promise<RestIssue> => {
      const found = await this.#followUp(from, mark, options);
      if (found !== undefined) return this.#writer.finish(found, draft, options);
      const description = [draft.description, `Follows from #${from.number}.\n\n${mark}`].filter(Boolean).join("\n\n");
      return this.#writer.create({ ...draft, description }, options);
    };
    return this.#client.turn(`follow-ups ${from.number}`, work, options);
  }

  /** A follow-up is younger than what it follows from, and by the same credential. */
  async #followUp(from: RestIssue, mark: string, options: CallOptions): Promise<RestIssue | undefined> {
    const route = "GET /repos/{owner}/{repo}/issues";
    const creator = await this.#client.self(options);
    const params = { state: "all", sort: "created", direction: "asc", creator, since: from.created_at };
    const found = await this.#client.list(route, params, options);
    return found.filter((issue) => validateRestIssue(issue)).find(({ body }) => body?.includes(mark) === true);
  }

  async #parent(number: number, options: CallOptions): Promise<IssueRelation[]> {
    const route = `${ISSUE}/parent`;
    try {
      const parent = this.#checked(await this.#client.get(route, { issue_number: number }, options), route);
      return [this.#relation("parent", parent)];
    } catch (error) {
      if (isMaestroError(error) && error.code === "tracker_not_found") return [];
      throw error;
    }
  }

  #relation(kind: IssueRelation["kind"], issue: RestIssue): IssueRelation {
    const { owner, name } = this.#client.place;
    const where = /\/repos\/([^/]+\/[^/]+)$/.exec(issue.repository_url)?.[1] ?? `${owner}/${name}`;
    const isHere = where.toLowerCase() === `${owner}/${name}`.toLowerCase();
    const identifier = `${isHere ? `${owner}/${name}` : where}#${issue.number}`;
    return {
      kind,
      issueId: isHere ? String(issue.number) : identifier,
      identifier,
      state: stateNow(issue, this.#settings),
    };
  }

  #checked(issue: unknown, route: string): RestIssue {
    if (!validateRestIssue(issue)) throw this.#client.unreadable(route);
    return issue;
  }
}
