import { isMaestroError, MaestroError } from "../../base/errors.ts";
import type { Change } from "../../model/change.ts";

/** There is no such branch to merge into. */
export function noBase(branch: string, cause: MaestroError): MaestroError {
  return new MaestroError({
    code: "forge_not_found",
    message: `There is no branch ${branch} to merge into.`,
    hint: "Set repo.base_branch in the workflow file to a branch that exists.",
    facts: { branch },
    cause,
  });
}

/** The credential reads the repository and may not write to it. */
export function readOnly(repository: string, permission: string | null): MaestroError {
  return new MaestroError({
    code: "forge_auth",
    message: `The credential may not write to ${repository}: its permission there is ${(permission ?? "none").toLowerCase()}.`,
    hint: "Give it write access to contents, pull requests, issues and commit statuses of the repository.",
    facts: { repository, permission },
  });
}

/** There is no such thread on the change. */
export function unknownThread(changeId: string, threadId: string): MaestroError {
  return new MaestroError({
    code: "forge_not_found",
    message: `Change #${changeId} has no thread with the id "${threadId}".`,
    facts: { change_id: changeId, thread_id: threadId },
  });
}

/** GitHub lets nobody approve their own pull request; the error as it is otherwise. */
export function ownReview(error: unknown, change: Change, self: string): unknown {
  if (!isMaestroError(error) || !/your own pull request/i.test(error.message)) return error;
  return new MaestroError({
    code: "forge_status",
    message: `Change #${change.id} was made by ${self}, whose credential this is, and GitHub lets nobody review their own pull request.`,
    hint: `Review it on ${change.url ?? "its page"} with another account.`,
    facts: { change_id: change.id, author: self },
  });
}
