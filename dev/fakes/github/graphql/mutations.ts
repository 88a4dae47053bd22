import { permissionOn } from "../identity.ts";
import { mergePull } from "../merge.ts";
import { tell } from "../pull-events.ts";
import { mergeabilityOf } from "../requirements.ts";
import { bringUpToDate, hasQueue } from "../rest/pulls.ts";
import { addReview, reply, type ThreadDraft } from "../reviews.ts";
import {
  atLeast,
  type GithubIssue,
  type GithubPull,
  type GithubRepo,
  type GithubThread,
  type MergeMethod,
} from "../state.ts";
import { changed } from "../webhooks.ts";
import { pullOf, repoById } from "../world.ts";
import { actorNode } from "./actors.ts";
import type { Asking } from "./answer.ts";
import { Failure, unresolved } from "./failure.ts";
import { boardMutations, issueMutations } from "./issue-mutations.ts";
import { pullNode, queueEntryNode, reviewNode } from "./pull-node.ts";
import { canSee } from "./queries.ts";
import { commentNode, threadNode } from "./thread-node.ts";

/** Roots by field. */
export type Root = Record<string, (given: never) => unknown>;
/** What a mutation is called with. */
export interface Given<T> {
  readonly input: T;
}

/** The root of a mutation. */
export function mutations(asking: Asking): Root {
  return {
    ...draftMutations(asking),
    ...mergeMutations(asking),
    ...queueMutations(asking),
    ...reviewMutations(asking),
    ...issueMutations(asking),
    ...boardMutations(asking),
  };
}

interface Target {
  readonly repo: GithubRepo;
  readonly issue: GithubIssue;
  readonly pull: GithubPull;
}

function pullBy(asking: Asking, id: string): Target {
  const { data } = asking.world;
  const issue = data.issues.find((one) => one.isPull && `PR_${one.id}` === id);
  const repo = issue && repoById(data, issue.repoId);
  if (issue === undefined || repo === undefined || !canSee(asking, repo))
    throw unresolved(`a node with the global id of '${id}'`);
  return { repo, issue, pull: pullOf(data, issue) };
}

/** Refuses who may only read. */
export function mayWrite(asking: Asking, repo: GithubRepo, name: string): void {
  if (atLeast(permissionOn(asking.who, repo), "write")) return;
  throw new Failure("FORBIDDEN", `${asking.actor} does not have the correct permissions to execute \`${name}\``);
}

function expectHead(pull: GithubPull, oid: string | null | undefined): void {
  if (oid != null && oid !== pull.headSha)
    throw new Failure("UNPROCESSABLE", "Head branch was modified. Review and try the merge again.");
}

function draftMutations(asking: Asking): Root {
  const set = (name: string, draft: boolean) =>
    function change({ input }: Given<{ pullRequestId: string }>) {
      const { repo, issue, pull } = pullBy(asking, input.pullRequestId);
      mayWrite(asking, repo, name);
      if (issue.state === "closed") throw new Failure("UNPROCESSABLE", "Pull request is closed");
      if (pull.draft !== draft) {
        pull.draft = draft;
        issue.updatedAt = asking.world.now;
        tell(asking, repo, issue, pull, draft ? "converted_to_draft" : "ready_for_review");
      }
      return { pullRequest: pullNode(asking, issue) };
    };
  return {
    markPullRequestReadyForReview: set("MarkPullRequestReadyForReview", false),
    convertPullRequestToDraft: set("ConvertPullRequestToDraft", true),
  };
}

interface MergeInput {
  pullRequestId: string;
  expectedHeadOid?: string | null;
  mergeMethod?: string | null;
  commitHeadline?: string | null;
  commitBody?: string | null;
}

function mergeMutations(asking: Asking): Root {
  const methodOf = ({ mergeMethod }: MergeInput) => (mergeMethod ?? "MERGE").toLowerCase() as MergeMethod;
  return {
    mergePullRequest: ({ input }: Given<MergeInput>) => {
      const { repo, issue, pull } = pullBy(asking, input.pullRequestId);
      mayWrite(asking, repo, "MergePullRequest");
      const wish = {
        method: methodOf(input),
        title: input.commitHeadline ?? undefined,
        message: input.commitBody ?? undefined,
      };
      mergePull(asking, repo, issue, pull, { ...wish, sha: input.expectedHeadOid ?? undefined });
      return { pullRequest: pullNode(asking, issue), actor: actorNode(asking.data, asking.actor) };
    },
    enablePullRequestAutoMerge: ({ input }: Given<MergeInput>) => {
      const { repo, issue, pull } = pullBy(asking, input.pullRequestId);
      mayWrite(asking, repo, "EnablePullRequestAutoMerge");
      expectHead(pull, input.expectedHeadOid);
      if (!repo.allow.autoMerge)
        throw new Failure("UNPROCESSABLE", "Pull request Auto merge is not allowed for this repository");
      const { state } = mergeabilityOf(asking, issue, pull, true);
      if (state === "clean" || state === "unstable")
        throw new Failure("UNPROCESSABLE", `Pull request Pull request is in ${state} status`);
      if (state === "dirty" || state === "draft")
        throw new Failure("UNPROCESSABLE", "Pull request Pull request is in an unmergeable state");
      const request = { by: asking.actor, at: asking.world.now, method: methodOf(input) };
      pull.autoMerge = { ...request, title: input.commitHeadline ?? null, message: input.commitBody ?? null };
      tell(asking, repo, issue, pull, "auto_merge_enabled");
      return { pullRequest: pullNode(asking, issue) };
    },
    disablePullRequestAutoMerge: ({ input }: Given<MergeInput>) => {
      const { repo, issue, pull } = pullBy(asking, input.pullRequestId);
      mayWrite(asking, repo, "DisablePullRequestAutoMerge");
      if (pull.autoMerge === null)
        throw new Failure("UNPROCESSABLE", "Can't disable auto-merge for this pull request.");
      pull.autoMerge = null;
      tell(asking, repo, issue, pull, "auto_merge_disabled");
      return { pullRequest: pullNode(asking, issue) };
    },
    updatePullRequestBranch: ({ input }: Given<MergeInput & { updateMethod?: string | null }>) => {
      const { repo, issue, pull } = pullBy(asking, input.pullRequestId);
      mayWrite(asking, repo, "UpdatePullRequestBranch");
      expectHead(pull, input.expectedHeadOid);
      bringUpToDate(asking, repo, issue, pull, input.updateMethod === "REBASE" ? "rebase" : "merge");
      return { pullRequest: pullNode(asking, issue) };
    },
  };
}

function queueMutations(asking: Asking): Root {
  return {
    enqueuePullRequest: ({ input }: Given<MergeInput>) => {
      const { repo, issue, pull } = pullBy(asking, input.pullRequestId);
      mayWrite(asking, repo, "EnqueuePullRequest");
      expectHead(pull, input.expectedHeadOid);
      if (!hasQueue(repo, pull.base))
        throw new Failure("UNPROCESSABLE", "The merge queue is not enabled for this branch");
      if (pull.queuedAt !== null) throw new Failure("UNPROCESSABLE", "The pull request is already in the queue");
      const { state } = mergeabilityOf(asking, issue, pull, true);
      if (state !== "clean" && state !== "unstable")
        throw new Failure("UNPROCESSABLE", "Pull request is not ready to be added to the queue");
      pull.queuedAt = asking.world.now;
      tell(asking, repo, issue, pull, "enqueued");
      return { mergeQueueEntry: queueEntryNode(asking, pull) };
    },
    dequeuePullRequest: ({ input }: Given<{ id: string }>) => {
      const { repo, issue, pull } = pullBy(asking, input.id);
      mayWrite(asking, repo, "DequeuePullRequest");
      if (pull.queuedAt === null) throw new Failure("UNPROCESSABLE", "The pull request is not in the queue");
      const mergeQueueEntry = queueEntryNode(asking, pull);
      pull.queuedAt = null;
      tell(asking, repo, issue, pull, "dequeued");
      return { mergeQueueEntry };
    },
  };
}

interface ReviewInput {
  pullRequestId: string;
  commitOID?: string | null;
  event?: string | null;
  body?: string | null;
  threads?: ({ path: string; line: number; side?: string | null; body: string } | null)[] | null;
}

function reviewMutations(asking: Asking): Root {
  const resolve = (isResolved: boolean) =>
    function change({ input }: Given<{ threadId: string }>) {
      const { thread, repo } = threadBy(asking, input.threadId);
      mayWrite(asking, repo, isResolved ? "ResolveReviewThread" : "UnresolveReviewThread");
      thread.resolvedBy = isResolved ? asking.actor : null;
      changed(asking, repo, `pull_request_review_thread.${isResolved ? "resolved" : "unresolved"}`, {
        thread: { node_id: input.threadId },
      });
      return { thread: threadNode(asking, thread) };
    };
  return {
    resolveReviewThread: resolve(true),
    unresolveReviewThread: resolve(false),
    addPullRequestReviewThreadReply: ({ input }: Given<{ pullRequestReviewThreadId: string; body: string }>) => {
      const { thread, repo, issue, pull } = threadBy(asking, input.pullRequestReviewThreadId);
      return { comment: commentNode(asking, reply(asking, repo, issue, pull, thread.id, input.body)) };
    },
    addPullRequestReview: ({ input }: Given<ReviewInput>) => {
      const { repo, issue, pull } = pullBy(asking, input.pullRequestId);
      const threads = (input.threads ?? []).filter((one) => one !== null).map(readThread);
      const wish = {
        event: input.event ?? "COMMENT",
        body: input.body ?? "",
        commitSha: input.commitOID ?? undefined,
        threads,
      };
      return { pullRequestReview: reviewNode(asking, addReview(asking, repo, issue, pull, wish)) };
    },
  };
}

function readThread({
  path,
  line,
  side,
  body,
}: {
  path: string;
  line: number;
  side?: string | null;
  body: string;
}): ThreadDraft {
  return { path, line, side: side ?? undefined, body };
}

function threadBy(asking: Asking, id: string): Target & { thread: GithubThread } {
  const thread = asking.world.data.threads.find((one) => `PRRT_${one.id}` === id);
  if (thread === undefined) throw unresolved(`a node with the global id of '${id}'`);
  return { thread, ...pullBy(asking, `PR_${thread.pullId}`) };
}
