import { MaestroError } from "../base/errors.ts";
import type { AuthorTrust, Change, ChangeCheck, ChangeReview } from "../model/change.ts";
import type { ChangeDraft, MergeResult } from "./forge.ts";

// What forges that keep their changes themselves (memory, local) do alike. Pure.

/** Whether a merge of `expectedHead` may go on: `undefined`, or the answer when it may not or already happened. */
export function mergeVerdict(change: Change, expectedHead: string): MergeResult | undefined {
  const isHead = change.headSha === expectedHead;
  if (change.state === "merged") {
    if (isHead && change.mergedSha !== null) return { kind: "already", sha: change.mergedSha };
    return refused("head_moved", `Change #${change.id} was merged at ${change.headSha}, not at ${expectedHead}.`);
  }
  if (change.state === "closed") return refused("closed", `Change #${change.id} is closed.`);
  if (!isHead) return refused("head_moved", `Change #${change.id} is at ${change.headSha}, not at ${expectedHead}.`);
  if (change.mergeability === "clean") return undefined;
  if (change.mergeability === "conflict") {
    return refused("conflict", `Change #${change.id} conflicts with ${change.base}.`);
  }
  return refused("not_allowed", `Change #${change.id} cannot be merged: its mergeability is ${change.mergeability}.`);
}

function refused(code: "head_moved" | "conflict" | "closed" | "not_allowed", sentence: string): MergeResult {
  return { kind: "refused", code, sentence };
}

/** Author of what Maestro itself writes. */
const SELF = "maestro";

/** The change with who may be believed: whoever reaches such a forge belongs to the project, unless it is said otherwise. */
export function withTrust<T extends Pick<Change, "reviews" | "comments">>(change: T): T {
  const reviews = change.reviews.map((review) => ({ ...review, trust: review.trust ?? trustIn(review.author) }));
  const comments = change.comments.map((comment) => ({ ...comment, trust: comment.trust ?? trustIn(comment.author) }));
  return { ...change, reviews, comments };
}

function trustIn(author: string): AuthorTrust {
  return author === SELF ? "self" : "member";
}

/** The change with one more review, or `undefined` when its author's last word on this head is the same. */
export function withReview<T extends Pick<Change, "reviews">>(change: T, review: ChangeReview): T | undefined {
  const last = change.reviews.findLast(({ author }) => author === review.author);
  const isSame = last?.headSha === review.headSha && last.decision === review.decision && last.body === review.body;
  return isSame ? undefined : { ...change, reviews: [...change.reviews, review] };
}

/** The change with the result of a check, one per name and head, or `undefined` when it says so already. */
export function withCheck<T extends Pick<Change, "checks">>(change: T, check: ChangeCheck): T | undefined {
  const at = change.checks.findIndex(({ name, headSha }) => name === check.name && headSha === check.headSha);
  const known = change.checks[at];
  if (known === undefined) return { ...change, checks: [...change.checks, check] };
  const isSame = known.status === check.status && known.summary === check.summary && known.required === check.required;
  return isSame ? undefined : { ...change, checks: change.checks.with(at, check) };
}

/** Refuses a draft that can be no change. Throws `forge_status`. */
export function refuseDraft({ title, branch, base }: ChangeDraft): void {
  if (title.trim() === "") throw blank("a change's title");
  if (branch === base) {
    throw new MaestroError({
      code: "forge_status",
      message: `A change cannot go from ${branch} to itself.`,
      facts: { branch },
    });
  }
}

function blank(what: string): MaestroError {
  return new MaestroError({ code: "forge_status", message: `${what} must not be blank.` });
}

/** No change has this id. */
export function unknownChange(id: string): MaestroError {
  return new MaestroError({
    code: "forge_not_found",
    message: `There is no change with the id "${id}".`,
    hint: "`maestro change list` shows the changes there are.",
    facts: { change_id: id },
  });
}

/** The branch does not stand where the draft says (`actual: null`: there is no such branch). */
export function otherHead(branch: string, expected: string, actual: string | null): MaestroError {
  return new MaestroError({
    code: "forge_conflict",
    message:
      actual === null
        ? `There is no branch ${branch} to make a change of.`
        : `The branch ${branch} stands at ${actual}, not at ${expected}.`,
    hint: "Push the branch first, then ask again.",
    facts: { branch, expected, actual },
  });
}

/** What was asked is only for open changes. */
export function notOpen(change: Pick<Change, "state">, id: string): MaestroError {
  return new MaestroError({
    code: "forge_conflict",
    message: `Change #${id} is ${change.state}.`,
    facts: { change_id: id, state: change.state },
  });
}
