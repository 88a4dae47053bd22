import { isDeepStrictEqual } from "node:util";
import { newId } from "../../base/ids.ts";
import type { CallOptions } from "../../contracts/outside.ts";
import { linkText, linkTopic } from "../../contracts/relation-topic.ts";
import { relationsOf } from "../../contracts/relation-view.ts";
import type {
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
import { MemoryCalls, type MemoryOutside, type MemoryPorts } from "./calls.ts";
import { blank, find, impossible, refuseBlank, unknownIssue } from "./errors.ts";
import { followUpIn, linkedIn, sameLabels, toComment, toIssues } from "./map.ts";
import type { MemoryState, MemoryValues } from "./schema.ts";
import { withBody, withClaim, withComment, withCreated, withEdit } from "./state.ts";
import type { StateChange } from "./store.ts";

/** One client of a memory tracker. Others may use the same tracker through clients of their own. */
export class MemoryTracker implements Tracker {
  readonly kind = "memory";
  readonly capabilities: TrackerCapabilities = {
    ...{ move: true, comment: true, label: true, create: true, watch: true, update: true },
    ...{ attach: true, relations: true, claim: "comment", isPrivate: true },
  };
  readonly #outside: MemoryOutside;
  readonly #calls: MemoryCalls;
  readonly #watching = new Set<() => void>();

  constructor(outside: MemoryOutside, ports: MemoryPorts) {
    this.#outside = outside;
    this.#calls = new MemoryCalls(outside, ports);
  }

  /** Another client of the same tracker, with ports of its own: a person, or Maestro after a restart. */
  connect(ports: MemoryPorts = {}): MemoryTracker {
    return new MemoryTracker(this.#outside, ports);
  }

  async issuesByStates(states: readonly string[], options: CallOptions): Promise<readonly Issue[]> {
    if (states.length === 0) return [];
    const wanted = new Set(states.map(stateKey));
    return this.#calls.read({ verb: "issuesByStates", issueId: null, arguments: { states } }, options, (_, issues) =>
      issues.filter((issue) => wanted.has(stateKey(issue.state))),
    );
  }

  async issuesByIds(ids: readonly string[], options: CallOptions): Promise<readonly Issue[]> {
    if (ids.length === 0) return [];
    const wanted = new Set(ids);
    return this.#calls.read({ verb: "issuesByIds", issueId: null, arguments: { ids } }, options, (_, issues) =>
      issues.filter((issue) => wanted.has(issue.id)),
    );
  }

  async issueByIdentifier(identifier: string, options: CallOptions): Promise<Issue | undefined> {
    const call = { verb: "issueByIdentifier", issueId: null, arguments: { identifier } };
    return this.#calls.read(call, options, (_, issues) => issues.find((issue) => issue.identifier === identifier));
  }

  async move(
    issueId: string,
    change: { readonly to: string; readonly from: string | null },
    options: CallOptions,
  ): Promise<MoveResult> {
    const { to, from } = change;
    if (stateKey(to) === "") throw blank("state", "move");
    const call = { verb: "move", issueId, arguments: { to, from } };
    return this.#calls.write<MoveResult>(call, options, (state, issues) => {
      const issue = find(issues, issueId);
      if (sameState(issue.state, to)) return { result: "already" };
      if (from !== null && !sameState(issue.state, from)) return { result: "conflict" };
      return { next: this.#edit(state, issue, { state: to }), result: "moved" };
    });
  }

  async comments(issueId: string, since: number | null, options: CallOptions): Promise<readonly IssueComment[]> {
    const call = { verb: "comments", issueId, arguments: { since } };
    return this.#calls.read(call, options, (state, issues) => {
      find(issues, issueId);
      const own = state.comments.filter((comment) => comment.issue_id === issueId && comment.at > (since ?? -Infinity));
      return own.map(toComment).sort((a, b) => a.at - b.at);
    });
  }

  async ensureComment(
    issueId: string,
    topic: string,
    body: string,
    author: string,
    options: CallOptions,
  ): Promise<string> {
    if (topic.trim() === "") throw blank("comment topic", "ensureComment");
    const call = { verb: "ensureComment", issueId, arguments: { topic, body, author } };
    return this.#calls.write(call, options, (state, issues) => {
      find(issues, issueId);
      return this.#ensure(state, issueId, topic, body, author);
    });
  }

  async comment(issueId: string, body: string, author: string, options: CallOptions): Promise<string> {
    const call = { verb: "comment", issueId, arguments: { body, author } };
    return this.#calls.write(call, options, (state, issues) => {
      find(issues, issueId);
      return this.#say(state, issueId, body, author, null);
    });
  }

  async label(
    issueId: string,
    change: { readonly add: readonly string[]; readonly remove: readonly string[] },
    options: CallOptions,
  ): Promise<void> {
    const { add, remove } = change;
    const call = { verb: "label", issueId, arguments: { add, remove } };
    return this.#calls.write(call, options, (state, issues) => {
      const issue = find(issues, issueId);
      const gone = normaliseLabels(remove);
      const labels = normaliseLabels([...issue.labels.filter((label) => !gone.includes(label)), ...add]);
      if (sameLabels(labels, issue.labels)) return { result: undefined };
      return { next: this.#edit(state, issue, { labels }), result: undefined };
    });
  }

  async create(draft: IssueDraft, options: CallOptions): Promise<Issue> {
    refuseBlank(draft, "create");
    const call = { verb: "create", issueId: null, arguments: { ...draft } };
    return this.#calls.write(call, options, (state, issues) => this.#made(state, issues, draft));
  }

  async update(issueId: string, change: IssueUpdate, options: CallOptions): Promise<Issue> {
    if (change.title?.trim() === "") throw blank("title", "update");
    return this.#calls.write({ verb: "update", issueId, arguments: { ...change } }, options, (state, issues) => {
      const issue = find(issues, issueId);
      const { title, description, priority, owner, type } = change;
      const values: MemoryValues = {
        ...(title === undefined ? {} : { title }),
        ...(description === undefined ? {} : { description }),
        ...(priority === undefined ? {} : { priority }),
        ...(owner === undefined ? {} : { assignee_id: owner }),
        ...(type === undefined ? {} : { type }),
      };
      const next = this.#edit(state, issue, { values });
      const result = find(toIssues(this.#outside.declared, next), issueId);
      const isSame = type === undefined && isDeepStrictEqual({ ...result, updatedAt: issue.updatedAt }, issue);
      return isSame ? { result: issue } : { next, result };
    });
  }

  async relate(
    issueId: string,
    link: Parameters<NonNullable<Tracker["relate"]>>[1],
    options: CallOptions,
  ): Promise<void> {
    const { kind, identifier } = link;
    return this.#calls.write({ verb: "relate", issueId, arguments: { kind, identifier } }, options, (state, issues) => {
      if (find(issues, issueId).identifier === identifier) throw impossible("An issue cannot be linked to itself.");
      if (!issues.some((issue) => issue.identifier === identifier)) throw unknownIssue(identifier);
      const topic = linkTopic({ kind, identifier });
      return { ...this.#ensure(state, issueId, topic, linkText(kind, identifier), "maestro"), result: undefined };
    });
  }

  async relations(issueId: string, options: CallOptions): Promise<readonly IssueRelation[]> {
    return this.#calls.read({ verb: "relations", issueId, arguments: {} }, options, (state, issues) => {
      find(issues, issueId);
      return relationsOf(issueId, linkedIn(state, issues));
    });
  }

  async attach(
    issueId: string,
    { url, title, kind }: Parameters<NonNullable<Tracker["attach"]>>[1],
    options: CallOptions,
  ): Promise<void> {
    if (!URL.canParse(url)) throw impossible(`"${url}" is no URL.`);
    return this.#calls.write({ verb: "attach", issueId, arguments: { url, title, kind } }, options, (state, issues) => {
      find(issues, issueId);
      const body = `[${title}](${url})`;
      return { ...this.#ensure(state, issueId, `attachment ${url}`, body, "maestro"), result: undefined };
    });
  }

  async ensureFollowUp(issueId: string, key: string, draft: IssueDraft, options: CallOptions): Promise<Issue> {
    refuseBlank(draft, "ensureFollowUp");
    if (key.trim() === "") throw blank("follow-up key", "ensureFollowUp");
    const call = { verb: "ensureFollowUp", issueId, arguments: { key, ...draft } };
    return this.#calls.write(call, options, (state, issues) => {
      find(issues, issueId);
      const found = followUpIn(state, issueId, key);
      const made = issues.find(({ id }) => id === found);
      return made === undefined ? this.#made(state, issues, draft, { of: issueId, key }) : { result: made };
    });
  }

  async claim(issueId: string, claim: IssueClaim, options: CallOptions): Promise<ClaimResult> {
    const call = { verb: "claim", issueId, arguments: { ...claim } };
    return this.#calls.write<ClaimResult>(call, options, (state, issues) => {
      find(issues, issueId);
      const standing = claimOn(state, issueId);
      const isRunning = standing !== undefined && standing.expires_at > this.#outside.context.clock.now();
      if (isRunning && standing.owner !== claim.owner)
        return { result: { kind: "held", owner: standing.owner, expiresAt: standing.expires_at } };
      return { next: withClaim(state, issueId, claim), result: { kind: "claimed" } };
    });
  }

  async release(issueId: string, owner: string, options: CallOptions): Promise<void> {
    return this.#calls.write({ verb: "release", issueId, arguments: { owner } }, options, (state) =>
      claimOn(state, issueId)?.owner === owner
        ? { next: withClaim(state, issueId, null), result: undefined }
        : { result: undefined },
    );
  }

  watch(onHint: () => void): () => void {
    // A function of its own: the same callback may watch twice and stop once.
    const hint = (): void => onHint();
    this.#watching.add(hint);
    this.#outside.watchers.add(hint);
    return () => {
      this.#watching.delete(hint);
      this.#outside.watchers.delete(hint);
    };
  }

  async health(options: CallOptions): Promise<void> {
    await this.#calls.read({ verb: "health", issueId: null, arguments: {} }, options, () => undefined);
  }

  async close(): Promise<void> {
    for (const hint of this.#watching) this.#outside.watchers.delete(hint);
    this.#watching.clear();
  }

  #made(
    state: MemoryState,
    issues: readonly Issue[],
    draft: IssueDraft,
    follows?: { readonly of: string; readonly key: string },
  ): StateChange<Issue> {
    const { state: next, id } = withCreated(state, issues, draft, this.#outside.context.clock.now(), follows);
    return { next, result: find(toIssues(this.#outside.declared, next), id) };
  }

  #ensure(state: MemoryState, issueId: string, topic: string, body: string, author: string): StateChange<string> {
    const kept = state.comments.find((comment) => comment.issue_id === issueId && comment.topic === topic);
    if (kept === undefined) return this.#say(state, issueId, body, author, topic);
    if (kept.body === body) return { result: kept.id };
    return { next: withBody(state, kept.id, body, author), result: kept.id };
  }

  #edit(state: MemoryState, issue: Issue, change: Parameters<typeof withEdit>[3]): MemoryState {
    const { declared, context } = this.#outside;
    const origin = [...declared, ...state.created].find(({ id }) => id === issue.id);
    return origin === undefined ? state : withEdit(state, issue, origin, change, context.clock.now());
  }

  #say(state: MemoryState, issueId: string, body: string, author: string, topic: string | null): StateChange<string> {
    const { clock, random } = this.#outside.context;
    const id = newId(random, "comment");
    return { next: withComment(state, { id, issue_id: issueId, author, body, at: clock.now(), topic }), result: id };
  }
}

function claimOn(state: MemoryState, issueId: string) {
  return (state.claims ?? []).find(({ issue_id }) => issue_id === issueId);
}
