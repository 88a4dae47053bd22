import type { RefUpdate } from "../git-http/index.ts";
import { addEvent, closeIssue } from "./issue-changes.ts";
import { markMerged, mergePull } from "./merge.ts";
import { Refusal } from "./refusal.ts";
import { mergeabilityOf } from "./requirements.ts";
import type { GithubIssue, GithubPull, GithubRepo } from "./state.ts";
import { pullView } from "./views.ts";
import { changed, pushed } from "./webhooks.ts";
import { type Doing, openPulls, repoById } from "./world.ts";

const ZERO = "0".repeat(40);

/** What a moved branch means for the pull requests from it and into it. */
export function afterRefUpdate(doing: Doing, repo: GithubRepo, { ref, before, after }: RefUpdate): void {
  const branch = ref.replace("refs/heads/", "");
  pushed(doing, repo, { ref, before, after });
  for (const { issue, pull } of openPulls(doing.world.data, repo)) {
    if (pull.head === branch && after === ZERO) {
      closeIssue(doing, repo, issue, null);
      tell(doing, repo, issue, pull, "closed");
    } else if (pull.head === branch) {
      Object.assign(pull, { headSha: after, autoMerge: pull.autoMerge, queuedAt: null });
      issue.updatedAt = doing.world.now;
      tell(doing, repo, issue, pull, "synchronize");
    } else if (pull.base === branch && after !== ZERO && doing.world.git(repo).isAncestor(pull.headSha, after)) {
      markMerged(doing, repo, issue, pull, after, before);
    }
  }
}

/** Merges what waits for its requirements (auto-merge) or its turn (merge queue) and now has them. */
export function mergeWaiting({ world, call, actor }: Doing, queueMs: number): void {
  const doing = { world, call, actor, data: world.data };
  for (const pull of world.data.pulls) {
    if (pull.mergedAt !== null || (pull.autoMerge === null && pull.queuedAt === null)) continue;
    const issue = world.data.issues.find(({ id }) => id === pull.id);
    if (issue?.state !== "open") continue;
    const { state } = mergeabilityOf(doing, issue, pull, true);
    const isReady = state === "clean" || state === "unstable";
    if (pull.queuedAt !== null) mergeQueued(doing, issue, pull, isReady, queueMs);
    else if (isReady) mergeWished(doing, issue, pull);
  }
}

function mergeQueued(doing: Doing, issue: GithubIssue, pull: GithubPull, isReady: boolean, queueMs: number): void {
  if (doing.world.now - (pull.queuedAt ?? 0) < queueMs) return;
  const repo = repoById(doing.world.data, issue.repoId);
  const method = (["merge", "squash", "rebase"] as const).find((one) => repo.allow[one]) ?? "merge";
  const asQueue = { ...doing, actor: "github-merge-queue[bot]" };
  const isMerged = isReady && attempt(() => mergePull(asQueue, repo, issue, pull, { method, fromQueue: true }));
  if (!isMerged) leaveQueue(doing, repo, issue, pull);
}

/** A wish that cannot come true any more, because its method was forbidden meanwhile, ends. */
function mergeWished(doing: Doing, issue: GithubIssue, pull: GithubPull): void {
  if (pull.autoMerge === null) return;
  const { by, method, title, message } = pull.autoMerge;
  const repo = repoById(doing.world.data, issue.repoId);
  const wish = { method, title: title ?? undefined, message: message ?? undefined };
  if (attempt(() => mergePull({ ...doing, actor: by }, repo, issue, pull, wish))) return;
  pull.autoMerge = null;
  tell(doing, repo, issue, pull, "auto_merge_disabled");
}

function attempt(merge: () => string): boolean {
  try {
    merge();
    return true;
  } catch (error) {
    if (error instanceof Refusal) return false;
    throw error;
  }
}

/** What does not hold in the queue is put out of it. */
function leaveQueue(doing: Doing, repo: GithubRepo, issue: GithubIssue, pull: GithubPull): void {
  pull.queuedAt = null;
  addEvent(doing, issue, "removed_from_merge_queue");
  tell(doing, repo, issue, pull, "dequeued");
}

export function tell(doing: Doing, repo: GithubRepo, issue: GithubIssue, pull: GithubPull, action: string): void {
  const base = doing.world.git(repo).head(pull.base) ?? ZERO;
  changed(doing, repo, `pull_request.${action}`, {
    number: issue.number,
    pull_request: pullView(doing.world.data, issue, pull, base),
  });
}
