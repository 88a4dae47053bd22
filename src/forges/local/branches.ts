import { join } from "node:path";
import { throwIfAborted } from "../../base/abort.ts";
import { readTextIfExists } from "../../base/atomic-file.ts";
import type { Clock } from "../../base/clock.ts";
import { isMaestroError } from "../../base/errors.ts";
import { readRef } from "../../git/index.ts";
import type { Change } from "../../model/change.ts";
import type { ForgeGit } from "./git.ts";
import type { KeptChange } from "./map.ts";

/** A merge as its commit tells it. */
export interface MergeCommit {
  readonly sha: string;
  readonly headSha: string;
  readonly baseSha: string;
}

/** Where branches stand, as one call sees them: each is looked at once, when it is asked for first. */
export interface Tips {
  get(branch: string): Promise<string | undefined>;
}

interface MadeMerge extends MergeCommit {
  readonly number: number;
  readonly tree: string;
}

/** How many merges and answers are remembered: enough for all changes that are open at a time. */
const REMEMBERED = 1_000;
/** The trailer that names the change in a merge commit. */
const TRAILER = "Maestro-Change";
/** What Git says when a branch does not stand where a transaction has it, or somebody else holds it. */
const MOVED = /but expected|unable to resolve reference|\.lock': File exists/;
/** Who merges. */
const IDENTITY = { name: "Maestro local forge", email: "forge@maestro.invalid" };

/** The branches of the forge: where they stand, how they merge, how they move. */
export class Branches {
  readonly #git: ForgeGit;
  readonly #clock: Clock;
  /** The merges that this process made, by their commit: nobody has to read them from the history. */
  readonly #made = new Map<string, MadeMerge>();
  /** How a base and a head merge: the tree, or `null` for a conflict. */
  readonly #merged = new Map<string, string | null>();

  constructor(git: ForgeGit, clock: Clock) {
    this.#git = git;
    this.#clock = clock;
  }

  /** Where branches stand from now on. */
  look(signal: AbortSignal): Tips {
    const seen = new Map<string, Promise<string | undefined>>();
    return {
      get: (branch) => {
        const tip = seen.get(branch) ?? this.#tip(branch, signal);
        seen.set(branch, tip);
        return tip;
      },
    };
  }

  async #tip(branch: string, signal: AbortSignal): Promise<string | undefined> {
    throwIfAborted(signal);
    const read = await readRef(readTextIfExists, this.#git.gitDir, `refs/heads/${branch}`);
    return read === null ? (await this.tips(signal)).get(branch) : read;
  }

  /** The tips of all branches. */
  async tips(signal: AbortSignal): Promise<ReadonlyMap<string, string>> {
    const { stdout } = await this.#git.run(
      ["for-each-ref", "--format=%(objectname) %(refname)", "refs/heads/"],
      signal,
    );
    const lines = stdout.split("\n").filter((line) => line !== "");
    return new Map(lines.map((line) => [line.slice(line.indexOf(" ") + "refs/heads/".length + 1), firstWord(line)]));
  }

  /** The branch that a clone begins with. */
  async defaultBranch(signal: AbortSignal): Promise<string> {
    const head = await readTextIfExists(join(this.#git.gitDir, "HEAD"));
    const named = /^ref: refs\/heads\/(\S+)\n$/.exec(head ?? "")?.[1];
    if (named !== undefined) return named;
    const { stdout } = await this.#git.run(["symbolic-ref", "--quiet", "HEAD"], signal);
    return stdout.trim().replace(/^refs\/heads\//, "");
  }

  /** How two commits merge. */
  async mergeability(base: string, head: string, signal: AbortSignal): Promise<Change["mergeability"]> {
    return (await this.#mergedTree(base, head, signal)) === undefined ? "conflict" : "clean";
  }

  /** Whether the base's history holds a head that merges without a conflict. */
  async holds(base: string, head: string, signal: AbortSignal): Promise<boolean> {
    const tree = this.#made.get(base)?.tree;
    // Merging what is there already changes nothing.
    if (tree !== undefined && tree !== (await this.#mergedTree(base, head, signal))) return false;
    return this.#isAncestor(head, base, signal);
  }

  async #isAncestor(ancestor: string, sha: string, signal: AbortSignal): Promise<boolean> {
    const { code } = await this.#git.run(["merge-base", "--is-ancestor", ancestor, sha], signal, { codes: [0, 1] });
    return code === 0;
  }

  /**
   * The merge commit of this change on its base, when there is one: made by the forge on the base itself (agents write commits too, but not
   * there), naming the change, containing its head. Finds a merge whose note in the change's file was lost.
   */
  async findMerge(kept: KeptChange, head: string, base: string, signal: AbortSignal): Promise<MergeCommit | undefined> {
    const from = this.#unread(kept, base);
    if (from === kept.baseSha) return undefined;
    const format = `--format=%H %P %(trailers:key=${TRAILER},valueonly,separator=%x2C)`;
    const range = [from, `^${kept.baseSha}`];
    const flags = ["--first-parent", "--merges", "--ignore-missing", "--no-show-signature"];
    const { stdout } = await this.#git.run(["log", ...flags, format, ...range, "--"], signal);
    for (const line of stdout.split("\n")) {
      const [sha = "", baseSha = "", headSha = "", named = ""] = line.split(" ");
      if (named !== `#${kept.number}`) continue;
      const isOurs = [head, kept.headSha].includes(headSha) || (await this.#isAncestor(headSha, head, signal));
      if (isOurs) return { sha, headSha, baseSha };
    }
    return undefined;
  }

  /** From where on the base's line has to be read: merges that were made here are known, and none of them is this change's. */
  #unread(kept: KeptChange, base: string): string {
    let from = base;
    for (let made = this.#made.get(from); made !== undefined && from !== kept.baseSha; made = this.#made.get(from)) {
      if (made.number === kept.number) return base;
      from = made.baseSha;
    }
    return from;
  }

  /** Makes the merge commit, on no branch yet; `undefined` when there is a conflict. */
  async commitMerge(kept: KeptChange, base: string, head: string, signal: AbortSignal): Promise<string | undefined> {
    const tree = await this.#mergedTree(base, head, signal);
    if (tree === undefined) return undefined;
    const title = kept.title.replace(/\s+/g, " ").trim();
    const message = `Merge change #${kept.number}: ${title}\n\n${TRAILER}: #${kept.number}\n`;
    const date = `${Math.floor(this.#clock.now() / 1000)} +0000`;
    const env = {
      GIT_AUTHOR_NAME: IDENTITY.name,
      GIT_AUTHOR_EMAIL: IDENTITY.email,
      GIT_AUTHOR_DATE: date,
      GIT_COMMITTER_NAME: IDENTITY.name,
      GIT_COMMITTER_EMAIL: IDENTITY.email,
      GIT_COMMITTER_DATE: date,
    };
    const args = ["commit-tree", tree, "-p", base, "-p", head, "-F", "-"];
    const sha = (await this.#git.run(args, signal, { input: message, env })).stdout.trim();
    remember(this.#made, sha, { sha, headSha: head, baseSha: base, number: kept.number, tree });
    return sha;
  }

  /** Moves the base, when both branches still stand where the merge saw them, and keeps the head as `keep` does. */
  async moveBase(
    kept: KeptChange,
    move: { readonly head: string; readonly from: string; readonly to: string },
    signal: AbortSignal,
  ): Promise<boolean> {
    const commands = [
      `verify refs/heads/${kept.branch}\0${move.head}\0`,
      `update refs/changes/${kept.number}/head\0${move.head}\0\0`,
      `update refs/heads/${kept.base}\0${move.to}\0${move.from}\0`,
    ];
    return this.#update(commands.join(""), signal);
  }

  /** Deletes a branch that stands at `sha`; `false` when it does not. */
  async remove(branch: string, sha: string, signal: AbortSignal): Promise<boolean> {
    return this.#update(`delete refs/heads/${branch}\0${sha}\0`, signal);
  }

  /** Keeps a head from being collected when its branch is gone. */
  async keep(number: number, head: string, signal: AbortSignal): Promise<void> {
    await this.#git.run(["update-ref", `refs/changes/${number}/head`, head], signal);
  }

  /** What `head` brings since it left `base`, as a unified diff. */
  async diff(base: string, head: string, signal: AbortSignal): Promise<string> {
    const flags = ["--no-ext-diff", "--no-textconv", "--no-color", "--find-renames"];
    const { stdout } = await this.#git.run(["diff", ...flags, `${base}...${head}`, "--"], signal);
    return stdout;
  }

  async #mergedTree(base: string, head: string, signal: AbortSignal): Promise<string | undefined> {
    const key = `${base} ${head}`;
    let tree = this.#merged.get(key);
    if (tree === undefined) {
      tree = await this.#mergeTree(base, head, signal);
      remember(this.#merged, key, tree);
    }
    return tree ?? undefined;
  }

  async #mergeTree(base: string, head: string, signal: AbortSignal): Promise<string | null> {
    try {
      const args = ["merge-tree", "--write-tree", "--no-messages", base, head];
      const { code, stdout } = await this.#git.run(args, signal, { codes: [0, 1] });
      return code === 0 ? stdout.trim() : null;
    } catch (error) {
      // Without a common ancestor there is nothing to merge by.
      if (isMaestroError(error) && /unrelated histories/.test(String(error.facts.stderr))) return null;
      throw error;
    }
  }

  /** One transaction over branches; `false` when one of them does not stand where it says. */
  async #update(commands: string, signal: AbortSignal): Promise<boolean> {
    try {
      await this.#git.run(["update-ref", "-z", "--stdin"], signal, { input: commands });
      return true;
    } catch (error) {
      if (isMaestroError(error) && MOVED.test(String(error.facts.stderr))) return false;
      throw error;
    }
  }
}

function remember<T>(known: Map<string, T>, key: string, value: T): void {
  for (const oldest of [...known.keys()].slice(0, known.size - REMEMBERED + 1)) known.delete(oldest);
  known.set(key, value);
}

function firstWord(line: string): string {
  return line.slice(0, line.indexOf(" "));
}
