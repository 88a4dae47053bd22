import { throwIfAborted } from "../base/abort.ts";
import { isMaestroError, MaestroError } from "../base/errors.ts";
import type { Mutex } from "../base/mutex.ts";
import type { GitCommand, GitPlace } from "./command.ts";
import { type Layout, sealGitDir, sealObjects } from "./git-dir.ts";
import type { HostGitOptions } from "./options.ts";

const TRACKING = "refs/remotes/origin/";
const SEED = "refs/seed/";

/** Enough loose objects that one pack is faster to read; Git's own threshold for the same (gc.auto, git-config(1)). */
const LOOSE_OBJECTS = 6_700;

/** What the host knows of the remote, in a git dir of its own. Only here the remote is read; one command at a time. */
export class Mirror {
  readonly #options: HostGitOptions;
  readonly #git: GitCommand;
  readonly #layout: Layout;
  readonly #place: GitPlace;
  readonly #turn: Mutex;

  /** `turn` keeps out whoever else works on the mirror. */
  constructor(options: HostGitOptions, git: GitCommand, layout: Layout, turn: Mutex) {
    this.#options = options;
    this.#git = git;
    this.#layout = layout;
    this.#turn = turn;
    this.#place = { gitDir: layout.mirror, objects: layout.objects };
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
    const args = ["rev-parse", "--verify", "--quiet", `${TRACKING}${branch}^{commit}`];
    const { code, stdout } = await this.#git(await this.place(), args, signal, { codes: [0, 1] });
    return code === 0 ? stdout.trim() : undefined;
  }

  /** The tips of all branches as last seen on the remote. */
  async tips(signal: AbortSignal): Promise<string[]> {
    const args = ["for-each-ref", "--format=%(objectname)", TRACKING];
    const { stdout } = await this.#git(await this.place(), args, signal);
    return stdout.split("\n").filter((sha) => sha !== "");
  }

  /** Asks the remote where these branches stand (all of them when none is named). Those that it lacks are left out. */
  async heads(branches: readonly string[], signal: AbortSignal): Promise<Map<string, string>> {
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

  /** Talks to the remote while no fetch does; `learn` notes where a branch stands now. */
  exclusive<T>(work: (learn: (branch: string, sha: string) => Promise<void>) => Promise<T>, signal: AbortSignal) {
    return this.#turn.run(() => work((branch, sha) => this.#learn(branch, sha, signal)), signal);
  }

  async #learn(branch: string, sha: string, signal: AbortSignal): Promise<void> {
    await this.#git(await this.place(), ["update-ref", `${TRACKING}${branch}`, sha], signal);
  }

  async #fetch(branches: readonly string[], signal: AbortSignal): Promise<string> {
    const { baseBranch, source } = this.#options;
    const wanted = [...new Set([baseBranch, ...branches])];
    const heads = await this.heads(wanted, signal);
    const baseSha = heads.get(baseBranch);
    if (baseSha === undefined) throw noBase(baseBranch, [...(await this.heads([], signal)).keys()]);
    const refspecs = [...heads.keys()].map((branch) => `+refs/heads/${branch}:${TRACKING}${branch}`);
    await this.#forgetLost(wanted, heads, signal);
    const flags = ["--no-tags", "--no-write-fetch-head", "--no-recurse-submodules", "--quiet"];
    await this.#git(this.#place, ["fetch", ...flags, "--", source.remote, ...refspecs], signal, { remote: true });
    await this.#dropSeed(signal);
    await this.#pack(signal);
    return (await this.known(baseBranch, signal)) ?? baseSha;
  }

  async #forgetLost(wanted: readonly string[], heads: ReadonlyMap<string, string>, signal: AbortSignal): Promise<void> {
    const input = wanted
      .filter((branch) => !heads.has(branch))
      .map((branch) => `delete ${TRACKING}${branch}\n`)
      .join("");
    if (input !== "") await this.#git(this.#place, ["update-ref", "--stdin"], signal, { input });
  }

  /**
   * Puts loose objects that the mirror's refs reach into a pack. Nothing is ever pruned: lanes and agents borrow from this store, and what they need is
   * not known here.
   */
  async #pack(signal: AbortSignal): Promise<void> {
    const { stdout } = await this.#git(this.#place, ["count-objects"], signal);
    if (Number.parseInt(stdout, 10) < LOOSE_OBJECTS) return;
    try {
      await this.#git(this.#place, ["repack", "-d", "--quiet"], signal);
    } catch (error) {
      throwIfAborted(signal);
      this.#options.log.warn("Packing the object store failed; it is only slower for it", { error: String(error) });
    }
  }

  /** Spares the first download what the user's own checkout has. It is only read, and failing here costs nothing but time. */
  async #seed(signal: AbortSignal): Promise<void> {
    const { path, remote } = this.#options.source;
    if (path === null || path === remote || (await this.tips(signal)).length > 0) return;
    const refspecs = [`+refs/heads/*:${SEED}heads/*`, `+refs/remotes/*:${SEED}remotes/*`];
    const flags = ["--no-tags", "--no-write-fetch-head", "--no-recurse-submodules", "--quiet"];
    try {
      await this.#git(this.#place, ["fetch", ...flags, "--", path, ...refspecs], signal);
    } catch (error) {
      throwIfAborted(signal);
      this.#options.log.warn("The checkout's objects cannot be used; all is fetched from the remote", {
        path,
        error: String(error),
      });
    }
  }

  /** Its objects stay; as refs they would be offered to the remote at every fetch. */
  async #dropSeed(signal: AbortSignal): Promise<void> {
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
