import type { JsonObject } from "../../src/base/json.ts";
import type { Tracker } from "../../src/contracts/tracker.ts";
import type { Issue } from "../../src/model/issue.ts";

/** An issue as a test writes it. */
export interface Card {
  readonly title?: string;
  readonly state?: string;
  readonly labels?: readonly string[];
  readonly priority?: number;
  readonly blockedBy?: readonly string[];
}

const BEGINNING = Date.UTC(2025, 0, 1);

/** Cards as issues of a memory tracker: each a second younger than the one before. */
export function issuesOf(cards: Readonly<Record<string, Card>>): JsonObject[] {
  return Object.entries(cards).map(([identifier, card], at) => {
    const instant = new Date(BEGINNING + at * 1_000).toISOString();
    return {
      id: identifier.toLowerCase(),
      identifier,
      title: card.title ?? identifier,
      state: card.state ?? "Todo",
      labels: [...(card.labels ?? [])],
      blocked_by: [...(card.blockedBy ?? [])],
      priority: card.priority ?? null,
      created_at: instant,
      updated_at: instant,
    };
  });
}

/** A tracker that some issues were deleted from. */
export function withoutIssues(tracker: Tracker, gone: ReadonlySet<string>): Tracker {
  const shown = (issues: readonly Issue[]) => issues.filter(({ id }) => !gone.has(id));
  return new Proxy(tracker, {
    get: (target, name) => {
      if (name === "issuesByIds")
        return async (...asked: Parameters<Tracker["issuesByIds"]>) => shown(await target.issuesByIds(...asked));
      if (name === "issuesByStates")
        return async (...asked: Parameters<Tracker["issuesByStates"]>) => shown(await target.issuesByStates(...asked));
      const member: unknown = Reflect.get(target, name, target);
      return typeof member === "function" ? member.bind(target) : member;
    },
  });
}
