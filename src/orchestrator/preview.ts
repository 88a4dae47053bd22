import type { Clock } from "../base/clock.ts";
import { withDeadline } from "../base/abort.ts";
import type { RecordViews } from "../contracts/record.ts";
import type { Tracker } from "../contracts/tracker.ts";
import type { Issue } from "../model/issue.ts";
import { isOpen, type Lane } from "../model/lane.ts";
import type { OutboxRow } from "../model/outbox.ts";
import { refuse, type Verdict } from "../model/verdict.ts";
import { activeStates, type Workflow } from "../model/workflow.ts";
import {
  type AccountFacts,
  chooseAccount,
  countSlots,
  judgeEligibility,
  judgeReopen,
  orderCandidates,
} from "../policy/index.ts";
import { CALL_DEADLINE_MS } from "./ports.ts";
import { judgeSlotsFor, refuseMode, withOneLeaseMore, withOneMore } from "./slots.ts";

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
  /** How the accounts stand; absent: none is configured, and none paused. */
  readonly accounts?: Pick<AccountFacts, "accounts" | "pauses">;
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
  const outbox = views === null ? [] : await views.openOutbox();
  const isPaused = views !== null && (await views.mode()) === "paused";
  const rows: PreviewRow[] = [];
  let slots = countSlots(views === null ? [] : await views.openLanes());
  let { accounts = [] } = parts.accounts ?? {};
  for (const issue of orderCandidates(found)) {
    const [lane = null] = views === null ? [] : await views.lanesOfIssue(issue.id);
    const asked = { ...parts.accounts, accounts, now: clock.now() };
    const account = chooseAccount(workflow, issue, lane ?? { failures: 0 }, asked);
    const eligible = judgeIssue(parts, issue, lane, outbox);
    const standing = eligible.ok && !account.ok ? refuse(account.code, account.sentence) : eligible;
    const verdict = standing.ok ? (isPaused ? refuseMode("paused") : judgeSlotsFor(workflow, slots, issue)) : standing;
    if (verdict.ok) {
      slots = withOneMore(workflow, slots, issue);
      accounts = withOneLeaseMore(accounts, account);
    }
    rows.push({ issue, verdict: verdict.ok ? standing : verdict });
  }
  return rows;
}

/** Whether the issue may start as far as it and its last lane are concerned. */
function judgeIssue(
  { workflow, clock }: PreviewParts,
  issue: Issue,
  last: Lane | null,
  outbox: readonly OutboxRow[],
): Verdict {
  const lane = last !== null && isOpen(last) ? last : null;
  const openOutbox = outbox.filter((row) => row.laneId === last?.id);
  const eligible = judgeEligibility({ workflow, issue, lane, openOutbox, now: clock.now() });
  return eligible.ok && last !== null && lane === null ? judgeReopen(last, issue, clock.now()) : eligible;
}
