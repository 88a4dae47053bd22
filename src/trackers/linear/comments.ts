import { isMaestroError } from "../../base/errors.ts";
import type { Random } from "../../base/random.ts";
import type { IssueComment } from "../../model/issue.ts";
import type { LinearApi } from "./api.ts";
import { derivedId, isUuid, readMark, withMark } from "./comment-mark.ts";
import { COMMENT_CREATE, COMMENT_UPDATE, COMMENTS, ISSUE_COMMENTS } from "./documents.ts";
import { impossible, unknownIssue } from "./errors.ts";
import { toComment } from "./map.ts";
import type { CommentNode } from "./schema.ts";

/** How many comments on one topic people may delete before it gets no further one. A deleted id may never be used again. */
const LIVES = 4;

/** Reads and writes the comments of issues. */
export class Comments {
  readonly #api: LinearApi;
  readonly #random: Random;

  constructor(api: LinearApi, random: Random) {
    this.#api = api;
    this.#random = random;
  }

  /** Oldest first; only those after `since`. */
  async list(issueId: string, since: number | null, signal: AbortSignal): Promise<readonly IssueComment[]> {
    const filter = since === null ? {} : { createdAt: { gt: new Date(since).toISOString() } };
    const comments = (await this.nodes(issueId, filter, signal)).map(toComment);
    return comments.filter(({ at }) => since === null || at > since).sort((a, b) => a.at - b.at);
  }

  /** The comments of an issue that a filter of Linear's lets through. Throws `tracker_not_found`. */
  async nodes(issueId: string, filter: object, signal: AbortSignal): Promise<CommentNode[]> {
    checkId(issueId);
    const nodes = await this.#api.readAll(
      async (after) => (await this.#api.ask(ISSUE_COMMENTS, { id: issueId, filter, after }, signal)).issue.comments,
    );
    return [...new Map(nodes.map((node) => [node.id, node])).values()];
  }

  /** Makes the one comment on a topic say `body`. Its id follows from issue and topic, so a lost answer does not make a second one. */
  async ensure(issueId: string, topic: string, body: string, author: string, signal: AbortSignal): Promise<string> {
    if (topic.trim() === "") throw impossible("A comment's topic must not be blank.");
    checkId(issueId);
    const text = withMark(body, { topic, author });
    const ids = Array.from({ length: LIVES }, (_, life) => derivedId("comment", issueId, topic, String(life)));
    const { comments } = await this.#api.ask(COMMENTS, { filter: { id: { in: ids } }, after: null }, signal);
    const kept = ids.flatMap((id) => comments.nodes.find((comment) => comment.id === id) ?? [])[0];
    if (kept === undefined) return this.#makeOrEdit(issueId, ids, text, signal);
    if (readMark(kept.body).body !== body) await this.#edit(kept.id, text, signal);
    return kept.id;
  }

  /** A free comment; asked twice it is there twice. */
  async add(issueId: string, body: string, author: string, signal: AbortSignal): Promise<string> {
    checkId(issueId);
    const id = derivedId("remark", this.#random.hex(16));
    return this.#make(id, issueId, withMark(body, { topic: null, author }), signal);
  }

  /** Where an id is taken, its comment is not seen yet and is edited; where even that fails, a person deleted it and the next id's turn comes. */
  async #makeOrEdit(issueId: string, ids: readonly string[], text: string, signal: AbortSignal): Promise<string> {
    let refusal: unknown;
    for (const id of ids) {
      try {
        return await this.#make(id, issueId, text, signal);
      } catch (error) {
        if (!isMaestroError(error) || !/^tracker_(conflict|status)$/.test(error.code)) throw error;
        refusal = error;
      }
      try {
        await this.#edit(id, text, signal);
        return id;
      } catch (error) {
        if (!isMaestroError(error) || error.code !== "tracker_not_found") throw error;
      }
    }
    throw refusal;
  }

  async #make(id: string, issueId: string, body: string, signal: AbortSignal): Promise<string> {
    const input = { id, issueId, body, doNotSubscribeToIssue: true };
    return (await this.#api.ask(COMMENT_CREATE, { input }, signal)).commentCreate.comment.id;
  }

  async #edit(id: string, body: string, signal: AbortSignal): Promise<void> {
    await this.#api.ask(COMMENT_UPDATE, { id, input: { body } }, signal);
  }
}

function checkId(issueId: string): void {
  if (!isUuid(issueId)) throw unknownIssue(issueId);
}
