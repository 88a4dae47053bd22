import { throwIfAborted } from "../../base/abort.ts";
import { newId } from "../../base/ids.ts";
import type { CallOptions } from "../../contracts/outside.ts";
import { relationsOf } from "../../contracts/relation-view.ts";
import type {
  AdapterContext,
  ClaimResult,
  IssueClaim,
  IssueDraft,
  IssueRelation,
  IssueUpdate,
  MoveResult,
  Tracker,
  TrackerCapabilities,
} from "../../contracts/tracker.ts";
import { type Issue, type IssueComment, normaliseLabels, sameState, stateKey } from "../../model/issue.ts";
import { CLAIM_TOPIC, claimText, givenUpText, readClaim } from "./claim-text.ts";
import { plainText } from "./comment-section.ts";
import { contested, unknownIssue, unwritable } from "./errors.ts";
import { IssueFolder } from "./folder.ts";
import {
  commentsOf,
  newIssueText,
  withAddress,
  withCommentBody,
  withLabels,
  withDescription,
  withEntry,
  withNewComment,
  withState,
  withValues,
} from "./issue-text.ts";
import type { LocalSettings } from "./options.ts";
import { watchFolder } from "./watch.ts";
import { type FileEdit, IssueWriter } from "./writer.ts";

/** A tracker whose issues are Markdown files in the project. */
export class LocalTracker implements Tracker {
  readonly kind = "local";
  readonly capabilities: TrackerCapabilities = {
    ...{ move: true, comment: true, label: true, create: true, watch: true, update: true },
    ...{ attach: true, relations: true, claim: "comment", isPrivate: true },
  };
  readonly #context: AdapterContext;
  readonly #folder: IssueFolder;
  readonly #writer: IssueWriter;
  readonly #watchers = new Set<() => Promise<void>>();

  constructor(settings: LocalSettings, context: AdapterContext) {
    this.#context = context;
    this.#folder = new IssueFolder(settings.directory, context.clock, context.log);
    this.#writer = new IssueWriter(settings, context, this.#folder);
  }

  async issuesByStates(states: readonly string[], { signal }: CallOptions): Promise<readonly Issue[]> {
    if (states.length === 0) return [];
    throwIfAborted(signal);
    const wanted = new Set(states.map(stateKey));
    const { issues } = await this.#folder.look(signal);
    return issues.filter((issue) => wanted.has(stateKey(issue.state)));
  }

  async issuesByIds(ids: readonly string[], { signal }: CallOptions): Promise<readonly Issue[]> {
    if (ids.length === 0) return [];
    throwIfAborted(signal);
    const wanted = new Set(ids);
    const { issues } = await this.#folder.lookFor(wanted, signal);
    return issues.filter((issue) => wanted.has(issue.id));
  }

  async issueByIdentifier(identifier: string, { signal }: CallOptions): Promise<Issue | undefined> {
    throwIfAborted(signal);
    const { byIdentifier, faults } = await this.#folder.look(signal);
    const fault = faults.find((candidate) => candidate.identifier === identifier);
    if (fault !== undefined) throw fault.error;
    return byIdentifier.get(identifier);
  }

  async move(
    issueId: string,
    change: { readonly to: string; readonly from: string | null },
    { signal }: CallOptions,
  ): Promise<MoveResult> {
    const to = change.to.trim();
    if (to === "") throw unwritable("An issue's state must not be blank.");
    return this.#writer.edit(issueId, signal, ({ issue }, text, now): FileEdit<MoveResult> => {
      if (sameState(issue.state, to)) return { text, result: "already" };
      if (change.from !== null && !sameState(issue.state, change.from)) return { text, result: "conflict" };
      return { text: withState(text, to, now), result: "moved" };
    });
  }

  async comments(issueId: string, since: number | null, { signal }: CallOptions): Promise<readonly IssueComment[]> {
    throwIfAborted(signal);
    const { parsed } = await this.#writer.read(issueId, signal);
    return commentsOf(parsed).filter(({ at }) => since === null || at > since);
  }

  async ensureComment(
    issueId: string,
    topic: string,
    body: string,
    author: string,
    { signal }: CallOptions,
  ): Promise<string> {
    const name = plainText(topic);
    if (name === "") throw unwritable("A comment's topic must not be blank.");
    return this.#writer.edit(issueId, signal, (parsed, text, now) => {
      const kept = commentsOf(parsed).find((comment) => comment.topic === name);
      const place = parsed.fileComments.find((comment) => comment.topic === name);
      if (kept === undefined || place === undefined) return this.#say(text, body, author, name, now);
      if (place.body === plainText(body)) return { text, result: kept.id };
      return { text: withCommentBody(text, place, body, now), result: kept.id };
    });
  }

  async comment(issueId: string, body: string, author: string, { signal }: CallOptions): Promise<string> {
    return this.#writer.edit(issueId, signal, (_, text, now) => this.#say(text, body, author, null, now));
  }

  async label(
    issueId: string,
    change: { readonly add: readonly string[]; readonly remove: readonly string[] },
    { signal }: CallOptions,
  ): Promise<void> {
    const add = normaliseLabels(change.add);
    const remove = normaliseLabels(change.remove);
    await this.#writer.edit(issueId, signal, (_, text, now) => ({
      text: withLabels(text, add, remove, now),
      result: undefined,
    }));
  }

  async update(issueId: string, change: IssueUpdate, { signal }: CallOptions): Promise<Issue> {
    const { title, description, priority, owner, type } = change;
    const values = {
      ...(title === undefined ? {} : { title }),
      ...(priority === undefined ? {} : { priority }),
      ...(owner === undefined ? {} : { assignee: owner }),
      ...(type === undefined ? {} : { type }),
    };
    await this.#writer.edit(issueId, signal, (_, text, now) => {
      const told = withValues(text, values, now);
      return { text: description === undefined ? told : withDescription(told, description, now), result: undefined };
    });
    const issue = (await this.#folder.lookFor([issueId], signal)).byId.get(issueId);
    if (issue === undefined) throw unknownIssue(issueId);
    return issue;
  }

  async relate(
    issueId: string,
    link: Parameters<NonNullable<Tracker["relate"]>>[1],
    { signal }: CallOptions,
  ): Promise<void> {
    const { byIdentifier } = await this.#folder.look(signal);
    const other = byIdentifier.get(link.identifier);
    if (other === undefined) throw unknownIssue(link.identifier);
    if (other.id === issueId) throw unwritable("An issue cannot be linked to itself.");
    await this.#writer.edit(issueId, signal, (_, text, now) => ({
      text: withEntry(text, link.kind, link.identifier, now),
      result: undefined,
    }));
  }

  async relations(issueId: string, { signal }: CallOptions): Promise<readonly IssueRelation[]> {
    const { byId, linked } = await this.#folder.lookFor([issueId], signal);
    if (!byId.has(issueId)) throw unknownIssue(issueId);
    return relationsOf(issueId, linked);
  }

  async attach(
    issueId: string,
    { url, title }: Parameters<NonNullable<Tracker["attach"]>>[1],
    { signal }: CallOptions,
  ): Promise<void> {
    if (!URL.canParse(url)) throw unwritable(`"${url}" is no URL.`);
    await this.#writer.edit(issueId, signal, (_, text, now) => ({
      text: withAddress(text, url, plainText(title), now),
      result: undefined,
    }));
  }

  async create(draft: IssueDraft, { signal }: CallOptions): Promise<Issue> {
    refuseBlank(draft);
    const { random, clock } = this.#context;
    const id = newId(random, "issue");
    const path = await this.#writer.create(signal, () => newIssueText(draft, id, clock.now()));
    const issue = (await this.#folder.lookFor([id], signal)).byId.get(id);
    if (issue === undefined) throw contested(path);
    return issue;
  }

  async ensureFollowUp(issueId: string, key: string, draft: IssueDraft, { signal }: CallOptions): Promise<Issue> {
    refuseBlank(draft);
    if (key.trim() === "") throw unwritable("A follow-up's key must not be blank.");
    const { random, clock } = this.#context;
    const origin = (await this.#folder.lookFor([issueId], signal)).byId.get(issueId);
    if (origin === undefined) throw unknownIssue(issueId);
    const find = async (): Promise<Issue | undefined> => {
      const { linked } = await this.#folder.look(signal);
      return linked.find(({ followUp }) => followUp?.of === issueId && followUp.key === key)?.issue;
    };
    const follows = { of: issueId, key, identifier: origin.identifier };
    const text = (): string => newIssueText(draft, newId(random, "issue"), clock.now(), follows);
    const path = await this.#writer.create(signal, text, async () => (await find())?.identifier);
    const issue = await find();
    if (issue === undefined) throw contested(path);
    return issue;
  }

  async claim(issueId: string, claim: IssueClaim, { signal }: CallOptions): Promise<ClaimResult> {
    return this.#writer.edit(issueId, signal, (parsed, text, now): FileEdit<ClaimResult> => {
      const place = parsed.fileComments.find(({ topic }) => topic === CLAIM_TOPIC);
      const standing = place === undefined ? undefined : readClaim(place.body);
      if (standing !== undefined && standing.expiresAt > now && standing.owner !== claim.owner)
        return { text, result: { kind: "held", ...standing } };
      const body = claimText(claim);
      const next =
        place === undefined
          ? this.#say(text, body, "maestro", CLAIM_TOPIC, now).text
          : withCommentBody(text, place, body, now);
      return { text: next, result: { kind: "claimed" } };
    });
  }

  async release(issueId: string, owner: string, { signal }: CallOptions): Promise<void> {
    await this.#writer.edit(issueId, signal, (parsed, text, now) => {
      const place = parsed.fileComments.find(({ topic }) => topic === CLAIM_TOPIC);
      const standing = place === undefined ? undefined : readClaim(place.body);
      const isOurs = place !== undefined && standing?.owner === owner && standing.expiresAt > 0;
      return { text: isOurs ? withCommentBody(text, place, givenUpText(owner), now) : text, result: undefined };
    });
  }

  watch(onHint: () => void): () => void {
    const { clock, log } = this.#context;
    const stop = watchFolder(this.#folder.directory, clock, log, onHint);
    this.#watchers.add(stop);
    return () => {
      this.#watchers.delete(stop);
      stop().catch((error: unknown) => log.warn("a folder watcher did not stop", { reason: String(error) }));
    };
  }

  async health({ signal }: CallOptions): Promise<void> {
    throwIfAborted(signal);
    this.#folder.names();
  }

  async close(): Promise<void> {
    const watchers = [...this.#watchers];
    this.#watchers.clear();
    await Promise.all(watchers.map((stop) => stop()));
  }

  #say(text: string, body: string, author: string, topic: string | null, at: number): FileEdit<string> {
    const id = newId(this.#context.random, "comment");
    return { text: withNewComment(text, { id, topic, author, at, body }), result: id };
  }
}

function refuseBlank({ title, state }: IssueDraft): void {
  if (title.trim() === "") throw unwritable("An issue's title must not be blank.");
  if (state.trim() === "") throw unwritable("An issue's state must not be blank.");
}
