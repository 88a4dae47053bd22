import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** What a commit that the fake makes itself says about its author. */
export interface Signature {
  readonly name: string;
  readonly email: string;
  /** Epoch seconds. */
  readonly at: number;
}

interface Ran {
  readonly ok: boolean;
  readonly out: string;
  readonly err: string;
}

const MOST_OUTPUT = 64 * 1024 * 1024;
const LASTING =
  /^(?:merge-base(?: --is-ancestor)?|merge-tree .*|rev-list --reverse|diff(?: --[\w-]+)*|show --no-patch \S+) (?:[0-9a-f]{40}(?:\.{2,3}| |$)){1,2}(?:-- .*)?$/;
const answers = new Map<string, Ran>();

/** Refuses what the forge protects, as the server's own hook, with GitHub's words unless told otherwise. */
const PRE_RECEIVE = `#!/bin/sh
zero=0000000000000000000000000000000000000000
while read old new ref; do
  for name in $FAKE_PROTECTED; do
    if [ "$ref" = "refs/heads/$name" ]; then
      echo "error: GH006: Protected branch update failed for $ref." >&2
      echo "error: Changes must be made through a pull request." >&2
      exit 1
    fi
  done
  for name in $FAKE_NO_FORCE; do
    if [ "$ref" = "refs/heads/$name" ] && [ "$old" != $zero ]; then
      if [ "$new" = $zero ]; then echo "error: GH006: Cannot delete this protected branch $ref." >&2; exit 1; fi
      if ! git merge-base --is-ancestor "$old" "$new"; then
        echo "error: GH006: Cannot force-push to this protected branch $ref." >&2; exit 1
      fi
    fi
  done
done
`;

/** A bare repository on disk, worked on with Git's plumbing. Nothing of the machine's own Git configuration is read. */
export class Repository {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  /** Makes the repository with one commit of `files` on `branch`; leaves one that exists alone. */
  create(branch: string, files: Record<string, string>, by: Signature): void {
    if (existsSync(join(this.path, "HEAD"))) return;
    mkdirSync(this.path, { recursive: true });
    this.git(["init", "--quiet", "--bare", "--template=", `--initial-branch=${branch}`]);
    mkdirSync(join(this.path, "hooks"), { recursive: true });
    const hook = join(this.path, "hooks/pre-receive");
    writeFileSync(hook, PRE_RECEIVE);
    chmodSync(hook, 0o755);
    this.commitFiles(branch, "Initial commit", files, by);
  }

  /** Adds a commit that sets these files (`null` removes one) to the tip of a branch, as a person's push would. */
  commitFiles(
    branch: string,
    message: string,
    files: Record<string, string | null>,
    by: Signature,
    from = branch,
  ): string {
    const parent = this.head(from);
    const data = (text: string) => `data ${Buffer.byteLength(text)}\n${text}\n`;
    const changes = Object.entries(files).map(([path, content]) =>
      content === null ? `D ${path}\n` : `M 100644 inline ${path}\n${data(content)}`,
    );
    const head = `commit refs/heads/${branch}\ncommitter ${by.name} <${by.email}> ${by.at} +0000\n${data(message)}`;
    const stream = `${head}${parent === undefined ? "" : `from ${parent}\n`}${changes.join("")}\n`;
    this.git(["fast-import", "--quiet", "--force"], { input: stream });
    return this.head(branch) ?? "";
  }

  /** Tip of a branch. */
  head(branch: string): string | undefined {
    const loose = join(this.path, "refs/heads", branch);
    if (!branch.includes("..") && existsSync(loose) && statSync(loose).isFile())
      return readFileSync(loose, "utf8").trim();
    return this.resolve(`refs/heads/${branch}`);
  }

  /** The commit that a name stands for. */
  resolve(name: string): string | undefined {
    const { ok, out } = this.#run(["rev-parse", "--verify", "--quiet", "--end-of-options", `${name}^{commit}`]);
    return ok ? out : undefined;
  }

  refs(): Map<string, string> {
    const lines = this.git(["for-each-ref", "--format=%(objectname) %(refname)"]).split("\n").filter(Boolean);
    return new Map(lines.map((line): [string, string] => [line.slice(41), line.slice(0, 40)]));
  }

  isAncestor(ancestor: string, descendant: string): boolean {
    return this.#run(["merge-base", "--is-ancestor", ancestor, descendant]).ok;
  }

  mergeBase(a: string, b: string): string | undefined {
    const { ok, out } = this.#run(["merge-base", a, b]);
    return ok ? out : undefined;
  }

  /** Commits of `head` that `base` lacks, oldest first. */
  commitsBetween(base: string, head: string): string[] {
    return this.git(["rev-list", "--reverse", `${base}..${head}`])
      .split("\n")
      .filter(Boolean);
  }

  /** The tree of both sides merged, or `undefined` when they conflict. */
  mergeTree(ours: string, theirs: string): string | undefined {
    const { ok, out } = this.#run(["merge-tree", "--write-tree", "--no-messages", ours, theirs]);
    return ok ? out.split("\n")[0] : undefined;
  }

  /** What a commit changes since its parent, put on top of another; `undefined` when that conflicts. */
  pickTree(onto: string, commit: string, parent: string): string | undefined {
    // Git 2.39 takes no merge base from outside, so three commits are made that have it.
    const by = { name: "fake", email: "fake@example.com", at: 0 };
    const base = this.commitTree(`${parent}^{tree}`, [], "base", by);
    const ours = this.commitTree(`${onto}^{tree}`, [base], "ours", by);
    return this.mergeTree(ours, this.commitTree(`${commit}^{tree}`, [base], "theirs", by));
  }

  commitTree(tree: string, parents: readonly string[], message: string, by: Signature): string {
    const env = identityOf(by);
    return this.git(["commit-tree", tree, ...parents.flatMap((parent) => ["-p", parent]), "-m", message], { env });
  }

  /** Moves a ref only when it still stands where it was seen; `undefined` as new deletes it. */
  moveRef(ref: string, to: string | undefined, from: string): boolean {
    return this.#run(to === undefined ? ["update-ref", "-d", ref, from] : ["update-ref", ref, to, from]).ok;
  }

  /** Output of a Git command; throws when it fails. */
  git(command: readonly string[], options: { input?: string; env?: Record<string, string> } = {}): string {
    const { ok, out, err } = this.#run(command, options);
    if (!ok) throw new Error(`git ${command.join(" ")} failed in ${this.path}: ${err}`);
    return out;
  }

  /** What Git says about commits named by their hashes stays true, so it is asked once. */
  #run(command: readonly string[], options: { input?: string; env?: Record<string, string> } = {}): Ran {
    const isLasting = LASTING.test(command.join(" "));
    const key = `${this.path} ${command.join(" ")}`;
    const known = isLasting ? answers.get(key) : undefined;
    if (known !== undefined) return known;
    const ran = this.#spawn(command, options);
    if (isLasting) answers.set(key, ran);
    return ran;
  }

  #spawn(command: readonly string[], options: { input?: string; env?: Record<string, string> }): Ran {
    const { status, stdout, stderr } = spawnSync("git", ["-C", this.path, ...command], {
      env: { ...HERMETIC, ...options.env },
      input: options.input ?? "",
      encoding: "utf8",
      maxBuffer: MOST_OUTPUT,
    });
    return { ok: status === 0, out: (stdout ?? "").replace(/\n$/, ""), err: stderr ?? "" };
  }
}

function identityOf({ name, email, at }: Signature): Record<string, string> {
  const date = `@${at} +0000`;
  const author = { GIT_AUTHOR_NAME: name, GIT_AUTHOR_EMAIL: email, GIT_AUTHOR_DATE: date };
  return { ...author, GIT_COMMITTER_NAME: name, GIT_COMMITTER_EMAIL: email, GIT_COMMITTER_DATE: date };
}

/** Environment in which Git reads no one's configuration and asks no one. */
export const HERMETIC: Record<string, string> = {
  PATH: process.env.PATH ?? "",
  HOME: "/nonexistent",
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_TERMINAL_PROMPT: "0",
};
