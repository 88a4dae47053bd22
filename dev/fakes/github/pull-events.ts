import type { RefUpdate } from "../git-http/index.ts";
import { addEvent, closeIssue } from "./issue-changes.ts";
import { markMerged, mergePull } from "./merge.ts";
import { mergeabilityOf } from "./requirements.ts";
import type { GithubIssue, GithubPull, GithubRepo } from "./state.ts";
import { pullView } from "./views.ts";
import { changed } from "./webhooks.ts";
import { type Doing, openPulls, repoById } from "./world.ts";

const ZERO = "0".repeat(40);

/** What a moved branch means for the pull requests from it and into it. */
export function afterRefUpdate(doing: Doing, repo: GithubRepo, { ref, before, after }: RefUpdate): void {
  const branch = ref.replace("refs/heads/", "");
  const facts = { created: before === ZERO, deleted: after === ZERO, forced: false, head_commit: null, commits: [] };
  changed(doing, repo, "push", { ref, before, after, base_ref: null, compare: "", ...facts });
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
  const { data, now } = world;
  const doing = { world, call, actor, data };
  for (const pull of data.pulls) {
    if (pull.mergedAt !== null || (pull.autoMerge === null && pull.queuedAt === null)) continue;
    const issue = data.issues.find(({ id }) => id === pull.id);
    if (issue === undefined || issue.state === "closed") continue;
    const repo = repoById(data, issue.repoId);
    const { state } = mergeabilityOf(doing, issue, pull, true);
    const isReady = state === "clean" || state === "unstable";
    if (pull.queuedAt !== null) {
      if (now - pull.queuedAt < queueMs) continue;
      if (isReady)
        mergePull({ ...doing, actor: "github-merge-queue[bot]" }, repo, issue, pull, {
          method: "merge",
          fromQueue: true,
        });
      else leaveQueue(doing, repo, issue, pull);
    } else if (isReady && pull.autoMerge !== null) {
      const { by, method, title, message } = pull.autoMerge;
      mergePull({ ...doing, actor: by }, repo, issue, pull, {
        method,
        title: title ?? undefined,
        message: message ?? undefined,
      });
    }
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
