import { MaestroError } from "../../base/errors.ts";
import type { Forge } from "../../contracts/forge.ts";
import type { Change, ChangeComment } from "../../model/change.ts";
import type { Intent } from "../../model/outbox.ts";
import { isReviewed, reviewChange } from "../review-change.ts";
import { FOUND_NOTHING, found, type LookUp } from "./look-up.ts";

/** Name under which Maestro speaks where the forge lets it choose one. */
const AUTHOR = "maestro";

/** The intents about a change that the orchestrator carries out. */
export type ChangeIntent = Exclude<Extract<Intent, { changeId: string }>, { kind: "merge" }>;

/** Carries out what is wanted of the change `changeId`. Throws the forge's codes, `forge_unsupported`. */
export async function sendToChange(
  forge: Forge,
  changeId: string,
  intent: ChangeIntent,
  signal: AbortSignal,
): Promise<string | null> {
  switch (intent.kind) {
    case "publish_check": {
      const { name, headSha, passed, summary } = intent;
      await forge.publishCheck(changeId, { name, headSha, passed, summary }, { signal });
      return null;
    }
    case "review_change":
      return reviewChange(forge, intent, signal);
    case "change_comment":
      return forge.comment(changeId, AUTHOR, intent.body, { signal });
    case "change_reply": {
      if (forge.reply === undefined) throw unsupported(forge, "answer in a thread");
      await forge.reply(changeId, intent.threadId, intent.body, { signal });
      if (intent.resolve) await forge.resolve?.(changeId, intent.threadId, { signal });
      return intent.threadId;
    }
    case "close_change":
      await forge.close(changeId, { signal });
      return "closed";
    case "request_reviewers": {
      if (forge.requestReviewers === undefined) throw unsupported(forge, "ask for reviewers");
      await forge.requestReviewers(changeId, intent.reviewers, { signal });
      return intent.reviewers.join(", ");
    }
  }
}

/** Whether the change shows an intent's effect. Who was asked to review is not shown; asking again for the same people changes nothing. */
export async function lookUpInChange(
  forge: Forge,
  changeId: string,
  intent: ChangeIntent,
  signal: AbortSignal,
): Promise<LookUp> {
  if (intent.kind === "request_reviewers") return FOUND_NOTHING;
  if (intent.kind === "review_change") {
    return (await isReviewed(forge, intent, signal)) ? found(intent.decision) : FOUND_NOTHING;
  }
  const [change] = await forge.changesByIds([changeId], { signal });
  if (change === undefined) return FOUND_NOTHING;
  switch (intent.kind) {
    case "publish_check": {
      const status = intent.passed ? "passed" : "failed";
      const fits = change.checks.some(
        (check) => check.name === intent.name && check.headSha === intent.headSha && check.status === status,
      );
      return fits ? found(null) : FOUND_NOTHING;
    }
    case "change_comment": {
      const kept = change.comments.find((comment) => isOurs(comment, intent.body));
      return kept === undefined ? FOUND_NOTHING : found(kept.id);
    }
    case "close_change":
      return change.state === "open" ? FOUND_NOTHING : found(change.state);
    case "change_reply":
      return isReplied(forge, change, intent) ? found(intent.threadId) : FOUND_NOTHING;
  }
}

function isReplied(forge: Forge, { threads = [] }: Change, intent: Extract<ChangeIntent, { kind: "change_reply" }>) {
  const thread = threads.find(({ id }) => id === intent.threadId);
  const isSaid = thread?.comments.some((comment) => isOurs(comment, intent.body)) === true;
  return isSaid && (!intent.resolve || forge.resolve === undefined || thread?.resolved === true);
}

/** Whether a remark is one that Maestro wrote: an adapter may have put its author's name before the words. */
function isOurs({ author, body, trust }: ChangeComment, text: string): boolean {
  const isSelf = trust === undefined ? author === AUTHOR : trust === "self" || author === AUTHOR;
  return isSelf && body.trim().endsWith(text.trim());
}

function unsupported({ kind }: Forge, what: string): MaestroError {
  return new MaestroError({ code: "forge_unsupported", message: `The forge ${kind} cannot ${what}.` });
}
