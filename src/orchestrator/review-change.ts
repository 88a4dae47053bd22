import { MaestroError } from "../base/errors.ts";
import type { Forge } from "../contracts/forge.ts";
import type { Change } from "../model/change.ts";
import type { Intent } from "../model/outbox.ts";

type ReviewChange = Extract<Intent, { kind: "review_change" }>;

/** Puts a person's review onto the head that they looked at. Throws `forge_conflict` when the change shows another one or is not open. */
export async function reviewChange(forge: Forge, intent: ReviewChange, signal: AbortSignal): Promise<string> {
  const { changeId, headSha, author, decision, body } = intent;
  const change = await readChange(forge, changeId, signal);
  if (change?.state !== "open" || change.headSha !== headSha) {
    throw new MaestroError({
      code: "forge_conflict",
      message: `Change ${changeId} is not open at ${headSha.slice(0, 12)} any more; it was not reviewed.`,
      hint: "Look at it again.",
      facts: { change_id: changeId, head_sha: headSha },
    });
  }
  await forge.review(changeId, { author, decision, body }, { signal });
  return decision;
}

/** Whether the change carries this review. */
export async function isReviewed(forge: Forge, intent: ReviewChange, signal: AbortSignal): Promise<boolean> {
  const { changeId, headSha, author, decision, body } = intent;
  const change = await readChange(forge, changeId, signal);
  return (change?.reviews ?? []).some(
    (review) =>
      review.author === author &&
      review.decision === decision &&
      review.headSha === headSha &&
      review.body.trim() === body.trim(),
  );
}

async function readChange(forge: Forge, changeId: string, signal: AbortSignal): Promise<Change | undefined> {
  const [change] = await forge.changesByIds([changeId], { signal });
  return change;
}
