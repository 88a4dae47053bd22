import type { SeedIssue, TrackerHarness } from "../../../src/contracts/conformance/tracker.ts";
import { createMemoryTracker, type MemoryFault, type MemoryTracker } from "../../../src/trackers/memory/index.ts";
import { trackerPlace } from "../context.ts";

const FAULTS = { refused: "fail", lost_request: "lose_request", lost_answer: "lose_answer" } as const;

/** A memory tracker as the conformance cases use it. */
export function memoryHarness(persist: boolean): TrackerHarness & { dispose(): Promise<void> } {
  const place = trackerPlace();
  const planned: MemoryFault[] = [];
  let severed = false;
  let declared: readonly SeedIssue[] = [];
  let outside: MemoryTracker | undefined;
  const ports = { faults: { next: () => planned.shift() ?? (severed ? "fail" : undefined) } };
  const start = async (): Promise<MemoryTracker> => {
    const options = { persist_state_updates: persist, issues: declared.map(optionOf) };
    outside = await createMemoryTracker(options, place.context, ports);
    return outside;
  };
  return {
    seed: async (issues) => {
      declared = issues;
      return issues.map(({ identifier }) => ({ id: `id-${identifier}`, identifier }));
    },
    open: async () => outside?.connect(ports) ?? start(),
    reopen: start,
    sever: async () => {
      severed = true;
    },
    failNext: (fault) => planned.push(FAULTS[fault]),
    pause: () => new Promise((resolve) => setImmediate(resolve)),
    dispose: async () => place.remove(),
  };
}

function optionOf({ identifier, title, state, description, labels, priority, blockedBy, dispatchable }: SeedIssue) {
  return {
    ...{ id: `id-${identifier}`, identifier, title, state },
    ...(description === undefined ? {} : { description }),
    ...(labels === undefined ? {} : { labels }),
    ...(priority === undefined ? {} : { priority }),
    ...(blockedBy === undefined ? {} : { blocked_by: blockedBy }),
    ...(dispatchable === undefined ? {} : { dispatchable }),
  };
}
