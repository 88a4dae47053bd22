import { throwIfAborted } from "../../base/abort.ts";
import { refuseDraft, withTrust } from "../../contracts/change-rules.ts";
import type { ChangeDraft, Forge, ForgeCapabilities, MergeResult } from "../../contracts/forge.ts";
import type { CallOptions } from "../../contracts/outside.ts";
import type { AdapterContext } from "../../contracts/tracker.ts";
import type { Change } from "../../model/change.ts";
import type { ForgeStore } from "./store.ts";
import { watchForge } from "./watch.ts";

/** A forge on this machine. Its verbs are a store's, in this process or behind a socket. */
export class LocalForge implements Forge {
  readonly kind = "local";
  readonly capabilities: ForgeCapabilities = { reviews: true, publishChecks: true, merge: true };
  readonly #repository: string;
  readonly #store: ForgeStore;
  readonly #context: Pick<AdapterContext, "clock" | "log">;
  readonly #watchers = new Set<() => Promise<void>>();

  constructor(repository: string, store: ForgeStore, context: Pick<AdapterContext, "clock" | "log">) {
    this.#repository = repository;
    this.#store = store;
    this.#context = context;
  }

  remote(): string {
    return this.#repository;
  }

  async branchHead(branch: string, options: CallOptions): Promise<string | undefined> {
    return this.#store.branchHead(branch, options);
  }

  async ensureChange(draft: ChangeDraft, options: CallOptions): Promise<Change> {
    refuseDraft(draft);
    return withTrust(await this.#store.ensureChange(draft, options));
  }

  async findChange(branch: string, options: CallOptions): Promise<Change | undefined> {
    const change = await this.#store.findChange(branch, options);
    return change === undefined ? undefined : withTrust(change);
  }

  async changesByIds(ids: readonly string[], options: CallOptions): Promise<readonly Change[]> {
    if (ids.length === 0) return [];
    return (await this.#store.changesByIds(ids, options)).map(withTrust);
  }

  async list(filter: Parameters<Forge["list"]>[0], options: CallOptions): Promise<readonly Change[]> {
    return (await this.#store.list(filter, options)).map(withTrust);
  }

  async diff(changeId: string, options: CallOptions): Promise<string> {
    return this.#store.diff(changeId, options);
  }

  async review(changeId: string, review: Parameters<Forge["review"]>[1], options: CallOptions): Promise<void> {
    return this.#store.review(changeId, review, options);
  }

  async comment(changeId: string, author: string, body: string, options: CallOptions): Promise<string> {
    return this.#store.comment(changeId, author, body, options);
  }

  async publishCheck(
    changeId: string,
    check: Parameters<Forge["publishCheck"]>[1],
    options: CallOptions,
  ): Promise<void> {
    return this.#store.publishCheck(changeId, check, options);
  }

  async merge(changeId: string, expectedHead: string, options: CallOptions): Promise<MergeResult> {
    return this.#store.merge(changeId, expectedHead, options);
  }

  async close(changeId: string, options: CallOptions): Promise<void> {
    return this.#store.close(changeId, options);
  }

  async deleteBranch(
    branch: string,
    expectedHead: string | null,
    options: CallOptions,
  ): Promise<"deleted" | "already" | "moved"> {
    return this.#store.deleteBranch(branch, expectedHead, options);
  }

  watch(onHint: () => void): () => void {
    const { clock, log } = this.#context;
    const stop = watchForge(this.#repository, clock, log, onHint);
    this.#watchers.add(stop);
    return () => {
      this.#watchers.delete(stop);
      stop().catch((error: unknown) => log.warn("a forge watcher did not stop", { reason: String(error) }));
    };
  }

  async health(options: CallOptions): Promise<void> {
    throwIfAborted(options.signal);
    return this.#store.health(options);
  }

  async dispose(): Promise<void> {
    const watchers = [...this.#watchers];
    this.#watchers.clear();
    await Promise.all(watchers.map((stop) => stop()));
  }
}
