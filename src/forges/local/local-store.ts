import { throwIfAborted } from "../../base/abort.ts";
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
import type { ChangeDraft, MergeResult } from "../../contracts/forge.ts";
import type { CallOptions } from "../../contracts/outside.ts";
import { outsideFileError } from "../../contracts/outside-files.ts";
import type { Change, ChangeReview } from "../../model/change.ts";
import type { Tips } from "./branches.ts";
import { contested, noBranch, protectedBranch } from "./errors.ts";
import type { KeptChange } from "./map.ts";
import type { ForgeStore } from "./store.ts";
import type { StoreParts } from "./store-parts.ts";

/** How often a push may come between a look at the branches and a write. */
const TRIES = 10;

/** The forge itself, working on its files and its repository. Any number of them, in any process, may use the same ones. */
export class LocalStore implements ForgeStore {
  readonly #parts: StoreParts;
  readonly #onEffect: () => void;

  /** `onEffect` is called when a call changed something. */
  constructor(parts: StoreParts, onEffect: () => void = () => undefined) {
    this.#parts = parts;
    this.#onEffect = onEffect;
  }

  async branchHead(branch: string, { signal }: CallOptions): Promise<string | undefined> {
    return this.#guard(signal, async () => this.#parts.branches.look(signal).get(branch));
  }

  async ensureChange(draft: ChangeDraft, { signal }: CallOptions): Promise<Change> {
    refuseDraft(draft);
    return this.#locked(signal, async () => {
      const { branches, view, files } = this.#parts;
      const tips = branches.look(signal);
      const tip = (await tips.get(draft.branch)) ?? null;
      if (tip !== draft.headSha) throw otherHead(draft.branch, draft.headSha, tip);
      const base = await tips.get(draft.base);
      if (base === undefined) throw noBranch(draft.base);
      const open = await this.#openFrom(draft.branch, tips, signal);
      const kept = open === undefined ? await this.#newChange(draft, base) : this.#renewed(open, draft, base);
      if (open === undefined || kept !== open) {
        await branches.keep(kept.number, kept.headSha, signal);
        await files.write(kept);
        if (kept.updatedAt !== open?.updatedAt) this.#onEffect();
      }
      return view.show(kept, tips, signal);
    });
  }

  async findChange(branch: string, { signal }: CallOptions): Promise<Change | undefined> {
    return this.#guard(signal, async () => {
      const kept = (await this.#parts.files.all()).findLast((change) => change.branch === branch);
      return kept === undefined ? undefined : (await this.#show([kept], signal))[0];
    });
  }

  async changesByIds(ids: readonly string[], { signal }: CallOptions): Promise<readonly Change[]> {
    if (ids.length === 0) return [];
    return this.#guard(signal, async () => {
      const found = await Promise.all([...new Set(ids)].map((id) => this.#parts.files.read(id)));
      return this.#show(
        found.filter((kept) => kept !== undefined),
        signal,
      );
    });
  }

  async list(filter: { readonly state: Change["state"] | null }, { signal }: CallOptions): Promise<readonly Change[]> {
    return this.#guard(signal, async () => {
      const shown = await this.#show(await this.#parts.files.all(), signal);
      return shown.filter(({ state }) => filter.state === null || state === filter.state);
    });
  }

  async diff(changeId: string, { signal }: CallOptions): Promise<string> {
    return this.#guard(signal, async () => {
      const kept = await this.#find(changeId);
      const [change] = await this.#show([kept], signal);
      return this.#parts.branches.diff(change?.baseSha ?? kept.baseSha, change?.headSha ?? kept.headSha, signal);
    });
  }

  async review(
    changeId: string,
    review: Pick<ChangeReview, "author" | "decision" | "body">,
    { signal }: CallOptions,
  ): Promise<void> {
    return this.#edit(changeId, signal, (kept, change) => {
      if (change.state !== "open") throw notOpen(change, changeId);
      const { author, decision, body } = review;
      const stamp = { id: this.#id("review"), headSha: change.headSha, at: this.#now() };
      return { next: withReview(kept, { ...stamp, author, decision, body }), result: undefined };
    });
  }

  async comment(changeId: string, author: string, body: string, { signal }: CallOptions): Promise<string> {
    return this.#edit(changeId, signal, (kept) => {
      const comment = { id: this.#id("comment"), author, body, at: this.#now(), topic: null };
      return { next: { ...kept, comments: [...kept.comments, comment] }, result: comment.id };
    });
  }

  async publishCheck(
    changeId: string,
    check: { readonly name: string; readonly headSha: string; readonly passed: boolean; readonly summary: string },
    { signal }: CallOptions,
  ): Promise<void> {
    const { name, headSha, passed, summary } = check;
    const status = passed ? "passed" : "failed";
    return this.#edit(changeId, signal, (kept) => ({
      next: withCheck(kept, { name, headSha, status, required: true, summary }),
      result: undefined,
    }));
  }

  async merge(changeId: string, expectedHead: string, { signal }: CallOptions): Promise<MergeResult> {
    return this.#locked(signal, async () => {
      for (let left = TRIES; left > 0; left -= 1) {
        const result = await this.#tryMerge(changeId, expectedHead, signal);
        if (result !== undefined) return result;
      }
      throw contested(changeId);
    });
  }

  async close(changeId: string, { signal }: CallOptions): Promise<void> {
    return this.#edit(changeId, signal, (kept, change) => {
      if (change.state === "merged") throw notOpen(change, changeId);
      return { next: change.state === "closed" ? undefined : closed(kept, change), result: undefined };
    });
  }

  async deleteBranch(
    branch: string,
    expectedHead: string | null,
    { signal }: CallOptions,
  ): Promise<"deleted" | "already" | "moved"> {
    return this.#locked(signal, async () => {
      const { branches } = this.#parts;
      if (branch === (await branches.defaultBranch(signal))) throw protectedBranch(branch);
      for (let left = TRIES; left > 0; left -= 1) {
        const tips = branches.look(signal);
        const tip = await tips.get(branch);
        if (tip !== undefined && expectedHead !== null && tip !== expectedHead) return "moved";
        const open = await this.#openFrom(branch, tips, signal);
        if (open !== undefined) await branches.keep(open.number, tip ?? open.headSha, signal);
        if (tip !== undefined && !(await branches.remove(branch, tip, signal))) continue;
        if (tip !== undefined) this.#onEffect();
        // Also after a deletion that was cut off before this.
        if (open !== undefined) await this.#write(closed(open, await this.#parts.view.show(open, tips, signal)));
        return tip === undefined ? "already" : "deleted";
      }
      throw contested(branch);
    });
  }

  async health({ signal }: CallOptions): Promise<void> {
    await this.#guard(signal, async () => {
      await this.#parts.branches.defaultBranch(signal);
      await this.#parts.files.nextNumber();
    });
  }

  /** One try; `undefined` when a push came between. */
  async #tryMerge(changeId: string, expectedHead: string, signal: AbortSignal): Promise<MergeResult | undefined> {
    const { branches, view } = this.#parts;
    const tips = branches.look(signal);
    const found = await this.#find(changeId);
    const kept = await view.settle(found, tips, signal);
    if (kept !== found) await this.#parts.files.write(kept);
    const verdict = mergeVerdict(await view.show(kept, tips, signal), expectedHead);
    const base = await tips.get(kept.base);
    if (verdict !== undefined || base === undefined) return verdict;
    const ready = { ...kept, headSha: expectedHead, baseSha: base };
    if (await branches.holds(base, expectedHead, signal)) return this.#merged(ready, base);
    const sha = await branches.commitMerge(kept, base, expectedHead, signal);
    if (sha === undefined) return undefined;
    // A crash after the move of the base leaves this and the merge commit, from which `settle` knows that it happened.
    await this.#parts.files.write(ready);
    if (!(await branches.moveBase(kept, { head: expectedHead, from: base, to: sha }, signal))) return undefined;
    return this.#merged(ready, sha);
  }

  async #merged(kept: KeptChange, sha: string): Promise<MergeResult> {
    await this.#write({ ...kept, state: "merged", mergedSha: sha });
    return { kind: "merged", sha };
  }

  async #newChange({ branch, base, headSha, title, body }: ChangeDraft, baseSha: string): Promise<KeptChange> {
    const now = this.#now();
    const number = await this.#parts.files.nextNumber();
    const start = { state: "open", mergedSha: null, reviews: [], comments: [], checks: [] } as const;
    return { number, title, body, branch, base, headSha, baseSha, ...start, createdAt: now, updatedAt: now };
  }

  /** The same object when the draft brings nothing new. */
  #renewed(open: KeptChange, draft: ChangeDraft, tip: string): KeptChange {
    const { title, body, base, headSha } = draft;
    const baseSha = base === open.base ? open.baseSha : tip;
    const isSame = open.title === title && open.body === body && open.base === base;
    if (isSame) return open.headSha === headSha ? open : { ...open, headSha };
    return { ...open, title, body, base, headSha, baseSha, updatedAt: this.#now() };
  }

  async #openFrom(branch: string, tips: Tips, signal: AbortSignal): Promise<KeptChange | undefined> {
    for (const kept of await this.#parts.files.all()) {
      if (kept.branch !== branch || kept.state !== "open") continue;
      const settled = await this.#parts.view.settle(kept, tips, signal);
      if (settled.state === "open") return settled;
      await this.#parts.files.write(settled);
    }
    return undefined;
  }

  async #edit<T>(
    changeId: string,
    signal: AbortSignal,
    change: (kept: KeptChange, shown: Change) => { readonly next: KeptChange | undefined; readonly result: T },
  ): Promise<T> {
    return this.#locked(signal, async () => {
      const tips = this.#parts.branches.look(signal);
      const kept = await this.#parts.view.settle(await this.#find(changeId), tips, signal);
      const { next, result } = change(kept, await this.#parts.view.show(kept, tips, signal));
      if (next === undefined) return result;
      if (next.state === "closed") await this.#parts.branches.keep(next.number, next.headSha, signal);
      await this.#write(next);
      return result;
    });
  }

  async #find(id: string): Promise<KeptChange> {
    const kept = await this.#parts.files.read(id);
    if (kept === undefined) throw unknownChange(id);
    return kept;
  }

  async #show(kept: readonly KeptChange[], signal: AbortSignal): Promise<readonly Change[]> {
    const tips = this.#parts.branches.look(signal);
    const shown: Change[] = [];
    for (const change of kept) shown.push(await this.#parts.view.show(change, tips, signal));
    return shown;
  }

  async #write(kept: KeptChange): Promise<void> {
    await this.#parts.files.write({ ...kept, updatedAt: this.#now() });
    this.#onEffect();
  }

  #locked<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    return this.#guard(signal, () => this.#parts.files.locked(signal, work));
  }

  async #guard<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    throwIfAborted(signal);
    try {
      return await work();
    } catch (error) {
      throw outsideFileError("forge", error);
    }
  }

  #now(): number {
    return this.#parts.clock.now();
  }

  #id(prefix: string): string {
    return newId(this.#parts.random, prefix);
  }
}

/** Closed where it stands. */
function closed(kept: KeptChange, { headSha, baseSha }: Change): KeptChange {
  return { ...kept, state: "closed", headSha, baseSha: baseSha ?? kept.baseSha };
}
