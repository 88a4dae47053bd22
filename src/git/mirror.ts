import { throwIfAborted } from "../base/abort.ts";
import { isMaestroError, MaestroError, toMaestroError } from "../base/errors.ts";
import type { Mutex } from "../base/mutex.ts";
import type { GitCommand, GitPlace } from "./command.ts";
import { type Layout, sealGitDir, sealObjects } from "./git-dir.ts";
import type { HostGitOptions } from "./options.ts";
import { fileReader, isRefName, type ReadFile, readLooseRefs, readRef } from "./refs.ts";

/** Where the mirror keeps the remote's branches. */
export const TRACKING = "refs/remotes/origin/";
const SEED = "refs/seed/";

/** Enough loose objects in one of 256 folders that a pack is faster to read: Git's own guess and threshold (gc.auto 6,700, git-config(1)). */
const LOOSE_SAMPLE = { folder: "17", most: 26 };

/** What the host knows of the remote, in a git dir of its own. Only here the remote is read; one command at a time. */
export class Mirror {
  readonly #options: HostGitOptions;
  readonly #git: GitCommand;
  readonly #layout: Layout;
  readonly #place: GitPlace;
  readonly #turn: Mutex;
  readonly #read: ReadFile;
  /** Where this process itself saw the branches and has their commits: what stands there need not be fetched again. */
  readonly #here = new Map<string, string>();

  /** `turn` keeps out whoever else works on the mirror. */
  constructor(options: HostGitOptions, git: GitCommand, layout: Layout, turn: Mutex) {
    this.#options = options;
    this.#git = git;
    this.#layout = layout;
    this.#turn = turn;
    this.#place = { gitDir: layout.mirror, objects: layout.objects };
    this.#read = fileReader(options.runtime);
  }

  /** The mirror's place, put back to its constants. */
  async place(): Promise<GitPlace> {
    await sealObjects(this.#options.runtime, this.#layout.objects);
    await sealGitDir(this.#options.runtime, this.#layout.mirror);
    return this.#place;
  }

  /**
   * Fetches the base branch and those of `branches` that the remote has, and forgets those that it lost. Returns the base's tip. Throws `git_no_base`
   * with `branches` in its facts, `git_unreachable`, `git_auth`.
   */
  refresh(branches: readonly string[], signal: AbortSignal): Promise<string> {
    return this.#turn.run(async () => {
      await this.place();
      await this.#seed(signal);
      try {
        return await this.#fetch(branches, signal);
      } catch (error) {
        // A branch may go between the look and the fetch; the second look does not list it.
        if (!isMaestroError(error) || !/couldn't find remote ref/i.test(String(error.facts.stderr))) throw error;
        return await this.#fetch(branches, signal);
      }
    }, signal);
  }

  /** The base's tip as last fetched; fetches when nothing was yet. */
  async base(signal: AbortSignal): Promise<string> {
    return (await this.known(this.#options.baseBranch, signal)) ?? (await this.refresh([], signal));
  }

  /** A branch's tip as last seen on the remote, without asking it. */
  async known(branch: string, signal: AbortSignal): Promise<string | undefined> {
    throwIfAborted(signal);
    const read = await readRef(this.#read, this.#layout.mirror, `${TRACKING}${branch}`);
    if (read !== null) return read;
    const args = ["rev-parse", "--verify", "--quiet", `${TRACKING}${branch}^{commit}`];
    const { code, stdout } = await this.#git(await this.place(), args, signal, { codes: [0, 1] });
    return code === 0 ? stdout.trim() : undefined;
  }

  /** The tips of all branches as last seen on the remote. */
  async tips(signal: AbortSignal): Promise<string[]> {
    const read = await readLooseRefs(this.#options.runtime, this.#layout.mirror, TRACKING);
    if (read !== null) return [...new Set(read)];
    const args = ["for-each-ref", "--format=%(objectname)", TRACKING];
    const { stdout } = await this.#git(await this.place(), args, signal);
    return stdout.split("\n").filter((sha) => sha !== "");
  }

  /** Asks the remote where these branches stand (all of them when none is named). Those that it lacks are left out. */
  async heads(branches: readonly string[], signal: AbortSignal): Promise<Map<string, string>> {
    throwIfAborted(signal);
    const read = await this.#readHeads(branches);
    if (read !== undefined) return read;
    const wanted = branches.map((branch) => `refs/heads/${branch}`);
    const args = ["ls-remote", "--heads", "--", this.#options.source.remote, ...wanted];
    const { stdout } = await this.#git(await this.place(), args, signal, { remote: true });
    const heads = new Map<string, string>();
    for (const line of stdout.split("\n")) {
      const [sha = "", name = ""] = line.split("\t");
      // Git matches patterns by their tail, so other branches can be among them.
      if (wanted.length === 0 || wanted.includes(name)) heads.set(name.slice("refs/heads/".length), sha);
    }
    heads.delete("");
    return heads;
  }

  /** The branches of a remote that is a bare repository on this machine, without a process; `undefined` when only Git can tell. */
  async #readHeads(branches: readonly string[]): Promise<Map<string, string> | undefined> {
    const { remote } = this.#options.source;
    if (branches.length === 0 || !remote.startsWith("/")) return undefined;
    // A checkout's branches are in its `.git`.
    if ((await this.#options.runtime.stat(`${remote}/.git`)) !== undefined) return undefined;
    const heads = new Map<string, string>();
    for (const branch of branches) {
      const sha = await readRef(this.#read, remote, `refs/heads/${branch}`);
      if (sha === null) return undefined;
      if (sha !== undefined) heads.set(branch, sha);
    }
    return heads;
  }

  /** Talks to the remote while no fetch does; `learn` notes where a branch stands now. */
  exclusive<T>(work: (learn: (branch: string, sha: string) => Promise<void>) => Promise<T>, signal: AbortSignal) {
    return this.#turn.run(() => work((branch, sha) => this.#learn(branch, sha, signal)), signal);
  }

  /** Lets go of a branch that no lane works on any more, so that what is looked through does not grow with every lane that ever was. */
  forget(branch: string, signal: AbortSignal): Promise<void> {
    return this.#turn.run(async () => {
      this.#here.delete(branch);
      const path = `${this.#layout.mirror}/${TRACKING}${branch}`;
      if (branch === this.#options.baseBranch || !isRefName(`${TRACKING}${branch}`)) return;
      if ((await this.#options.runtime.stat(path))?.kind === "file") await this.#options.runtime.remove(path);
    }, signal);
  }

  async #learn(branch: string, sha: string, signal: AbortSignal): Promise<void> {
    if ((await this.known(branch, signal)) !== sha) {
      await this.#git(await this.place(), ["update-ref", `${TRACKING}${branch}`, sha], signal);
    }
    this.#here.set(branch, sha);
  }

  async #fetch(branches: readonly string[], signal: AbortSignal): Promise<string> {
    const { baseBranch, source } = this.#options;
    const wanted = [...new Set([baseBranch, ...branches])];
    const heads = await this.heads(wanted, signal);
    const baseSha = heads.get(baseBranch);
    if (baseSha === undefined) throw noBase(baseBranch, [...(await this.heads([], signal)).keys()]);
    await this.#forgetLost(wanted, heads, signal);
    const news: string[] = [];
    for (const [branch, sha] of heads) if (!(await this.#has(branch, sha, signal))) news.push(branch);
    if (news.length === 0) return baseSha;
    const refspecs = news.map((branch) => `+refs/heads/${branch}:${TRACKING}${branch}`);
    const flags = ["--no-tags", "--no-write-fetch-head", "--no-recurse-submodules", "--quiet"];
    await this.#git(this.#place, ["fetch", ...flags, "--", source.remote, ...refspecs], signal, { remote: true });
    for (const branch of news) this.#here.set(branch, (await this.known(branch, signal)) ?? "");
    await this.#dropSeed(signal);
    await this.#pack(signal);
    return (await this.known(baseBranch, signal)) ?? baseSha;
  }

  /** Whether the mirror stands where the remote does and has that commit. What it was left with by an earlier process is looked at once. */
  async #has(branch: string, sha: string, signal: AbortSignal): Promise<boolean> {
    if ((await this.known(branch, signal)) !== sha) return false;
    if (this.#here.get(branch) === sha) return true;
    const { code } = await this.#git(this.#place, ["cat-file", "-e", `${sha}^{commit}`], signal, {
      codes: [0, 1, 128],
    });
    if (code === 0) this.#here.set(branch, sha);
    return code === 0;
  }

  async #forgetLost(wanted: readonly string[], heads: ReadonlyMap<string, string>, signal: AbortSignal): Promise<void> {
    for (const branch of wanted.filter((name) => !heads.has(name))) {
      this.#here.delete(branch);
      if ((await this.known(branch, signal)) === undefined) continue;
      await this.#git(this.#place, ["update-ref", "-d", `${TRACKING}${branch}`], signal);
    }
  }

  /**
   * Puts loose objects that the mirror's refs reach into a pack. Nothing is ever pruned: lanes and agents borrow from this store, and what they need is
   * not known here.
   */
  async #pack(signal: AbortSignal): Promise<void> {
    const { runtime } = this.#options;
    const sample = `${this.#layout.objects}/${LOOSE_SAMPLE.folder}`;
    if ((await runtime.stat(sample)) === undefined || (await runtime.list(sample)).length <= LOOSE_SAMPLE.most) return;
    try {
      await this.#git(this.#place, ["repack", "-d", "--quiet"], signal);
    } catch (error) {
      throwIfAborted(signal);
      this.#options.log.warn("packing the object store failed; it is only slower for it", {
        error: toMaestroError(error),
      });
    }
  }

  /** Spares the first download what the user's own checkout has. It is only read, and failing here costs nothing but time. */
  async #seed(signal: AbortSignal): Promise<void> {
    const { path, remote } = this.#options.source;
    if (path === null || path === remote || (await this.known(this.#options.baseBranch, signal)) !== undefined) return;
    const refspecs = [`+refs/heads/*:${SEED}heads/*`, `+refs/remotes/*:${SEED}remotes/*`];
    const flags = ["--no-tags", "--no-write-fetch-head", "--no-recurse-submodules", "--quiet"];
    try {
      await this.#git(this.#place, ["fetch", ...flags, "--", path, ...refspecs], signal);
    } catch (error) {
      throwIfAborted(signal);
      this.#options.log.warn("the checkout's objects cannot be used; all is fetched from the remote", {
        path,
        error: toMaestroError(error),
      });
    }
  }

  /** Its objects stay; as refs they would be offered to the remote at every fetch. */
  async #dropSeed(signal: AbortSignal): Promise<void> {
    if ((await this.#options.runtime.stat(`${this.#layout.mirror}/${SEED}`)) === undefined) return;
    const { stdout } = await this.#git(this.#place, ["for-each-ref", "--format=delete %(refname)", SEED], signal);
    if (stdout !== "") await this.#git(this.#place, ["update-ref", "--stdin"], signal, { input: stdout });
  }
}

function noBase(branch: string, branches: readonly string[]): MaestroError {
  const list = branches.length === 0 ? "it has none" : `it has ${branches.slice(0, 20).join(", ")}`;
  return new MaestroError({
    code: "git_no_base",
    message: `The remote has no branch "${branch}" to work from: ${list}.`,
    hint:
      branches.length === 0
        ? `Push a first commit to "${branch}".`
        : "Set repo.base_branch in the workflow file to one of its branches.",
    facts: { branch, branches: branches.slice(0, 200) },
  });
}
