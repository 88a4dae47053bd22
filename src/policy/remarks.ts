import { type Change, isHuman } from "../model/change.ts";

/** Something that a member said about a change without deciding anything. */
export interface Remark {
  readonly id: string;
  readonly author: string;
  readonly body: string;
  readonly at: number;
  /** Where in the change, e.g. `src/a.ts:7`; `null`: on the whole. */
  readonly place: string | null;
}

/** The key under which a remark counts as told to a run. */
export function remarkKey(id: string): string {
  return `remark:${id}`;
}

/** What members said on a change, oldest first: comments, reviews that decide nothing, last words of open threads. Never what we said ourselves. */
export function remarksOf(change: Change): readonly Remark[] {
  const comments = change.comments.flatMap((one) =>
    one.topic === null && isHuman(one.trust) ? [{ ...pick(one), place: null }] : [],
  );
  const reviews = change.reviews.flatMap((one) =>
    one.decision === "commented" && isHuman(one.trust) ? [{ ...pick(one), place: null }] : [],
  );
  const threads = (change.threads ?? []).flatMap(({ resolved, path, line, comments: said }) => {
    const last = said.at(-1);
    if (resolved || last === undefined || !isHuman(last.trust)) return [];
    return [{ ...pick(last), place: path === null ? null : `${path}${line === null ? "" : `:${line}`}` }];
  });
  return [...comments, ...reviews, ...threads].filter(({ body }) => body.trim() !== "").sort((a, b) => a.at - b.at);
}

/** Remarks that no run was told of, and that no later approval of the present head passes over. */
export function newRemarks(change: Change, answered: readonly string[] = []): readonly Remark[] {
  const approvedAt = lastApproval(change);
  return remarksOf(change).filter(({ id, at }) => at > approvedAt && !answered.includes(remarkKey(id)));
}

/** When a member approved the present head last; 0 when nobody did. */
export function lastApproval(change: Change): number {
  const approvals = change.reviews.filter(
    ({ decision, headSha, trust }) => decision === "approved" && headSha === change.headSha && isHuman(trust),
  );
  return Math.max(0, ...approvals.map(({ at }) => at));
}

function pick({ id, author, body, at }: Omit<Remark, "place">): Omit<Remark, "place"> {
  return { id, author, body, at };
}
