import type { OutsideDocument } from "../model/documents/outside.ts";
import type { Issue } from "../model/issue.ts";
import type { Board } from "./board.ts";
import type { PollPlan } from "./poll-plan.ts";

/** How the service gets on with tracker and forge, for status. `issues` are those that it sees. */
export function outsideDocument(plan: PollPlan, board: Board, issues: readonly Issue[], now: number): OutsideDocument {
  const { intervalMs, reason } = plan.pace();
  return {
    polling: { interval_ms: intervalMs, reason },
    api_budgets: plan.budgets().map(({ users, credential, limit, remaining, resetAt, spent }) => ({
      ...{ users, credential, limit, remaining, spent },
      resets_at: resetAt === null ? null : new Date(resetAt).toISOString(),
    })),
    claims: issues.flatMap(({ id, identifier }) => {
      const standing = board.claims.of(id);
      if (standing === undefined || standing.isOurs || standing.expiresAt <= now) return [];
      return [{ issue_id: id, issue_identifier: identifier, owner: standing.owner, until: standing.until }];
    }),
  };
}
