import type {
  AuthorTrust,
  Change,
  ChangeCheck,
  ChangeComment,
  ChangeReview,
  ChangeThread,
} from "../../model/change.ts";
import { parseInstant } from "../../model/issue.ts";
import { type OwnCheck, readCheckText, toOwnCheck } from "./own-checks.ts";
import type { ChangedFile, CommitStatuses, ListedPull, Pull, Remark, Review, ReviewRemark } from "./schema.ts";

type Person = Remark["author"];

/** A pull request with all that is asked for apart. */
export interface WholePull {
  readonly pull: Pull;
  /** The same in a list, which alone tells when it changed last. */
  readonly listed: ListedPull;
  readonly statuses: CommitStatuses;
  readonly remarks: readonly Remark[];
  /** Reviews with their remarks, and the commit that each is about. */
  readonly reviews: readonly {
    readonly review: Review;
    readonly headSha: string;
    readonly remarks: readonly ReviewRemark[];
  }[];
  readonly mergedSha: string | null;
}

/** What a pull request is read with. */
export interface PullView {
  /** The token's own user name. */
  readonly self: string;
  /** Those who may write, in lower case; `null`: the token may not see it, and nobody's word counts. */
  readonly writers: ReadonlySet<string> | null;
  /** Names of the checks that count; `null`: all. */
  readonly requiredChecks: readonly string[] | null;
  /** The address of the repository's pages. */
  readonly webUrl: string;
}

const HEADS = "refs/heads/";
const WIP = /^\s*(?:\[?(?:wip|draft)\]?\s*:|\[(?:wip|draft)\])\s*/i;
const PASSED = new Set(["success", "passed", "neutral", "skipped", "skip"]);
const PENDING = new Set(["pending", "queued", "created", "running", "in_progress", "checking", "start", ""]);
const CONFLICTS = new Set(["conflict", "no-merge-base", "code_conflict", "no_merge_base"]);
const BLOCKERS: Readonly<Record<string, string>> = {
  waiting_review: "A review by somebody who may write is required.",
  status_check: "The status checks have not passed.",
  internal_error: "CNB cannot tell whether it could be merged.",
};

/** A branch's name without Git's own prefix. */
export function branchOf(ref: string): string {
  return ref.startsWith(HEADS) ? ref.slice(HEADS.length) : ref;
}

/** A title that makes a draft, or none; it is CNB's only way to say so. */
export function draftTitle(title: string, draft: boolean): string {
  const plain = title.replace(WIP, "");
  return draft ? `WIP: ${plain}` : plain;
}

/** What became of a pull request. Older answers say `closed` of a merged one, and only who merged it tells. */
export function stateOf({ state, mergeable_state, merged_by }: ListedPull): Change["state"] {
  if (state === "merged" || mergeable_state === "merged") return "merged";
  if (state !== "closed") return "open";
  return (merged_by?.username ?? "") === "" ? "closed" : "merged";
}

/** A pull request as a change. */
export function toChange(whole: WholePull, view: PullView): Change {
  const { pull, listed, remarks, reviews, mergedSha } = whole;
  const { self, webUrl } = view;
  const state = stateOf(pull);
  const others = remarks.filter((remark) => !isOwnCheck(remark, self));
  return {
    id: pull.number,
    url: `${webUrl}/-/pulls/${pull.number}`,
    title: pull.is_wip ? draftTitle(pull.title, false) : pull.title,
    body: pull.body ?? "",
    branch: branchOf(pull.head.ref),
    base: branchOf(pull.base.ref),
    headSha: pull.head.sha,
    baseSha: pull.base.sha === "" ? null : pull.base.sha,
    state,
    draft: pull.is_wip,
    mergeability: state === "open" ? mergeabilityOf(pull, listed) : "unknown",
    mergedSha,
    reviews: inOrder(reviews.flatMap(({ review, headSha }) => toReview(review, headSha, pull, view))),
    comments: inOrder(others.map((remark) => toComment(remark, view))),
    checks: toChecks(whole, view),
    threads: reviews.flatMap(({ review, remarks: own }) => toThreads(review.id, own, view)),
    labels: (pull.labels ?? []).map(({ name }) => name),
    blockers: state === "open" ? blockersOf(pull) : [],
    updatedAt: parseInstant(listed.updated_at) ?? 0,
  };
}

/** Whether the branches merge. That rules forbid it is a blocker, not a conflict. */
function mergeabilityOf({ mergeable_state, blocked_on, head }: Pull, listed: ListedPull): Change["mergeability"] {
  const told = mergeable_state ?? (listed.head.sha === head.sha ? listed.mergeable_state : null) ?? "";
  if (CONFLICTS.has(told) || CONFLICTS.has(blocked_on ?? "")) return "conflict";
  return told === "mergeable" ? "clean" : "unknown";
}

function blockersOf({ blocked_on }: Pull): string[] {
  const reason = blocked_on ?? "";
  // A conflict is told by the mergeability.
  if (reason === "" || reason === "unblocked" || CONFLICTS.has(reason)) return [];
  return [BLOCKERS[reason] ?? `CNB says: ${reason}.`];
}

/**
 * Words of somebody who may not write are no decision, nor is what the author says of it. A review that says nothing is only the
 * envelope of its remarks.
 */
function toReview(review: Review, headSha: string, pull: Pull, view: PullView): ChangeReview[] {
  const { id, state, author, created_at } = review;
  const body = review.body ?? "";
  const said = state === "approved" || state === "changes_requested" ? state : undefined;
  if (state === "pending" || (said === undefined && body.trim() === "")) return [];
  const name = author.username.toLowerCase();
  const isHeard = view.writers?.has(name) === true && name !== pull.author?.username?.toLowerCase();
  const decision = said !== undefined && isHeard ? said : "commented";
  return [
    { id, author: author.username, decision, body, headSha, at: parseInstant(created_at) ?? 0, ...trust(author, view) },
  ];
}

function toComment({ id, body, author, created_at }: Remark, view: PullView): ChangeComment {
  return { id, author: author.username, body, at: parseInstant(created_at) ?? 0, topic: null, ...trust(author, view) };
}

/** CNB resolves nothing: a thread counts as resolved when Maestro has had the last word in it. */
function toThreads(reviewId: string, remarks: readonly ReviewRemark[], view: PullView): ChangeThread[] {
  const rootOf = (remark: ReviewRemark, steps = 0): ReviewRemark => {
    const above = remarks.find(({ id }) => id === remark.reply_to_comment_id);
    return above === undefined || steps > remarks.length ? remark : rootOf(above, steps + 1);
  };
  return remarks
    .filter((remark) => rootOf(remark) === remark)
    .map((root) => {
      const comments = inOrder(remarks.filter((one) => rootOf(one) === root).map((one) => toComment(one, view)));
      const resolved = comments.at(-1)?.trust === "self";
      return { id: `${reviewId}/${root.id}`, path: root.path ?? null, line: root.end_line ?? null, resolved, comments };
    });
}

/** What CI said of the head, and after it what the host itself did. */
function toChecks({ pull, statuses, remarks }: WholePull, view: PullView): ChangeCheck[] {
  const { requiredChecks, self } = view;
  const isRequired = (name: string): boolean => requiredChecks === null || requiredChecks.includes(name);
  const checks = (statuses.statuses ?? []).map(({ context: name, state, description, target_url }): ChangeCheck => {
    const summary = description ?? "";
    return {
      name,
      headSha: statuses.sha,
      status: statusOf(state),
      required: isRequired(name),
      summary,
      url: target_url ?? null,
    };
  });
  if (stateOf(pull) === "open" && statuses.sha === pull.head.sha) {
    const missing = (requiredChecks ?? []).filter((name) => !checks.some((check) => check.name === name));
    for (const name of missing) {
      checks.push({
        name,
        headSha: statuses.sha,
        status: "pending",
        required: true,
        summary: "It was not reported yet.",
      });
    }
  }
  const own = remarks.flatMap((remark) => (isOwnCheck(remark, self) ? (readCheckText(remark.body) ?? []) : []));
  const newest = new Map(own.map((check): [string, OwnCheck] => [check.name, check]));
  const shown = [...newest.values()].filter(
    ({ name, headSha }) =>
      headSha === pull.head.sha && !checks.some((check) => check.name === name && check.status !== "pending"),
  );
  const rest = checks.filter(({ name }) => !shown.some((check) => check.name === name));
  return [...rest, ...shown.map((check) => toOwnCheck(check, isRequired(check.name)))];
}

function statusOf(state: string): ChangeCheck["status"] {
  const word = state.toLowerCase();
  if (PASSED.has(word)) return "passed";
  return PENDING.has(word) ? "pending" : "failed";
}

/** Whether a remark is one that Maestro keeps for a check. */
export function isOwnCheck({ author, body }: Remark, self: string): boolean {
  return author.username === self && readCheckText(body) !== undefined;
}

function trust({ username, is_npc }: Person, { self, writers }: PullView): { readonly trust?: AuthorTrust } {
  if (username === self) return { trust: "self" };
  if (is_npc === true) return { trust: "bot" };
  if (writers === null) return {};
  return { trust: writers.has(username.toLowerCase()) ? "member" : "outsider" };
}

/** Newest last, whatever order CNB shows; ids of one second tell which came first, because they count up. */
function inOrder<T extends { readonly at: number; readonly id: string }>(items: readonly T[]): T[] {
  return [...items].sort((a, b) => a.at - b.at || a.id.length - b.id.length || (a.id < b.id ? -1 : 1));
}

/** A changed file as a part of a unified diff. */
export function toDiff({ filename, status, patch }: ChangedFile): string {
  if (patch?.startsWith("diff --git ") === true) return ended(patch);
  const before = /^add/.test(status) ? "/dev/null" : `a/${filename}`;
  const after = /^(?:delete|remove)/.test(status) ? "/dev/null" : `b/${filename}`;
  const head = `diff --git a/${filename} b/${filename}\n`;
  if (patch == null || patch === "") return `${head}Binary files ${before} and ${after} differ\n`;
  return `${head}--- ${before}\n+++ ${after}\n${ended(patch)}`;
}

function ended(text: string): string {
  return text.endsWith("\n") ? text : `${text}\n`;
}
