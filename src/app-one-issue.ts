import type { Tracker } from "./contracts/tracker.ts";

/** A tracker that offers one issue (id or identifier) as a candidate and hides no other from refreshes, for `--issue`. */
export function oneIssueOnly(tracker: () => Tracker, wanted: string): () => Tracker {
  const narrowed = new WeakMap<Tracker, Tracker>();
  return () => {
    const whole = tracker();
    const known = narrowed.get(whole);
    if (known !== undefined) return known;
    const only: Tracker["issuesByStates"] = async (...asked) => {
      const issues = await whole.issuesByStates(...asked);
      return issues.filter((issue) => issue.id === wanted || issue.identifier === wanted);
    };
    const narrow = new Proxy(whole, {
      get: (target, name) => {
        if (name === "issuesByStates") return only;
        // Bound, because a tracker's private fields are its own and not those of what stands for it.
        const value: unknown = Reflect.get(target, name, target);
        return typeof value === "function" ? value.bind(target) : value;
      },
    });
    narrowed.set(whole, narrow);
    return narrow;
  };
}
