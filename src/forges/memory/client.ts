import { newId } from "../../base/ids.ts";
import {
  mergeVerdict,
  notOpen,
  otherHead,
  refuseDraft,
  unknownChange,
  withCheck,
  withReview,
} from "../../contracts/change-rules.ts";
import type { ChangeDraft, Forge, ForgeCapabilities, MergeResult } from "../../contracts/forge.ts";
import type { CallOptions } from "../../contracts/outside.ts";
import type { Change, ChangeReview } from "../../model/change.ts";
import { MemoryCalls, type MemoryForgeOutside, type MemoryForgePorts } from "./calls.ts";
import { type MemoryForgeState, type StateChange, withBranch, withChange, withClosed } from "./state.ts";

type Shown = readonly Change[];

/** One client of a memory forge. Others may use the same forge through clients of their own. */
export class MemoryForge implements Forge {
  readonly kind = "memory";
  readonly capabilities: ForgeCapabilities = { reviews: true, publishChecks: true, merge: true };
  readonly #outside: MemoryForgeOutside;
  readonly #calls: MemoryCalls;
  readonly #watching = new Set<() => void>();

  constructor(outside: MemoryForgeOutside, ports: MemoryForgePorts) {
    this.#outside = outside;
    this.#calls = new MemoryCalls(outside, ports);
  }

  /** Another client of the same forge, with ports of its own: a person, or Maestro after a restart. */
  connect(ports: MemoryForgePorts = {}): MemoryForge {
    return new MemoryForge(this.#outside, ports);
  }

  /** Where every branch stands. */
  get branches(): ReadonlyMap<string, string> {
    return this.#outside.state.branches;
  }

  /**
   * What a Git push does here: sets the branch when it stands at `expected` (`null`: does not exist). It is told like a call, but no
   * fault meets it: Git has its own way.
   */
  receivePush(branch: string, sha: string, expected: string | null): "pushed" | "already" | "moved" {
    const { state } = this.#outside;
    const present = state.branches.get(branch) ?? null;
    const result = present === sha ? "already" : present === expected ? "pushed" : "moved";
    if (result === "pushed") this.#calls.replace(withBranch(state, branch, sha));
    const call = { verb: "receivePush", changeId: null, arguments: { branch, sha, expected } };
    this.#calls.tell(call, result === "pushed");
    return result;
  }

  /** Sets how an open change merges; new ones are clean. Throws `forge_not_found`. */
  setMergeability(changeId: string, mergeability: Change["mergeability"]): void {
    const { state } = this.#outside;
    const kept = find(state.changes, changeId);
    this.#calls.replace(withChange(state, { ...kept, mergeability }));
  }

  remote(): null {
    return null;
  }

  async branchHead(branch: string, options: CallOptions): Promise<string | undefined> {
    const call = { verb: "branchHead", changeId: null, arguments: { branch } };
    return this.#calls.read(call, options, (_, { branches }) => branches.get(branch));
  }

  async ensureChange(draft: ChangeDraft, options: CallOptions): Promise<Change> {
    refuseDraft(draft);
    const call = { verb: "ensureChange", changeId: null, arguments: { ...draft } };
    return this.#calls.write(call, options, (shown, state) => {
      const tip = state.branches.get(draft.branch) ?? null;
      if (tip !== draft.headSha) throw otherHead(draft.branch, draft.headSha, tip);
      const { title, body, base } = draft;
      const found = shown.find((change) => change.branch === draft.branch && change.state === "open");
      if (found === undefined) return this.#made(state, draft);
      if (found.title === title && found.body === body && found.base === base) return { result: found };
      const baseSha = state.branches.get(base) ?? null;
      const changed = { ...found, title, body, base, baseSha, updatedAt: this.#now() };
      return { next: withChange(state, changed), result: changed };
    });
  }

  async findChange(branch: string, options: CallOptions): Promise<Change | undefined> {
    const call = { verb: "findChange", changeId: null, arguments: { branch } };
    return this.#calls.read(call, options, (shown) => shown.findLast((change) => change.branch === branch));
  }

  async changesByIds(ids: readonly string[], options: CallOptions): Promise<readonly Change[]> {
    if (ids.length === 0) return [];
    const call = { verb: "changesByIds", changeId: null, arguments: { ids } };
    return this.#calls.read(call, options, (shown) => shown.filter(({ id }) => ids.includes(id)));
  }

  async list(filter: { readonly state: Change["state"] | null }, options: CallOptions): Promise<readonly Change[]> {
    const call = { verb: "list", changeId: null, arguments: { state: filter.state } };
    return this.#calls.read(call, options, (shown) =>
      shown.filter(({ state }) => filter.state === null || state === filter.state),
    );
  }

  async diff(changeId: string, options: CallOptions): Promise<string> {
    return this.#calls.read({ verb: "diff", changeId, arguments: {} }, options, (shown) => {
      find(shown, changeId);
      return "";
    });
  }

  async review(
    changeId: string,
    review: Pick<ChangeReview, "author" | "decision" | "body">,
    options: CallOptions,
  ): Promise<void> {
    return this.#calls.write({ verb: "review", changeId, arguments: { ...review } }, options, (shown, state) => {
      const change = find(shown, changeId);
      if (change.state !== "open") throw notOpen(change, changeId);
      const { author, decision, body } = review;
      const stamp = { id: this.#id("review"), headSha: change.headSha, at: this.#now() };
      return this.#edited(state, withReview(change, { ...stamp, author, decision, body }));
    });
  }

  async comment(changeId: string, author: string, body: string, options: CallOptions): Promise<string> {
    return this.#calls.write({ verb: "comment", changeId, arguments: { author, body } }, options, (shown, state) => {
      const change = find(shown, changeId);
      const comment = { id: this.#id("comment"), author, body, at: this.#now(), topic: null };
      const comments = [...change.comments, comment];
      return { ...this.#edited(state, { ...change, comments }), result: comment.id };
    });
  }

  async publishCheck(
    changeId: string,
    check: { readonly name: string; readonly headSha: string; readonly passed: boolean; readonly summary: string },
    options: CallOptions,
  ): Promise<void> {
    return this.#calls.write({ verb: "publishCheck", changeId, arguments: { ...check } }, options, (shown, state) => {
      const { name, headSha, summary } = check;
      const status = check.passed ? "passed" : "failed";
      return this.#edited(state, withCheck(find(shown, changeId), { name, headSha, status, required: true, summary }));
    });
  }

  async merge(changeId: string, expectedHead: string, options: CallOptions): Promise<MergeResult> {
    const call = { verb: "merge", changeId, arguments: { expectedHead } };
    return this.#calls.write<MergeResult>(call, options, (shown, state) => {
      const change = find(shown, changeId);
      const verdict = mergeVerdict(change, expectedHead);
      if (verdict !== undefined) return { result: verdict };
      const sha = this.#outside.context.random.hex(20);
      const merged: Change = { ...change, state: "merged", mergedSha: sha, updatedAt: this.#now() };
      return { next: withChange(withBranch(state, change.base, sha), merged), result: { kind: "merged", sha } };
    });
  }

  async close(changeId: string, options: CallOptions): Promise<void> {
    return this.#calls.write({ verb: "close", changeId, arguments: {} }, options, (shown, state) => {
      const change = find(shown, changeId);
      if (change.state === "merged") throw notOpen(change, changeId);
      if (change.state === "closed") return { result: undefined };
      return { next: withClosed(state, [change], this.#now()), result: undefined };
    });
  }

  async deleteBranch(
    branch: string,
    expectedHead: string | null,
    options: CallOptions,
  ): Promise<"deleted" | "already" | "moved"> {
    const call = { verb: "deleteBranch", changeId: null, arguments: { branch, expectedHead } };
    return this.#calls.write<"deleted" | "already" | "moved">(call, options, (shown, state) => {
      const present = state.branches.get(branch);
      if (present === undefined) return { result: "already" };
      if (expectedHead !== null && present !== expectedHead) return { result: "moved" };
      const own = shown.filter((change) => change.branch === branch);
      return { next: withBranch(withClosed(state, own, this.#now()), branch, null), result: "deleted" };
    });
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
    await this.#calls.read({ verb: "health", changeId: null, arguments: {} }, options, () => undefined);
  }

  async dispose(): Promise<void> {
    for (const hint of this.#watching) this.#outside.watchers.delete(hint);
    this.#watching.clear();
  }

  #made(state: MemoryForgeState, draft: ChangeDraft): StateChange<Change> {
    const { branch, base, headSha, title, body } = draft;
    const change: Change = {
      id: String(state.changes.length + 1),
      url: null,
      title,
      body,
      branch,
      base,
      headSha,
      baseSha: state.branches.get(base) ?? null,
      state: "open",
      draft: false,
      mergeability: "clean",
      mergedSha: null,
      reviews: [],
      comments: [],
      checks: [],
      updatedAt: this.#now(),
    };
    return { next: withChange(state, change), result: change };
  }

  #edited(state: MemoryForgeState, change: Change | undefined): StateChange<undefined> {
    if (change === undefined) return { result: undefined };
    return { next: withChange(state, { ...change, updatedAt: this.#now() }), result: undefined };
  }

  #now(): number {
    return this.#outside.context.clock.now();
  }

  #id(prefix: string): string {
    return newId(this.#outside.context.random, prefix);
  }
}

function find(changes: Shown, id: string): Change {
  const change = changes.find((candidate) => candidate.id === id);
  if (change === undefined) throw unknownChange(id);
  return change;
}
