import { permissionOfLogin } from "./identity.ts";
import {
  atLeast,
  type GithubData,
  type GithubIssue,
  type GithubPull,
  type GithubRepo,
  type GithubReview,
  type GithubRule,
} from "./state.ts";
import type { Doing } from "./world.ts";

/** Outcome of one named check or status on a commit. */
export interface Outcome {
  readonly name: string;
  readonly state: "success" | "failure" | "pending";
}

const PASSED = ["success", "neutral", "skipped"];

/** The newest result of each name on a commit, from checks and statuses alike. */
export function outcomesOn(data: GithubData, repo: GithubRepo, sha: string): Outcome[] {
  const found = new Map<string, Outcome>();
  for (const run of data.checkRuns) {
    if (run.repoId !== repo.id || run.sha !== sha) continue;
    const ended = PASSED.includes(run.conclusion ?? "") ? "success" : "failure";
    found.set(run.name, { name: run.name, state: run.status === "completed" ? ended : "pending" });
  }
  for (const { repoId, sha: on, context, state } of data.statuses) {
    if (repoId === repo.id && on === sha)
      found.set(context, { name: context, state: state === "error" ? "failure" : state });
  }
  return [...found.values()];
}

export function rulesOf(repo: GithubRepo, branch: string): GithubRule[] {
  return repo.rules.filter((rule) => rule.branch === branch);
}

/** The latest review that says yes or no, by each author. */
export function opinionsOn(data: GithubData, pull: GithubPull): GithubReview[] {
  const latest = new Map<string, GithubReview>();
  for (const review of data.reviews) {
    if (review.pullId !== pull.id) continue;
    if (review.state === "APPROVED" || review.state === "CHANGES_REQUESTED") latest.set(review.author, review);
    else if (review.state === "DISMISSED") latest.delete(review.author);
  }
  return [...latest.values()];
}

/** What the branch's rules still lack, in GitHub's words. */
export function unmetOn(data: GithubData, repo: GithubRepo, pull: GithubPull, isBehind: boolean): string[] {
  const rules = rulesOf(repo, pull.base);
  const outcomes = outcomesOn(data, repo, pull.headSha);
  const checks = new Set(rules.flatMap((rule) => rule.requiredChecks));
  const unmet = [...checks].flatMap((name) => {
    const state = outcomes.find((one) => one.name === name)?.state;
    if (state === "success") return [];
    const what = state === undefined ? "expected" : state === "failure" ? "failing" : "in progress";
    return [`Required status check "${name}" is ${what}.`];
  });
  const opinions = opinionsOn(data, pull).filter(({ author }) => atLeast(permissionOfLogin(repo, author), "write"));
  const approvals = opinions.filter(({ state }) => state === "APPROVED").length;
  const wanted = Math.max(0, ...rules.map((rule) => rule.approvals));
  if (approvals < wanted) {
    const noun = wanted === 1 ? "approving review is" : "approving reviews are";
    unmet.push(`At least ${wanted} ${noun} required by reviewers with write access.`);
  }
  if (wanted > 0 && opinions.some(({ state }) => state === "CHANGES_REQUESTED")) {
    unmet.push("Changes have been requested.");
  }
  const threads = data.threads.filter((thread) => thread.pullId === pull.id && thread.resolvedBy === null);
  if (threads.length > 0 && rules.some((rule) => rule.resolveThreads)) {
    unmet.push("A conversation must be resolved before this pull request can be merged.");
  }
  if (isBehind && rules.some((rule) => rule.strict))
    unmet.push("The head branch is not up to date with the base branch.");
  return unmet;
}

/** As REST's `mergeable` and `mergeable_state`, in lower case. */
export interface Mergeability {
  readonly mergeable: boolean | null;
  readonly state: "clean" | "dirty" | "blocked" | "behind" | "unstable" | "draft" | "unknown";
}

/**
 * Whether the pull request could be merged now. The first look after either side moved finds it not worked out yet (`null`);
 * `settled` looks past that, as a merge does.
 */
export function mergeabilityOf(doing: Doing, issue: GithubIssue, pull: GithubPull, settled = false): Mergeability {
  const { world, data } = doing;
  const unknown: Mergeability = { mergeable: null, state: "unknown" };
  if (issue.state === "closed") return unknown;
  const repo = data.repos.find(({ id }) => id === issue.repoId);
  const git = repo && world.git(repo);
  const base = git?.head(pull.base);
  if (repo === undefined || git === undefined || base === undefined) return unknown;
  const commits = `${base} ${pull.headSha}`;
  if (!settled && isFirstLook(doing, pull, commits)) return unknown;
  if (git.mergeTree(base, pull.headSha) === undefined) return { mergeable: false, state: "dirty" };
  if (pull.draft) return { mergeable: true, state: "draft" };
  const isBehind = !git.isAncestor(base, pull.headSha);
  const isStrict = rulesOf(repo, pull.base).some((rule) => rule.strict);
  const unmet = unmetOn(data, repo, pull, isBehind);
  if (unmet.length === 1 && isBehind && isStrict) return { mergeable: true, state: "behind" };
  if (unmet.length > 0) return { mergeable: true, state: "blocked" };
  const isUnstable = outcomesOn(data, repo, pull.headSha).some(({ state }) => state !== "success");
  return { mergeable: true, state: isUnstable ? "unstable" : "clean" };
}

/** A read that finds other commits than the last one sets off the work; all of that read sees nothing yet. */
function isFirstLook({ world, call }: Doing, pull: GithubPull, commits: string): boolean {
  const known = world.computed.get(pull.id);
  if (known?.commits === commits) return known.by === call;
  const isRead = call.request.method === "GET" || call.operation.startsWith("query");
  if (isRead) world.computed.set(pull.id, { commits, by: call });
  return true;
}
