import { isWip, mergeabilityOf, protectionOf } from "./mergeability.ts";
import { invalid, Refusal } from "./refusal.ts";
import type { CnbPull, CnbRepo, MergeStyle } from "./state.ts";
import type { Doing } from "./world.ts";

interface MergeWish {
  readonly style: MergeStyle;
  readonly title: string | null;
  readonly message: string | null;
  readonly by: string;
}

/** Refuses what could not be merged as it stands now. Which head the caller has in mind cannot be said. */
export function checkMergeable(doing: Doing, repo: CnbRepo, pull: CnbPull, style: MergeStyle): void {
  if (pull.state !== "open") throw new Refusal(409, `pull request is ${pull.state}`);
  if (pull.merging !== null) throw new Refusal(409, "pull request is merging");
  if (isWip(pull)) throw invalid("pull request is work in progress");
  if (!repo.allow[style]) throw invalid(`merge style ${style} is not allowed`);
  const { state, blockedOn } = mergeabilityOf(doing, repo, pull, true);
  if (state !== "mergeable" || blockedOn !== "unblocked") throw invalid(`pull request is not mergeable: ${blockedOn}`);
  if (style === "merge" && protectionOf(repo, pull.base)?.linearHistory === true) {
    throw invalid("linear history is required");
  }
}

/** Merges in the repository on disk and returns the new tip of the base. */
export function carryOutMerge(doing: Doing, repo: CnbRepo, pull: CnbPull, wish: MergeWish): string {
  checkMergeable(doing, repo, pull, wish.style);
  const git = doing.world.git(repo);
  const base = git.head(pull.base) ?? "";
  const sha = writeMerge(doing, repo, pull, wish, base);
  if (sha === undefined || !git.moveRef(`refs/heads/${pull.base}`, sha, base)) {
    throw invalid("pull request is not mergeable: code_conflict");
  }
  markMerged(doing, pull, { sha, base, by: wish.by });
  return sha;
}

export function markMerged(
  { world, call }: Doing,
  pull: CnbPull,
  { sha, base, by }: { sha: string; base: string; by: string },
): void {
  call.effect = true;
  Object.assign(pull, { state: "merged", mergedBy: by, mergeSha: sha, baseShaAtMerge: base, updatedAt: world.now });
}

function writeMerge({ world }: Doing, repo: CnbRepo, pull: CnbPull, wish: MergeWish, base: string): string | undefined {
  const git = world.git(repo);
  if (wish.style === "rebase") return replay({ world }, repo, pull, base);
  const tree = git.mergeTree(base, pull.headSha);
  if (tree === undefined) return undefined;
  const isSquash = wish.style === "squash";
  const title = wish.title ?? (isSquash ? `${pull.title} (#${pull.number})` : `Merge pull request #${pull.number}`);
  const message = wish.message ?? (isSquash ? "" : pull.title);
  const parents = isSquash ? [base] : [base, pull.headSha];
  return git.commitTree(tree, parents, message === "" ? title : `${title}\n\n${message}`, world.signature(wish.by));
}

/** Each commit again on top of the base, with its own author and message; `undefined` when one does not apply. */
function replay({ world }: Pick<Doing, "world">, repo: CnbRepo, pull: CnbPull, base: string): string | undefined {
  const git = world.git(repo);
  let tip = base;
  for (const commit of git.commitsBetween(base, pull.headSha)) {
    const [parents = "", name = "", email = "", at = "0", ...message] = git
      .git(["show", "--no-patch", "--format=%P%n%an%n%ae%n%at%n%B", commit])
      .split("\n");
    if (parents.includes(" ")) return undefined;
    const tree = git.pickTree(tip, commit, parents);
    if (tree === undefined) return undefined;
    tip = git.commitTree(tree, [tip], message.join("\n").trim(), { name, email, at: Number(at) });
  }
  return tip;
}
