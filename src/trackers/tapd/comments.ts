import { throwIfAborted } from "../../base/abort.ts";
import type { Clock } from "../../base/clock.ts";
import type { IssueComment } from "../../model/issue.ts";
import type { TapdApi } from "./api.ts";
import { ENTITIES, type ItemRef, issueIdOf, refOf } from "./entities.ts";
import { impossible, unknownIssue, unreadable } from "./errors.ts";
import { CLAIM_TOPIC, toComment } from "./map.ts";
import { commentHtml } from "./marks.ts";
import type { TapdSettings } from "./options.ts";
import type { ItemReader } from "./reader.ts";
import type { Comment } from "./schema.ts";
import { validateComment } from "./schema.gen.ts";

const PATH = "/comments";
const FIELDS = "id,entry_type,entry_id,description,author,created";
/** How long a comment that was just made need not show yet, milliseconds. */
const LAG_MS = 60_000;
/** The topic of a second comment on one topic, which two processes made at once. TAPD deletes no comment. */
const SURPLUS_TOPIC = "surplus";

/** Reads and writes the comments of stories and bugs. */
export class Comments {
  readonly #api: TapdApi;
  readonly #settings: TapdSettings;
  readonly #reader: ItemReader;
  readonly #clock: Clock;
  /** Comments made here a moment ago, by issue and topic. */
  readonly #made = new Map<string, { readonly comment: Comment; readonly at: number }>();

  constructor(api: TapdApi, settings: TapdSettings, reader: ItemReader, clock: Clock) {
    this.#api = api;
    this.#settings = settings;
    this.#reader = reader;
    this.#clock = clock;
  }

  /** Oldest first; only those after `since`. */
  async list(issueId: string, since: number | null, signal: AbortSignal): Promise<IssueComment[]> {
    const comments = (await this.all(issueId, signal)).map((comment) => toComment(comment, this.#settings));
    return comments.filter(({ at }) => since === null || at > since).sort((a, b) => a.at - b.at);
  }

  /** Every comment as TAPD shows it, in the order in which they were made. Throws `tracker_not_found`. */
  async all(issueId: string, signal: AbortSignal, isSure = false): Promise<Comment[]> {
    throwIfAborted(signal);
    const ref = known(issueId);
    const params = { ...entry(ref), fields: FIELDS };
    const rows = await this.#api.list(PATH, "Comment", params, signal, isSure);
    // An item that is not there has no comments either.
    if (rows.length === 0) await this.#reader.get(issueId, signal);
    return rows.map((row) => {
      if (!validateComment(row))
        throw unreadable({ name: `GET ${PATH}`, isWrite: false }, `comment ${row.id} lacks its text.`);
      return row;
    });
  }

  /** A free comment; asked twice it is there twice. */
  async add(issueId: string, body: string, author: string, signal: AbortSignal): Promise<string> {
    return (await this.make(issueId, commentHtml(body, { topic: null, author }), signal)).id;
  }

  /** Makes the one comment on a topic say `body`. Where two were made at once, the older one stays. */
  async ensure(issueId: string, topic: string, body: string, author: string, signal: AbortSignal): Promise<string> {
    if (topic.trim() === "") throw impossible("A comment's topic must not be blank.");
    if ([CLAIM_TOPIC, SURPLUS_TOPIC].includes(topic)) throw impossible(`The topic "${topic}" is the tracker's own.`);
    const html = commentHtml(body, { topic, author });
    const work = async (): Promise<string> => {
      const [kept, ...more] = await this.#about(issueId, topic, signal);
      for (const { id } of more) await this.#drop(id, signal);
      if (kept === undefined) {
        const comment = await this.make(issueId, html, signal);
        this.#made.set(`${issueId} ${topic}`, { comment, at: this.#clock.monotonic() });
        return comment.id;
      }
      if (kept.description !== html && toComment(kept, this.#settings).body !== body)
        await this.edit(kept.id, html, signal);
      return kept.id;
    };
    return this.#api.turn(`comments ${issueId}`, work, signal);
  }

  async make(issueId: string, html: string, signal: AbortSignal): Promise<Comment> {
    const ref = known(issueId);
    return this.#save({ ...entry(ref), description: html, author: this.#settings.author }, signal);
  }

  async edit(id: string, html: string, signal: AbortSignal): Promise<void> {
    await this.#save({ id, description: html }, signal);
  }

  /** Our comments on a topic, the oldest first; one that was just made is among them before TAPD shows it. */
  async #about(issueId: string, topic: string, signal: AbortSignal): Promise<Comment[]> {
    const all = await this.all(issueId, signal, true);
    const shown = all.filter((comment) => toComment(comment, this.#settings).topic === topic);
    const key = `${issueId} ${topic}`;
    const made = this.#made.get(key);
    if (made !== undefined && (shown.length > 0 || this.#clock.monotonic() - made.at > LAG_MS)) this.#made.delete(key);
    return shown.length > 0 || made === undefined || !this.#made.has(key) ? shown : [made.comment];
  }

  async #drop(id: string, signal: AbortSignal): Promise<void> {
    const html = commentHtml("Made twice; the comment above counts.", { topic: SURPLUS_TOPIC, author: null });
    await this.edit(id, html, signal);
  }

  async #save(fields: Readonly<Record<string, string>>, signal: AbortSignal): Promise<Comment> {
    return (await this.#api.post(PATH, fields, isSaved, signal)).Comment;
  }
}

function isSaved(data: unknown): data is { readonly Comment: Comment } {
  return typeof data === "object" && data !== null && validateComment(Reflect.get(data, "Comment"));
}

function entry({ entity, id }: ItemRef): { readonly entry_type: string; readonly entry_id: string } {
  return { entry_type: ENTITIES[entity].entryType, entry_id: id };
}

function known(issueId: string): ItemRef {
  const ref = refOf(issueId);
  if (ref === undefined || issueIdOf(ref) !== issueId) throw unknownIssue(issueId);
  return ref;
}
