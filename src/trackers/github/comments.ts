import type { CallOptions } from "../../contracts/outside.ts";
import type { GithubClient } from "../../github/index.ts";
import type { IssueComment } from "../../model/issue.ts";
import { impossible } from "./errors.ts";
import { toComment } from "./map.ts";
import { withMark } from "./marks.ts";
import type { IssueReader } from "./reader.ts";
import type { RestComment } from "./schema.ts";
import { validateRestComment } from "./schema.gen.ts";

const COMMENTS = "/repos/{owner}/{repo}/issues/{issue_number}/comments";
const COMMENT = "/repos/{owner}/{repo}/issues/comments/{comment_id}";

/** Reads and writes the comments of issues. Maestro's own carry a mark that people do not see. */
export class Comments {
  readonly #client: GithubClient;
  readonly #reader: IssueReader;

  constructor(client: GithubClient, reader: IssueReader) {
    this.#client = client;
    this.#reader = reader;
  }

  /** Oldest first; only those after `since`. */
  async list(issueId: string, since: number | null, options: CallOptions): Promise<IssueComment[]> {
    const { number } = await this.#reader.get(issueId, options);
    const self = await this.#client.self(options);
    const comments = (await this.all(number, options)).map((comment) => toComment(comment, self));
    return comments.filter(({ at }) => since === null || at > since).sort((a, b) => a.at - b.at);
  }

  /** Every comment as GitHub shows it, in the order in which they were made. */
  async all(number: number, options: CallOptions): Promise<RestComment[]> {
    const route = `GET ${COMMENTS}`;
    const found = await this.#client.list(route, { issue_number: number }, options);
    const comments = found.map((comment) => {
      if (!validateRestComment(comment)) throw this.#client.unreadable(route);
      return comment;
    });
    return comments.sort((a, b) => a.id - b.id);
  }

  /** A free comment; asked twice it is there twice. */
  async add(issueId: string, body: string, author: string, options: CallOptions): Promise<string> {
    const { number } = await this.#reader.get(issueId, options);
    return this.make(number, withMark(body, { topic: null, author }), options);
  }

  /** Makes the one comment on a topic say `body`. Where two were made at once, the older one stays. */
  async ensure(issueId: string, topic: string, body: string, author: string, options: CallOptions): Promise<string> {
    if (topic.trim() === "") throw impossible("A comment's topic must not be blank.");
    const { number } = await this.#reader.get(issueId, options);
    const self = await this.#client.self(options);
    const text = withMark(body, { topic, author });
    const work = async (): Promise<string> => {
      const [kept, ...more] = await this.#own(number, topic, self, options);
      for (const { id } of more) await this.remove(Number(id), options);
      if (kept === undefined) return this.make(number, text, options);
      if (kept.body !== body) await this.edit(Number(kept.id), text, options);
      return kept.id;
    };
    return this.#client.turn(`comments ${number}`, work, options);
  }

  async make(number: number, body: string, options: CallOptions): Promise<string> {
    const route = `POST ${COMMENTS}`;
    const made = await this.#client.write(route, { issue_number: number, body }, options);
    if (!validateRestComment(made)) throw this.#client.unreadable(route, true);
    return String(made.id);
  }

  async edit(id: number, body: string, options: CallOptions): Promise<void> {
    await this.#client.write(`PATCH ${COMMENT}`, { comment_id: id, body }, options);
  }

  async remove(id: number, options: CallOptions): Promise<void> {
    await this.#client.write(`DELETE ${COMMENT}`, { comment_id: id }, options);
  }

  async #own(number: number, topic: string, self: string, options: CallOptions): Promise<IssueComment[]> {
    const comments = (await this.all(number, options)).map((comment) => toComment(comment, self));
    return comments.filter((comment) => comment.topic === topic);
  }
}
