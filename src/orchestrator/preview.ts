import type { Clock } from "../base/clock.ts";
import { withDeadline } from "../base/abort.ts";
import type { RecordViews } from "../contracts/record.ts";
import type { Tracker } from "../contracts/tracker.ts";
import type { SlotFacts } from "../model/facts.ts";
import type { Issue } from "../model/issue.ts";
import { isOpen } from "../model/lane.ts";
import type { Verdict } from "../model/verdict.ts";
import { stateKey } from "../model/issue.ts";
import { activeStates, type Workflow } from "../model/workflow.ts";
import { countSlots, judgeEligibility, judgeReopen, judgeSlots, orderCandidates } from "../policy/index.ts";
import { CALL_DEADLINE_MS } from "./ports.ts";

/** What would become of one issue. */
export interface PreviewRow {
  readonly issue: Issue;
  readonly verdict: Verdict;
}

/** What a preview looks at. `views` is `null` when there is no record yet. */
export interface PreviewParts {
  readonly workflow: Workflow;
  readonly tracker: Tracker;
  readonly views: RecordViews | null;
  readonly clock: Clock;
}

/**
 * The decisions of the next poll, with their reasons, in order, and nothing else: no lease, no workspace, no write. May throw the
 * tracker's codes.
 */
export async function preview(parts: PreviewParts, signal: AbortSignal): Promise<readonly PreviewRow[]> {
  const { workflow, tracker, views, clock } = parts;
  const found = await withDeadline(clock, CALL_DEADLINE_MS, signal, (bounded) =>
    tracker.issuesByStates(activeStates(workflow), { signal: bounded }),
  );
  const slots = countSlots(views === null ? [] : await views.openLanes());
  const outbox = views === null ? [] : await views.openOutbox();
  const rows: PreviewRow[] = [];
  let taken: SlotFacts = slots;
  for (const issue of orderCandidates(found)) {
    const [lane = null] = views === null ? [] : await views.lanesOfIssue(issue.id);
    const openOutbox = outbox.filter((row) => row.laneId === lane?.id);
    const eligible = judgeEligibility({
      workflow,
      issue,
      lane: lane !== null && isOpen(lane) ? lane : null,
      openOutbox,
      now: clock.now(),
    });
    const reopen = lane === null || isOpen(lane) ? eligible : judgeReopen(lane, issue, clock.now());
    const verdict =
      eligible.ok && reopen.ok ? judgeSlots(workflow, taken, issue.state) : eligible.ok ? reopen : eligible;
    if (verdict.ok) taken = withOneMore(taken, issue.state);
    rows.push({ issue, verdict });
  }
  return rows;
}

function withOneMore(slots: SlotFacts, state: string): SlotFacts {
  const key = stateKey(state);
  return { running: slots.running + 1, byState: { ...slots.byState, [key]: (slots.byState[key] ?? 0) + 1 } };
}
