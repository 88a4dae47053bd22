import type { Runtime } from "../../src/contracts/runtime.ts";
import type { HostGit } from "../../src/git/index.ts";
import type { WorkspaceLane, Workspaces } from "../../src/workspace/index.ts";

/** Where a twin misbehaves. A function is awaited; it may throw or never come back. */
export type Trouble<K extends string> = Partial<Record<K, (signal: AbortSignal | null) => Promise<void>>>;

/** Workspaces without hooks and Git: folders of a runtime, and a list of what was asked. */
export class PlainWorkspaces implements Workspaces {
  readonly asked: string[] = [];
  readonly trouble: Trouble<"prepare" | "beforeRun" | "afterRun" | "remove"> = {};
  /** What `remove` says that it kept. */
  salvage: string | null = null;
  readonly #runtime: Runtime;
  readonly #root: string;

  constructor(runtime: Runtime, root: string) {
    this.#runtime = runtime;
    this.#root = root;
  }

  async prepare(lane: WorkspaceLane, signal: AbortSignal) {
    this.asked.push("prepare");
    await this.trouble.prepare?.(signal);
    const path = `${this.#root}/${lane.key}`;
    await this.#runtime.makeDirectory(path);
    return { path, created: true, baseSha: null, headSha: null };
  }

  async beforeRun(lane: WorkspaceLane, signal: AbortSignal): Promise<void> {
    this.asked.push("beforeRun");
    await this.trouble.beforeRun?.(signal);
    lane.onHook({ hook: "before_run", ok: true, detail: "", ms: 1 });
  }

  async afterRun(): Promise<void> {
    this.asked.push(`afterRun, ${(await this.#runtime.liveMarkers("maestro.")).length} processes`);
    await this.trouble.afterRun?.(null);
  }

  async remove(lane: WorkspaceLane, signal: AbortSignal) {
    this.asked.push("remove");
    await this.trouble.remove?.(signal);
    await this.#runtime.remove(`${this.#root}/${lane.key}`);
    return { salvage: this.salvage };
  }

  list = async () => [];
  pathOf = async (key: string) => `${this.#root}/${key}`;
}

/** A Git with one branch, in memory. Every take-over is a new head. */
export class PlainGit implements HostGit {
  readonly asked: string[] = [];
  readonly trouble: Trouble<"takeOver" | "push" | "checkout" | "mergeBase"> = {};
  readonly remote = new Map<string, string>();
  /** What `mergeBase` finds. */
  merge: "up_to_date" | "merged" | "conflict" = "up_to_date";
  changed = true;
  readonly #runtime: Runtime;
  #commits = 0;

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
  }

  async takeOver(_: unknown, commit: { readonly message: string }, signal: AbortSignal) {
    this.asked.push(`takeOver ${commit.message.trim()}`);
    await this.trouble.takeOver?.(signal);
    this.#commits += 1;
    return {
      headSha: `head-${this.#commits}`,
      baseSha: "base",
      changed: this.changed,
      files: [{ path: "a.txt", added: 1, removed: 0 }],
      mark: this.changed ? { content: `c${this.#commits}`, change: `d${this.#commits}` } : null,
    };
  }

  async checkout(sha: string, path: string, signal: AbortSignal) {
    this.asked.push(`checkout ${sha}`);
    await this.trouble.checkout?.(signal);
    await this.#runtime.makeDirectory(path);
    return {
      release: async () => {
        this.asked.push(`release ${sha}`);
        await this.#runtime.remove(path);
      },
    };
  }

  async push(branch: string, sha: string, _: string | null, signal: AbortSignal) {
    this.asked.push(`push ${sha}`);
    await this.trouble.push?.(signal);
    this.remote.set(branch, sha);
    return "pushed" as const;
  }

  async mergeBase() {
    this.asked.push("mergeBase");
    await this.trouble.mergeBase?.(null);
    return this.merge;
  }

  async forget(): Promise<void> {
    this.asked.push("forget");
  }

  remoteHead = async (branch: string) => this.remote.get(branch);
  refreshMirror = async () => ({ baseSha: "base" });
  prepare = async () => ({ created: true, baseSha: "base", headSha: "base" });
  inspect = async () => ({ headSha: "base", dirtyFiles: [], unpushed: 0 });
  workingDiff = async () => ({ diff: "", files: [], problems: "" });
  isAncestor = async () => true;
  diff = async () => "";
  salvage = async () => null;
}
