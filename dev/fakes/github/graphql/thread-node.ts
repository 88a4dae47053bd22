import type { Json } from "../../shared/json.ts";
import type { GithubReviewComment, GithubThread } from "../state.ts";
import { associationOf, at } from "../views.ts";
import { issueById, repoById } from "../world.ts";
import { actorNode, actorOrNull } from "./actors.ts";
import type { Asking } from "./answer.ts";
import { connect, type PageArguments } from "./connection.ts";

export function threadNode(asking: Asking, thread: GithubThread): Json {
  const { data } = asking;
  const comments = data.reviewComments.filter(({ threadId }) => threadId === thread.id);
  const isResolved = thread.resolvedBy !== null;
  return {
    ...{ __typename: "PullRequestReviewThread", id: `PRRT_${thread.id}`, path: thread.path, diffSide: thread.side },
    ...{ line: thread.line, originalLine: thread.line, startLine: null, isResolved, isCollapsed: isResolved },
    ...{ isOutdated: () => isOutdated(asking, thread), resolvedBy: actorOrNull(data, thread.resolvedBy) },
    ...{ viewerCanResolve: !isResolved, viewerCanUnresolve: isResolved, viewerCanReply: true },
    comments: (page: PageArguments) =>
      connect(
        comments.map((one) => commentNode(asking, one)),
        page,
        "comments",
      ),
  };
}

export function commentNode({ data }: Asking, comment: GithubReviewComment): Json {
  const issue = issueById(data, comment.pullId);
  const repo = repoById(data, issue.repoId);
  return {
    ...{ __typename: "PullRequestReviewComment", id: `PRRC_${comment.id}`, databaseId: comment.id, body: comment.body },
    authorAssociation: associationOf(repo, comment.author),
    ...{ author: actorNode(data, comment.author), createdAt: at(comment.createdAt), updatedAt: at(comment.updatedAt) },
    url: `https://github.com/${repo.owner}/${repo.name}/pull/${issue.number}#discussion_r${comment.id}`,
    replyTo:
      comment.inReplyTo === null ? null : { __typename: "PullRequestReviewComment", id: `PRRC_${comment.inReplyTo}` },
  };
}

/** The file changed since the thread was begun. */
function isOutdated({ data, world }: Asking, thread: GithubThread): boolean {
  const pull = data.pulls.find(({ id }) => id === thread.pullId);
  if (pull === undefined || pull.headSha === thread.commitSha) return false;
  const git = world.git(repoById(data, issueById(data, pull.id).repoId));
  if (git.resolve(thread.commitSha) === undefined) return true;
  return git.git(["diff", "--name-only", thread.commitSha, pull.headSha, "--", thread.path]) !== "";
}
