import { closeIssue } from "./issue-changes.ts";
import { Refusal } from "./refusal.ts";
import { mergeabilityOf, rulesOf, unmetOn } from "./requirements.ts";
import type { GithubIssue, GithubPull, GithubRepo, MergeMethod } from "./state.ts";
import { pullView } from "./views.ts";
import { changed, pushed } from "./webhooks.ts";
import { type Doing, findIssue } from "./world.ts";

export interface MergeWish {
  readonly method: MergeMethod;
  /** Merges nothing but this head. */
  readonly sha?: string | undefined;
  readonly title?: string | undefined;
  readonly message?: string | undefined;
  /** The queue itself may merge where the branch asks for the queue. */
  readonly fromQueue?: boolean;
}

const CLOSING = /\b(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?):?\s+#(\d+)/gi;
const NOT_MERGEABLE = "Pull Request is not mergeable";

/** Merges in the repository on disk and returns the new tip of the base, or refuses as GitHub does. */
export function mergePull(
  doing: Doing,
  repo: GithubRepo,
  issue: GithubIssue,
  pull: GithubPull,
  wish: MergeWish,
): string {
  const { world } = doing;
  checkMergeable(doing, repo, issue, pull, wish);
  const git = world.git(repo);
  const base = git.head(pull.base) ?? "";
  const merged = writeMerge(doing, repo, issue, pull, wish, base);
  if (merged === undefined)
    throw new Refusal(405, wish.method === "rebase" ? "This branch can't be rebased" : NOT_MERGEABLE);
  if (!git.moveRef(`refs/heads/${pull.base}`, merged, base))
    throw new Refusal(405, "Base branch was modified. Review and try the merge again.");
  pushed(doing, repo, { ref: `refs/heads/${pull.base}`, before: base, after: merged });
  markMerged(doing, repo, issue, pull, merged, base);
  const ref = `refs/heads/${pull.head}`;
  if (repo.deleteBranchOnMerge && git.moveRef(ref, undefined, pull.headSha)) {
    pushed(doing, repo, { ref, before: pull.headSha, after: "0".repeat(40) });
  }
  return merged;
}

/** Closes the pull request as merged, and the issues that it says it closes when it lands on the default branch. */
export function markMerged(
  doing: Doing,
  repo: GithubRepo,
  issue: GithubIssue,
  pull: GithubPull,
  sha: string,
  base: string,
): void {
  const { data, now } = doing.world;
  const by = { mergedAt: now, mergedBy: doing.actor, mergeCommitSha: sha, baseShaAtMerge: base };
  Object.assign(pull, { ...by, autoMerge: null, queuedAt: null });
  closeIssue(doing, repo, issue, null);
  changed(doing, repo, "pull_request.closed", {
    number: issue.number,
    pull_request: pullView(data, issue, pull, base),
  });
  if (pull.base !== repo.defaultBranch) return;
  for (const number of closingNumbers(issue)) {
    const closed = data.issues.find((one) => one.repoId === repo.id && one.number === number && !one.isPull);
    if (closed !== undefined) closeIssue(doing, repo, findIssue(data, repo, number), "completed");
  }
}

export function closingNumbers({ body }: GithubIssue): number[] {
  return [...(body ?? "").matchAll(CLOSING)].map(([, number]) => Number(number));
}

function checkMergeable(doing: Doing, repo: GithubRepo, issue: GithubIssue, pull: GithubPull, wish: MergeWish): void {
  const { world } = doing;
  if (issue.state === "closed") throw new Refusal(405, NOT_MERGEABLE);
  if (wish.sha !== undefined && wish.sha !== pull.headSha) {
    throw new Refusal(409, "Head branch was modified. Review and try the merge again.");
  }
  if (pull.draft) throw new Refusal(405, "Pull Request is still a draft");
  if (!repo.allow[wish.method]) {
    const name = { merge: "Merge commits", squash: "Squash merges", rebase: "Rebase merges" }[wish.method];
    throw new Refusal(405, `${name} are not allowed on this repository.`);
  }
  const { mergeable } = mergeabilityOf(doing, issue, pull, true);
  if (mergeable !== true) throw new Refusal(405, NOT_MERGEABLE);
  const rules = rulesOf(repo, pull.base);
  const git = world.git(repo);
  const unmet = unmetOn(world.data, repo, pull, !git.isAncestor(git.head(pull.base) ?? "", pull.headSha));
  if (wish.fromQueue !== true && rules.some((rule) => rule.mergeQueue))
    unmet.push("Changes must be made through the merge queue");
  if (unmet.length === 0) return;
  const isRuleset = rules.some(({ source }) => source === "ruleset");
  throw new Refusal(405, isRuleset ? `Repository rule violations found\n\n${unmet.join("\n\n")}` : unmet.join(" "));
}

function writeMerge(
  doing: Doing,
  repo: GithubRepo,
  issue: GithubIssue,
  pull: GithubPull,
  wish: MergeWish,
  base: string,
): string | undefined {
  const git = doing.world.git(repo);
  const by = {
    name: doing.actor,
    email: `${doing.actor}@users.noreply.github.com`,
    at: Math.floor(doing.world.now / 1000),
  };
  if (wish.method === "rebase") return replay(doing, repo, pull, base);
  const tree = git.mergeTree(base, pull.headSha);
  if (tree === undefined) return undefined;
  if (wish.method === "squash") {
    const title = wish.title ?? `${issue.title} (#${issue.number})`;
    return git.commitTree(tree, [base], join(title, wish.message), by);
  }
  const title = wish.title ?? `Merge pull request #${issue.number} from ${repo.owner}/${pull.head}`;
  return git.commitTree(tree, [base, pull.headSha], join(title, wish.message ?? issue.title), by);
}

function join(title: string, message: string | undefined): string {
  return message === undefined || message === "" ? title : `${title}\n\n${message}`;
}

/** Each commit again on top of the base, with its own author and message; `undefined` when one does not apply. */
export function replay(doing: Doing, repo: GithubRepo, pull: GithubPull, base: string): string | undefined {
  const git = doing.world.git(repo);
  let tip = base;
  for (const commit of git.commitsBetween(base, pull.headSha)) {
    const parents = git.git(["show", "--no-patch", "--format=%P", commit]).split(" ");
    if (parents.length > 1) return undefined;
    const tree = git.pickTree(tip, commit, parents[0] ?? "");
    if (tree === undefined) return undefined;
    const [name = "", email = "", at = "0", ...message] = git
      .git(["show", "--no-patch", "--format=%an%n%ae%n%at%n%B", commit])
      .split("\n");
    tip = git.commitTree(tree, [tip], message.join("\n").trim(), { name, email, at: Number(at) });
  }
  return tip;
}
