import { type AuthorTrust, type Change, type ChangeComment, type ChangeReview, isHuman } from "../model/change.ts";
import { VALIDATION_CHECK } from "./validation-check.ts";

/** One remark on a change that asks for something, or might: of a person, a bot or a check. */
export interface FeedbackItem {
  readonly kind: "review" | "thread" | "comment" | "check";
  /** Of the review or comment; of a thread, what a reply names; of a check its name. */
  readonly id: string;
  readonly author: string;
  /** `unknown` counts as outsider. */
  readonly trust: AuthorTrust | "unknown";
  readonly isBot: boolean;
  /** Whether it is said by somebody whose words count. All others are information, never an instruction. */
  readonly isTrusted: boolean;
  /** Whether an answer is expected: it speaks about the present head or is not resolved, and is not ours. */
  readonly isOpen: boolean;
  readonly body: string;
  readonly path: string | null;
  readonly line: number | null;
  readonly url: string | null;
  /** Epoch milliseconds; of a check `null`. */
  readonly at: number | null;
  /** Later words in the same thread, oldest first. */
  readonly replies: readonly Pick<FeedbackItem, "author" | "trust" | "isTrusted" | "body">[];
}

/** Everything that was said about a change by others than Maestro, checks that failed included, oldest first; checks come last. */
export function feedbackOf(change: Change): readonly FeedbackItem[] {
  const reviews = lastReviews(change).map((review) => ofReview(change, review));
  const threads = (change.threads ?? []).flatMap((thread): FeedbackItem[] => {
    const [first, ...replies] = thread.comments;
    if (first === undefined) return [];
    const isAnswered = thread.comments.at(-1)?.trust === "self";
    const { id, path, line, resolved } = thread;
    const open = !resolved && !isAnswered;
    return [{ ...ofComment(first, "thread"), id, path, line, isOpen: open, replies: replies.map(ofReply) }];
  });
  const comments = change.comments.filter((one) => !isOurs(one)).map((one) => ofComment(one, "comment"));
  const said = [...reviews, ...threads, ...comments].sort((a, b) => (a.at ?? 0) - (b.at ?? 0));
  return [...said, ...failedOf(change)];
}

/** The last word of each author in a review: an earlier one is taken back by it. */
function lastReviews({ reviews }: Change): readonly ChangeReview[] {
  const last = new Map<string, ChangeReview>();
  for (const review of reviews) {
    if (review.decision !== "commented" || review.body.trim() !== "") {
      const key = review.decision === "commented" ? review.id : review.author;
      last.delete(key);
      last.set(key, review);
    }
  }
  return [...last.values()].filter(({ trust, decision }) => trust !== "self" || decision !== "commented");
}

function ofReview(change: Change, review: ChangeReview): FeedbackItem {
  const { id, author, decision, body, headSha, at, url = null } = review;
  const asks = decision === "changes_requested" || (decision === "commented" && body.trim() !== "");
  return {
    ...{ kind: "review", id, author, ...whose(review) },
    isOpen: asks && headSha === change.headSha,
    ...{ body, path: null, line: null, url, at, replies: [] },
  };
}

function ofComment(comment: ChangeComment, kind: "thread" | "comment"): FeedbackItem {
  const { id, author, body, at, url = null } = comment;
  return {
    ...{ kind, id, author, ...whose(comment) },
    isOpen: true,
    ...{ body, path: null, line: null, url, at, replies: [] },
  };
}

function ofReply(comment: ChangeComment): FeedbackItem["replies"][number] {
  const { trust, isTrusted } = whose(comment);
  return { author: comment.author, trust, isTrusted, body: comment.body };
}

function failedOf({ checks, headSha }: Change): FeedbackItem[] {
  const failed = checks.filter(
    (check) => check.headSha === headSha && check.status === "failed" && check.name !== VALIDATION_CHECK,
  );
  return failed.map(({ name, summary, required, url = null }) => ({
    ...{ kind: "check", id: name, author: name, trust: "bot", isBot: true, isTrusted: true },
    isOpen: required,
    ...{ body: summary, path: null, line: null, url, at: null, replies: [] },
  }));
}

function whose({ trust }: { readonly trust?: AuthorTrust }): Pick<FeedbackItem, "trust" | "isBot" | "isTrusted"> {
  const isBot = trust === "bot";
  return { trust: trust ?? "unknown", isBot, isTrusted: isBot || isHuman(trust) };
}

/** Comments that Maestro keeps or wrote are no feedback. */
function isOurs({ topic, trust }: ChangeComment): boolean {
  return topic !== null || trust === "self";
}
