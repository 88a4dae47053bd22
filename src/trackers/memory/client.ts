import { throwIfAborted } from "../../base/abort.ts";
import { MaestroError } from "../../base/errors.ts";
import { newId } from "../../base/ids.ts";
import type { JsonObject } from "../../base/json.ts";
import type { CallOptions } from "../../contracts/outside.ts";
import type {
  AdapterContext,
  ClaimResult,
  IssueClaim,
  IssueDraft,
  MoveResult,
  Tracker,
  TrackerCapabilities,
} from "../../contracts/tracker.ts";
import { type Issue, type IssueComment, normaliseLabels, sameState, stateKey } from "../../model/issue.ts";
import { lostCall, type MemoryCall, type MemoryFaults, refusedCall } from "./faults.ts";
import { sameLabels, toComment, toIssues } from "./map.ts";
import type { MemoryIssue, MemoryState } from "./schema.ts";
import { withBody, withClaim, withComment, withCreated, withEdit } from "./state.ts";
import type { MemoryStore, StateChange } from "./store.ts";

/** What only tests and the simulation hand to a client. */
export interface MemoryPorts {
  readonly faults?: MemoryFaults;
  /** Told of every call that reached the tracker, at the moment of its effect. */
  readonly onCall?: (call: MemoryCall) => void;
}

/** The outside system itself: what all its clients share. */
export interface MemoryOutside {
  readonly declared: readonly MemoryIssue[];
  readonly store: MemoryStore;
  readonly context: AdapterContext;
  readonly watchers: Set<() => void>;
}

type Call = Omit<MemoryCall, "effect">;

/** One client of a memory tracker. Others may use the same tracker through clients of their own. */
export class MemoryTracker implements Tracker {
  readonly kind = "memory";
  readonly capabilities: TrackerCapabilities = {
    ...{ move: true, comment: true, label: true, create: true, watch: true },
    ...{ claim: "comment", isPrivate: true },
  };
  readonly #outside: MemoryOutside;
  readonly #ports: MemoryPorts;
  readonly #watching = new Set<() => void>();
  #seen: { readonly state: MemoryState; readonly issues: readonly Issue[] } | undefined;

  constructor(outside: MemoryOutside, ports: MemoryPorts) {
    this.#outside = outside;
    this.#ports = ports;
  }

  /** Another client of the same tracker, with ports of its own: a person, or Maestro after a restart. */
  connect(ports: MemoryPorts = {}): MemoryTracker {
    return new MemoryTracker(this.#outside, ports);
  }

  async issuesByStates(states: readonly string[], options: CallOptions): Promise<readonly Issue[]> {
    if (states.length === 0) return [];
    const wanted = new Set(states.map(stateKey));
    return this.#read({ verb: "issuesByStates", issueId: null, arguments: { states } }, options, (_, issues) =>
      issues.filter((issue) => wanted.has(stateKey(issue.state))),
    );
  }

  async issuesByIds(ids: readonly string[], options: CallOptions): Promise<readonly Issue[]> {
    if (ids.length === 0) return [];
    const wanted = new Set(ids);
    return this.#read({ verb: "issuesByIds", issueId: null, arguments: { ids } }, options, (_, issues) =>
      issues.filter((issue) => wanted.has(issue.id)),
    );
  }

  async issueByIdentifier(identifier: string, options: CallOptions): Promise<Issue | undefined> {
    const call = { verb: "issueByIdentifier", issueId: null, arguments: { identifier } };
    return this.#read(call, options, (_, issues) => issues.find((issue) => issue.identifier === identifier));
  }

  async move(
    issueId: string,
    change: { readonly to: string; readonly from: string | null },
    options: CallOptions,
  ): Promise<MoveResult> {
    const { to, from } = change;
    if (stateKey(to) === "") throw blank("state", "move");
    const call = { verb: "move", issueId, arguments: { to, from } };
    return this.#write<MoveResult>(call, options, (state, issues) => {
      const issue = find(issues, issueId);
      if (sameState(issue.state, to)) return { result: "already" };
      if (from !== null && !sameState(issue.state, from)) return { result: "conflict" };
      return { next: this.#edit(state, issue, { state: to }), result: "moved" };
    });
  }

  async comments(issueId: string, since: number | null, options: CallOptions): Promise<readonly IssueComment[]> {
    const call = { verb: "comments", issueId, arguments: { since } };
    return this.#read(call, options, (state, issues) => {
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
    return this.#write(call, options, (state, issues) => {
      find(issues, issueId);
      const kept = state.comments.find((comment) => comment.issue_id === issueId && comment.topic === topic);
      if (kept === undefined) return this.#say(state, issueId, body, author, topic);
      return kept.body === body
        ? { result: kept.id }
        : { next: withBody(state, kept.id, body, author), result: kept.id };
    });
  }

  async comment(issueId: string, body: string, author: string, options: CallOptions): Promise<string> {
    const call = { verb: "comment", issueId, arguments: { body, author } };
    return this.#write(call, options, (state, issues) => {
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
    return this.#write(call, options, (state, issues) => {
      const issue = find(issues, issueId);
      const gone = normaliseLabels(remove);
      const labels = normaliseLabels([...issue.labels.filter((label) => !gone.includes(label)), ...add]);
      if (sameLabels(labels, issue.labels)) return { result: undefined };
      return { next: this.#edit(state, issue, { labels }), result: undefined };
    });
  }

  async create(draft: IssueDraft, options: CallOptions): Promise<Issue> {
    if (draft.title.trim() === "") throw blank("title", "create");
    if (stateKey(draft.state) === "") throw blank("state", "create");
    const call = { verb: "create", issueId: null, arguments: { ...draft } };
    return this.#write(call, options, (state, issues) => {
      const { state: next, id } = withCreated(state, issues, draft, this.#outside.context.clock.now());
      return { next, result: find(toIssues(this.#outside.declared, next), id) };
    });
  }

  async claim(issueId: string, claim: IssueClaim, options: CallOptions): Promise<ClaimResult> {
    const call = { verb: "claim", issueId, arguments: { ...claim } };
    return this.#write<ClaimResult>(call, options, (state, issues) => {
      find(issues, issueId);
      const standing = claimOn(state, issueId);
      const isRunning = standing !== undefined && standing.expires_at > this.#outside.context.clock.now();
      if (isRunning && standing.owner !== claim.owner)
        return { result: { kind: "held", owner: standing.owner, expiresAt: standing.expires_at } };
      return { next: withClaim(state, issueId, claim), result: { kind: "claimed" } };
    });
  }

  async release(issueId: string, owner: string, options: CallOptions): Promise<void> {
    return this.#write({ verb: "release", issueId, arguments: { owner } }, options, (state) =>
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
    await this.#read({ verb: "health", issueId: null, arguments: {} }, options, () => undefined);
  }

  async close(): Promise<void> {
    for (const hint of this.#watching) this.#outside.watchers.delete(hint);
    this.#watching.clear();
  }

  #edit(
    state: MemoryState,
    issue: Issue,
    change: { readonly state?: string; readonly labels?: readonly string[] },
  ): MemoryState {
    const { declared, context } = this.#outside;
    const origin = [...declared, ...state.created].find(({ id }) => id === issue.id);
    return origin === undefined ? state : withEdit(state, issue, origin, change, context.clock.now());
  }

  #say(state: MemoryState, issueId: string, body: string, author: string, topic: string | null): StateChange<string> {
    const { clock, random } = this.#outside.context;
    const id = newId(random, "comment");
    return { next: withComment(state, { id, issue_id: issueId, author, body, at: clock.now(), topic }), result: id };
  }

  async #read<T>(
    call: Call,
    { signal }: CallOptions,
    answer: (state: MemoryState, issues: readonly Issue[]) => T,
  ): Promise<T> {
    const fault = this.#begin(call, signal);
    const { store } = this.#outside;
    const state = (fault === "stale" ? store.before() : undefined) ?? (await store.read());
    this.#ports.onCall?.({ ...call, effect: false });
    const result = answer(state, this.#issuesOf(state));
    await this.#answer(call, fault, signal);
    return result;
  }

  async #write<T>(
    call: Call,
    { signal }: CallOptions,
    change: (state: MemoryState, issues: readonly Issue[]) => StateChange<T>,
  ): Promise<T> {
    const fault = this.#begin(call, signal);
    const changed = await this.#outside.store.update(signal, (state) => change(state, this.#issuesOf(state)));
    const effect = changed.next !== undefined;
    this.#ports.onCall?.({ ...call, effect });
    if (effect) for (const hint of this.#outside.watchers) queueMicrotask(hint);
    await this.#answer(call, fault, signal);
    return changed.result;
  }

  #begin({ verb }: Call, signal: AbortSignal): ReturnType<MemoryFaults["next"]> {
    throwIfAborted(signal);
    const fault = this.#ports.faults?.next(verb);
    if (fault === "fail") throw refusedCall(verb);
    if (fault === "lose_request") throw lostCall(verb);
    return fault;
  }

  /** The way back of an answer, after the effect. */
  async #answer({ verb }: Call, fault: ReturnType<MemoryFaults["next"]>, signal: AbortSignal): Promise<void> {
    if (fault === "lose_answer") throw lostCall(verb);
    if (fault === "late") await this.#outside.context.clock.sleep(this.#ports.faults?.lateMs ?? 1000, signal);
  }

  #issuesOf(state: MemoryState): readonly Issue[] {
    if (this.#seen?.state !== state) this.#seen = { state, issues: toIssues(this.#outside.declared, state) };
    return this.#seen.issues;
  }
}

function claimOn(state: MemoryState, issueId: string) {
  return (state.claims ?? []).find(({ issue_id }) => issue_id === issueId);
}

function find(issues: readonly Issue[], issueId: string): Issue {
  const issue = issues.find(({ id }) => id === issueId);
  if (issue !== undefined) return issue;
  throw new MaestroError({
    code: "tracker_not_found",
    message: `There is no issue with the id "${issueId}".`,
    hint: "`maestro issue list` shows the issues there are.",
    facts: { issue_id: issueId },
  });
}

function blank(what: string, verb: string): MaestroError {
  const facts: JsonObject = { verb };
  return new MaestroError({ code: "tracker_status", message: `An issue's ${what} must not be blank.`, facts });
}
