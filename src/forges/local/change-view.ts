import type { Change } from "../../model/change.ts";
import type { Branches, MergeCommit, Tips } from "./branches.ts";
import { type KeptChange, toChange } from "./map.ts";

interface Seen {
  readonly key: string;
  readonly merge: MergeCommit | undefined;
  readonly mergeability: Change["mergeability"];
}

/** Changes as they stand in the repository. What Git said of a head and a base is remembered until one of them moves. */
export class ChangeView {
  readonly #branches: Branches;
  readonly #seen = new Map<number, Seen>();

  constructor(branches: Branches) {
    this.#branches = branches;
  }

  /** The change as it is shown. */
  async show(kept: KeptChange, tips: Tips, signal: AbortSignal): Promise<Change> {
    const settled = await this.settle(kept, tips, signal);
    if (settled.state !== "open") return toChange(settled, undefined);
    const headSha = await tips.get(kept.branch);
    const baseSha = await tips.get(kept.base);
    const { mergeability } = await this.#look(kept, headSha, baseSha, signal);
    return toChange(settled, { headSha, baseSha, mergeability });
  }

  /** The change as it should be kept: merged, when its merge commit is there although its file does not say so. */
  async settle(kept: KeptChange, tips: Tips, signal: AbortSignal): Promise<KeptChange> {
    if (kept.state !== "open") {
      this.#seen.delete(kept.number);
      return kept;
    }
    const { merge } = await this.#look(kept, await tips.get(kept.branch), await tips.get(kept.base), signal);
    if (merge === undefined) return kept;
    return { ...kept, state: "merged", mergedSha: merge.sha, headSha: merge.headSha, baseSha: merge.baseSha };
  }

  async #look(
    kept: KeptChange,
    head: string | undefined,
    base: string | undefined,
    signal: AbortSignal,
  ): Promise<Seen> {
    const key = [head, base, kept.headSha, kept.baseSha].join(" ");
    const known = this.#seen.get(kept.number);
    if (known?.key === key) return known;
    const seen = await this.#ask(kept, head, base, key, signal);
    this.#seen.set(kept.number, seen);
    return seen;
  }

  async #ask(
    kept: KeptChange,
    head: string | undefined,
    base: string | undefined,
    key: string,
    signal: AbortSignal,
  ): Promise<Seen> {
    if (base === undefined) return { key, merge: undefined, mergeability: "unknown" };
    const merge = await this.#branches.findMerge(kept, head ?? kept.headSha, base, signal);
    if (merge !== undefined || head === undefined) return { key, merge, mergeability: "unknown" };
    return { key, merge, mergeability: await this.#branches.mergeability(base, head, signal) };
  }
}
