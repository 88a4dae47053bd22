import type { Tracker } from "./contracts/tracker.ts";

/** A tracker that offers one issue (id or identifier) as a candidate and hides no other from refreshes, for `--issue`. */
export function oneIssueOnly(tracker: () => Tracker, wanted: string): () => Tracker {
  const narrowed = new WeakMap<Tracker, Tracker>();
  return () => {
    const whole = tracker();
    const known = narrowed.get(whole);
    if (known !== undefined) return known;
    const narrow: Tracker = Object.create(whole, {
      issuesByStates: {
        value: async (...asked: Parameters<Tracker["issuesByStates"]>) => {
          const issues = await whole.issuesByStates(...asked);
          return issues.filter((issue) => issue.id === wanted || issue.identifier === wanted);
        },
      },
    });
    narrowed.set(whole, narrow);
    return narrow;
  };
}
