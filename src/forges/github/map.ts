import type { BranchRules } from "../../contracts/forge.ts";
import { type GithubActor, loginOf, trustOf } from "../../github/index.ts";
import type { Change, ChangeCheck, ChangeComment, ChangeReview, ChangeThread } from "../../model/change.ts";
import { parseInstant } from "../../model/issue.ts";
import type { Pull } from "./schema.ts";

type Context = NonNullable<
  Pull["commits"]["nodes"][number]["commit"]["statusCheckRollup"]
>["contexts"]["nodes"][number];
type Remark = Pull["comments"]["nodes"][number];
type Review = NonNullable<Pull["reviews"]>["nodes"][number];
type Actor = Remark["author"];

/** What a pull request is read with. */
export interface PullView {
  /** The credential's own login. */
  readonly self: string;
  /** Names of the checks that count; `null`: unknown. */
  readonly requiredChecks: readonly string[] | null;
  /** The options name them, and nothing else counts. */
  readonly isChosen: boolean;
  readonly rules: BranchRules | null;
}

const STATES: Readonly<Record<string, Change["state"]>> = { OPEN: "open", MERGED: "merged", CLOSED: "closed" };
const DECISIONS: Readonly<Record<string, ChangeReview["decision"]>> = {
  APPROVED: "approved",
  CHANGES_REQUESTED: "changes_requested",
};
const PASSED = ["SUCCESS", "NEUTRAL", "SKIPPED"];

/** A pull request as a change. */
export function toChange(pull: Pull, view: PullView): Change {
  const checks = toChecks(pull, view);
  const threads = pull.reviewThreads.nodes.map((thread) => toThread(thread, view.self));
  return {
    id: String(pull.number),
    url: pull.url,
    title: pull.title,
    body: pull.body,
    branch: pull.headRefName,
    base: pull.baseRefName,
    headSha: pull.headRefOid,
    baseSha: pull.baseRefOid ?? null,
    state: STATES[pull.state] ?? "open",
    draft: pull.isDraft,
    mergeability: mergeabilityOf(pull),
    mergedSha: pull.mergeCommit?.oid ?? null,
    reviews: (pull.reviews?.nodes ?? []).flatMap((review) => toReview(review, pull, view.self)),
    comments: pull.comments.nodes.map((comment) => toComment(comment, view.self)),
    checks,
    threads,
    labels: (pull.labels?.nodes ?? []).map(({ name }) => name),
    blockers: pull.state === "OPEN" ? blockersOf(pull, checks, threads, view.rules) : [],
    updatedAt: parseInstant(pull.updatedAt) ?? 0,
  };
}

/** Whether the branches merge. That rules forbid it is a blocker, not a conflict. */
function mergeabilityOf({ state, mergeable, mergeStateStatus }: Pull): Change["mergeability"] {
  if (state !== "OPEN" || mergeable === "UNKNOWN") return "unknown";
  if (mergeable === "CONFLICTING" || mergeStateStatus === "DIRTY") return "conflict";
  return mergeStateStatus === "BEHIND" ? "behind" : "clean";
}

/**
 * Words of somebody who may not write to the repository are no decision: everybody may review a public one. A review that says nothing
 * is only the envelope of remarks in threads.
 */
function toReview(review: Review, pull: Pull, self: string): ChangeReview[] {
  const { id, url, state, body, author, authorCanPushToRepository, commit, submittedAt } = review;
  const said = DECISIONS[state];
  if (state === "PENDING" || (said === undefined && body.trim() === "")) return [];
  const decision = said !== undefined && authorCanPushToRepository ? said : "commented";
  const who = actorOf(author);
  return [
    {
      ...{ id, url: url ?? null },
      author: loginOf(who),
      decision,
      body,
      headSha: commit?.oid ?? pull.headRefOid,
      at: parseInstant(submittedAt) ?? 0,
      trust: trustOf(who, authorCanPushToRepository ? "COLLABORATOR" : "NONE", self),
    },
  ];
}

function toComment({ id, url, body, createdAt, author, authorAssociation }: Remark, self: string): ChangeComment {
  const who = actorOf(author);
  const trust = trustOf(who, authorAssociation, self);
  return { id, url: url ?? null, author: loginOf(who), body, at: parseInstant(createdAt) ?? 0, topic: null, trust };
}

function toThread(thread: Pull["reviewThreads"]["nodes"][number], self: string): ChangeThread {
  const { id, path, line, isResolved, comments } = thread;
  return { id, path, line, resolved: isResolved, comments: comments.nodes.map((one) => toComment(one, self)) };
}

/** Checks and commit statuses in one list, and the required ones that nobody has reported yet. */
function toChecks(pull: Pull, { requiredChecks, isChosen }: PullView): ChangeCheck[] {
  const commit = pull.commits.nodes.at(-1)?.commit;
  const contexts = commit?.statusCheckRollup?.contexts.nodes ?? [];
  const headSha = commit?.oid ?? pull.headRefOid;
  const names = new Set(requiredChecks ?? []);
  for (const context of contexts) if (context.isRequired && !isChosen) names.add(nameOf(context));
  // A base that asks for none leaves it to its people to look at all of them.
  const isRequired = (name: string): boolean => (names.size === 0 && !isChosen) || names.has(name);
  const shown = contexts.map((context) => toCheck(context, headSha, isRequired(nameOf(context))));
  if (pull.state !== "OPEN" || headSha !== pull.headRefOid) return shown;
  const missing = [...names].filter((name) => !shown.some((check) => check.name === name));
  return [
    ...shown,
    ...missing.map((name) => {
      return { name, headSha, status: "pending", required: true, summary: "It was not reported yet." } as const;
    }),
  ];
}

function nameOf({ name, context }: Context): string {
  return name ?? context ?? "";
}

function toCheck(context: Context, headSha: string, required: boolean): ChangeCheck {
  const name = nameOf(context);
  const url = context.detailsUrl ?? context.targetUrl ?? null;
  if (context.__typename === "StatusContext") {
    const { state, description } = context;
    const isOpen = state === "PENDING" || state === "EXPECTED";
    const status = state === "SUCCESS" ? "passed" : isOpen ? "pending" : "failed";
    return { name, headSha, status, required, summary: description ?? "", url };
  }
  const { status, conclusion, title, summary } = context;
  const ended = PASSED.includes(conclusion ?? "") ? "passed" : "failed";
  const text = [title, summary].filter((part) => part != null && part.trim() !== "").join("\n");
  return { name, headSha, status: status === "COMPLETED" ? ended : "pending", required, summary: text, url };
}

/** Why the rules of the base would not let it be merged now. */
function blockersOf(
  pull: Pull,
  checks: readonly ChangeCheck[],
  threads: readonly ChangeThread[],
  rules: BranchRules | null,
): string[] {
  const { mergeStateStatus, reviewDecision, baseRefName } = pull;
  const blockers: string[] = [];
  if (reviewDecision === "REVIEW_REQUIRED") blockers.push("A review by somebody with write access is required.");
  if (mergeStateStatus !== "BLOCKED") return blockers;
  if (reviewDecision === "CHANGES_REQUESTED") blockers.push("Changes were requested.");
  for (const { name, status } of checks.filter(({ required }) => required)) {
    if (status !== "passed")
      blockers.push(`The required check "${name}" ${status === "failed" ? "failed" : "has not ended"}.`);
  }
  const open = threads.filter(({ resolved }) => !resolved).length;
  if (open > 0 && rules?.requiresResolvedThreads !== false) blockers.push("A conversation is not resolved.");
  // Where there is a queue, a direct merge is always blocked: the queue knows what is missing.
  if (blockers.length > 0 || rules?.requiresMergeQueue === true) return blockers;
  return [`The rules of "${baseRefName}" do not allow the merge yet.`];
}

function actorOf(author: Actor): GithubActor | null {
  return author === null ? null : { login: author.login, kind: author.__typename };
}
