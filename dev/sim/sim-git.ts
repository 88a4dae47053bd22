import { throwIfAborted } from "../../src/base/abort.ts";
import { MaestroError } from "../../src/base/errors.ts";
import { shortHash } from "../../src/base/ids.ts";
import type { HostGit, LaneTree, PreparedTree, TakenOver, TreeState, WorkingDiff } from "../../src/git/index.ts";

/** The branches of a remote, as a forge in memory keeps them. Either method may throw what an outside system throws. */
export interface SimRemote {
  head(branch: string): Promise<string | undefined>;
  /** Sets a branch when it stands at `expected` (`null`: does not exist). */
  update(branch: string, sha: string, expected: string | null): Promise<"pushed" | "already" | "moved">;
  /** The parents of a commit that the remote made itself, such as a merge. Default: none are known. */
  parents?(sha: string): readonly string[];
}

/** How a SimGit is set up. */
export interface SimGitOptions {
  /** The files of a workspace, path and text, without those of Git; `{}` when there is none. */
  readonly readTree: (path: string) => Promise<Readonly<Record<string, string>>>;
  /** Makes the folder of a new tree. Default: whoever writes into it does. */
  readonly makeTree?: (path: string) => Promise<void>;
  readonly remote: SimRemote;
  /** Default `main`. */
  readonly baseBranch?: string;
  /** Whether merging this base into this lane conflicts. Default: never. */
  readonly conflicts?: (lane: LaneTree, baseSha: string) => boolean;
}

type Files = Readonly<Record<string, string>>;

interface SimCommit {
  readonly parents: readonly string[];
  readonly files: Files;
}

interface SimLane {
  readonly branch: string;
  head: string;
  /** Files that Git itself wrote into the tree; the simulated disk does not have them. */
  written: Files;
  merging: string | null;
}

/**
 * The host's Git for the simulation: commits are values in memory, their names follow from their content, and nothing takes time. What the remote made
 * itself is known by name and parents only; its files count as none, so that a lane differs from the base by exactly what its agent wrote.
 */
export class SimGit implements HostGit {
  /** Where something was kept, in order. */
  readonly salvaged: { readonly into: string; readonly headSha: string; readonly files: readonly string[] }[] = [];
  readonly #options: SimGitOptions;
  readonly #baseBranch: string;
  readonly #commits = new Map<string, SimCommit>();
  readonly #lanes = new Map<string, SimLane>();
  /** Tips that the remote is known to have. */
  readonly #remote = new Map<string, string>();

  constructor(options: SimGitOptions) {
    this.#options = options;
    this.#baseBranch = options.baseBranch ?? "main";
  }

  async refreshMirror(signal: AbortSignal): Promise<{ readonly baseSha: string }> {
    throwIfAborted(signal);
    const baseBranch = this.#baseBranch;
    for (const { branch } of this.#lanes.values()) await this.#look(branch);
    const baseSha = await this.#look(baseBranch);
    if (baseSha !== undefined) return { baseSha };
    throw simError("git_no_base", `The remote has no branch "${baseBranch}".`, { branch: baseBranch, branches: [] });
  }

  async prepare(lane: LaneTree, signal: AbortSignal): Promise<PreparedTree> {
    throwIfAborted(signal);
    const known = this.#lanes.get(lane.workspaceKey);
    if (known !== undefined && known.branch !== lane.branch) {
      throw simError("git_wrong_head", `The workspace was made for ${known.branch}.`, { branch: lane.branch });
    }
    const isEmpty = Object.keys(await this.#options.readTree(lane.path)).length === 0;
    if (known !== undefined) {
      if (isEmpty) known.written = this.#filesOf(known.head);
      return { created: false, baseSha: await this.#baseOf(known.head, signal), headSha: known.head };
    }
    const { baseSha } = await this.refreshMirror(signal);
    const head = (await this.#look(lane.branch)) ?? baseSha;
    await this.#options.makeTree?.(lane.path);
    const written = this.#filesOf(head);
    this.#lanes.set(lane.workspaceKey, { branch: lane.branch, head, written, merging: null });
    return { created: true, baseSha: await this.#baseOf(head, signal), headSha: head };
  }

  async inspect(lane: LaneTree, signal: AbortSignal): Promise<TreeState> {
    const found = this.#lane(lane, signal);
    const dirtyFiles = difference(this.#filesOf(found.head), await this.#tree(lane, found));
    return { headSha: found.head, dirtyFiles, unpushed: this.#unpushed(found.head) };
  }

  async takeOver(lane: LaneTree, commit: { readonly message: string }, signal: AbortSignal): Promise<TakenOver> {
    const found = this.#lane(lane, signal);
    const files = await this.#tree(lane, found);
    if (found.merging !== null || difference(this.#filesOf(found.head), files).length > 0) {
      const parents = found.merging === null ? [found.head] : [found.head, found.merging];
      found.head = this.#commit({ parents, files }, commit.message);
      found.merging = null;
    }
    const baseSha = await this.#baseOf(found.head, signal);
    const changed = difference(this.#filesOf(baseSha), files);
    return {
      headSha: found.head,
      baseSha,
      changed: changed.length > 0,
      files: changed.map((path) => ({ path, added: null, removed: null })),
      mark: markOf(changed, files),
    };
  }

  /** Its files differ from the base; how, nobody here asks. */
  async workingDiff(lane: LaneTree, maxBytes: number, signal: AbortSignal): Promise<WorkingDiff> {
    const found = this.#lane(lane, signal);
    const baseSha = await this.#baseOf(found.head, signal);
    const changed = difference(this.#filesOf(baseSha), await this.#tree(lane, found));
    const diff = changed.join("\n").slice(0, maxBytes);
    return { diff, files: changed.map((path) => ({ path, added: null, removed: null })), problems: "" };
  }

  async checkout(sha: string, path: string, signal: AbortSignal): Promise<{ release(): Promise<void> }> {
    throwIfAborted(signal);
    this.#require(sha);
    await this.#options.makeTree?.(path);
    return { release: async () => undefined };
  }

  async push(branch: string, sha: string, expected: string | null, signal: AbortSignal): Promise<"pushed" | "already"> {
    throwIfAborted(signal);
    const { remote } = this.#options;
    this.#require(sha);
    const actual = (await this.#look(branch)) ?? null;
    if (actual === sha) return "already";
    const refused = { branch, sha, expected, actual };
    if (actual !== expected || (expected !== null && !this.#reaches(expected, sha))) {
      throw simError("git_rejected", `The push to ${branch} was refused.`, refused);
    }
    const pushed = await remote.update(branch, sha, expected);
    if (pushed === "moved") throw simError("git_rejected", `The push to ${branch} was refused.`, refused);
    this.#remote.set(branch, sha);
    return pushed;
  }

  async remoteHead(branch: string, signal: AbortSignal): Promise<string | undefined> {
    throwIfAborted(signal);
    return this.#options.remote.head(branch);
  }

  async mergeBase(lane: LaneTree, signal: AbortSignal): Promise<"up_to_date" | "merged" | "conflict"> {
    const found = this.#lane(lane, signal);
    if (found.merging !== null) return "conflict";
    const { dirtyFiles } = await this.inspect(lane, signal);
    if (dirtyFiles.length > 0) throw simError("git_dirty_tree", "The workspace holds work.", { files: dirtyFiles });
    const { baseSha } = await this.refreshMirror(signal);
    if (this.#reaches(baseSha, found.head)) return "up_to_date";
    if (this.#options.conflicts?.(lane, baseSha)) {
      found.merging = baseSha;
      return "conflict";
    }
    if (this.#reaches(found.head, baseSha)) found.head = baseSha;
    else found.head = this.#commit({ parents: [found.head, baseSha], files: await this.#tree(lane, found) }, "merge");
    return "merged";
  }

  async isAncestor(ancestor: string, sha: string, signal: AbortSignal): Promise<boolean> {
    throwIfAborted(signal);
    return this.#reaches(ancestor, sha);
  }

  async diff(baseSha: string, sha: string, maxBytes: number, signal: AbortSignal): Promise<string> {
    throwIfAborted(signal);
    const [from, to] = [this.#filesOf(baseSha), this.#filesOf(sha)];
    const lines = difference(from, to).map((path) => `${path}\n-${from[path] ?? ""}\n+${to[path] ?? ""}\n`);
    return lines.join("").slice(0, maxBytes);
  }

  async salvage(lane: LaneTree, into: string, signal: AbortSignal): Promise<string | null> {
    throwIfAborted(signal);
    if (!this.#lanes.has(lane.workspaceKey)) return null;
    const { headSha, dirtyFiles, unpushed } = await this.inspect(lane, signal);
    if (dirtyFiles.length === 0 && unpushed === 0) return null;
    this.salvaged.push({ into, headSha, files: dirtyFiles });
    return into;
  }

  async forget(lane: LaneTree, signal: AbortSignal): Promise<void> {
    throwIfAborted(signal);
    this.#lanes.delete(lane.workspaceKey);
  }

  #lane(lane: LaneTree, signal: AbortSignal): SimLane {
    throwIfAborted(signal);
    const found = this.#lanes.get(lane.workspaceKey);
    if (found !== undefined) return found;
    throw simError("git_no_lane", `The workspace ${lane.workspaceKey} has no tree.`, { workspace: lane.workspaceKey });
  }

  async #look(branch: string): Promise<string | undefined> {
    const sha = await this.#options.remote.head(branch);
    if (sha === undefined) this.#remote.delete(branch);
    else this.#remote.set(branch, sha);
    return sha;
  }

  async #tree(lane: LaneTree, found: SimLane): Promise<Files> {
    return { ...found.written, ...(await this.#options.readTree(lane.path)) };
  }

  #commit(commit: SimCommit, message: string): string {
    const content = [commit.parents, Object.entries(commit.files).sort(byPath), message];
    const sha = shortHash(JSON.stringify(content), 40);
    this.#commits.set(sha, commit);
    return sha;
  }

  #filesOf(sha: string): Files {
    return this.#commits.get(sha)?.files ?? {};
  }

  #parentsOf(sha: string): readonly string[] {
    return this.#commits.get(sha)?.parents ?? this.#options.remote.parents?.(sha) ?? [];
  }

  #require(sha: string): void {
    if (this.#commits.has(sha) || [...this.#remote.values()].includes(sha)) return;
    throw simError("git_failed", `There is no commit ${sha}.`, { sha });
  }

  /** The commit and everything below it. */
  #history(sha: string): Set<string> {
    const seen = new Set<string>();
    const open = [sha];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      if (seen.has(next)) continue;
      seen.add(next);
      open.push(...this.#parentsOf(next));
    }
    return seen;
  }

  #reaches(ancestor: string, sha: string): boolean {
    return this.#history(sha).has(ancestor);
  }

  #unpushed(head: string): number {
    const pushed = new Set([...this.#remote.values()].flatMap((sha) => [...this.#history(sha)]));
    return [...this.#history(head)].filter((sha) => !pushed.has(sha)).length;
  }

  /** The newest commit of the base that the head contains, else the base's tip. */
  async #baseOf(head: string, signal: AbortSignal): Promise<string> {
    const tip = this.#remote.get(this.#baseBranch) ?? (await this.refreshMirror(signal)).baseSha;
    const own = this.#history(head);
    for (const sha of this.#history(tip)) if (own.has(sha)) return sha;
    return tip;
  }
}

function difference(from: Files, to: Files): string[] {
  const paths = new Set([...Object.keys(from), ...Object.keys(to)]);
  return [...paths].filter((path) => from[path] !== to[path]).sort();
}

/** Of the files that differ, without their white space. */
function markOf(changed: readonly string[], files: Files): TakenOver["mark"] {
  if (changed.length === 0) return null;
  const text = changed.map((path) => `${path}\0${(files[path] ?? "").replace(/\s+/g, "")}`).join("\0\0");
  const mark = shortHash(text);
  return { content: mark, change: mark };
}

function byPath([a]: [string, string], [b]: [string, string]): number {
  return a < b ? -1 : 1;
}

function simError(code: string, message: string, facts: MaestroError["facts"]): MaestroError {
  return new MaestroError({ code, message, facts });
}
