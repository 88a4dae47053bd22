import { withDeadline } from "../base/abort.ts";
import { type MaestroError, toMaestroError } from "../base/errors.ts";
import type { Change } from "../model/change.ts";
import type { Issue } from "../model/issue.ts";
import type { Lane } from "../model/lane.ts";
import { believedChange, believedComments, USUAL_TRUST } from "../model/trust.ts";
import type { Board } from "./board.ts";
import { CALL_DEADLINE_MS, type OrchestratorParts } from "./ports.ts";

/** Issues by id: `null` for one that is gone. An id that is missing here could not be asked. */
export type IssueView = ReadonlyMap<string, Issue | null>;
/** Changes by id, likewise. */
export type ChangeView = ReadonlyMap<string, Change | null>;

/**
 * Asks the tracker about these issues, all in one question. A failure is logged and answers nothing, which is not the same as "gone"
 * (S-131).
 */
export async function readIssues(
  parts: OrchestratorParts,
  board: Board,
  ids: readonly string[],
  signal: AbortSignal,
): Promise<IssueView> {
  const view = new Map<string, Issue | null>();
  if (ids.length === 0) return view;
  try {
    const found = await withDeadline(parts.clock, CALL_DEADLINE_MS, signal, (bounded) =>
      parts.outside.tracker().issuesByIds(ids, { signal: bounded }),
    );
    for (const id of ids) view.set(id, null);
    for (const issue of found) {
      const settled = board.settled(issue, parts.clock.now());
      board.see(settled);
      view.set(issue.id, settled);
    }
  } catch (error) {
    logOutside(parts, "issue refresh failed", error, signal);
  }
  return view;
}

/** Asks the forge about these changes, all in one question; a failure answers nothing. */
export async function readChanges(
  parts: OrchestratorParts,
  board: Board,
  ids: readonly string[],
  signal: AbortSignal,
): Promise<ChangeView> {
  const view = new Map<string, Change | null>();
  const forge = parts.outside.forge();
  if (ids.length === 0 || forge === null) return view;
  try {
    const found = await withDeadline(parts.clock, CALL_DEADLINE_MS, signal, (bounded) =>
      forge.changesByIds(ids, { signal: bounded }),
    );
    for (const id of ids) view.set(id, null);
    const { trust = USUAL_TRUST } = parts.workflows.current();
    for (const change of found.map((one) => believedChange(trust, one))) {
      board.changes.set(change.id, change);
      view.set(change.id, change);
    }
  } catch (error) {
    logOutside(parts, "change refresh failed", error, signal);
  }
  return view;
}

/** How much older than a question a comment below it may look, because clocks differ; milliseconds. */
const CLOCK_SKEW_MS = 600_000;

function isAsked({ parked, approvals = [] }: Lane): boolean {
  return parked?.question !== undefined || approvals.some(({ answer }) => answer === null);
}

/** Whether the issue of a parked lane was touched since its comments were read: one of them may let it go on. */
function hasNews(board: Board, { id, issue, parked }: Lane): boolean {
  const touched = board.issues.get(issue.id)?.updatedAt ?? null;
  return parked?.until === "input" && touched !== null && touched !== board.commentsReadOf.get(id);
}

/** Reads what was said on the issues of lanes that wait for people. A failure leaves what is known. */
export async function readAnswers(parts: OrchestratorParts, board: Board, signal: AbortSignal): Promise<void> {
  const tracker = parts.outside.tracker();
  const { trust = USUAL_TRUST } = parts.workflows.current();
  const waiting = [...board.lanes.values()].filter((lane) => isAsked(lane) || hasNews(board, lane));
  if (waiting.length === 0 || !tracker.capabilities.comment) return;
  try {
    await withDeadline(parts.clock, CALL_DEADLINE_MS, signal, async (bounded) => {
      for (const { id, issue, parked, approvals = [] } of waiting) {
        const asked = approvals.flatMap(({ answer, at }) => (answer === null ? [at] : []));
        const since = Math.min(parked?.at ?? Number.POSITIVE_INFINITY, ...asked) - CLOCK_SKEW_MS;
        const said = await tracker.comments(issue.id, since, { signal: bounded });
        board.comments.set(id, believedComments(trust, said));
        board.commentsReadOf.set(id, board.issues.get(issue.id)?.updatedAt ?? null);
      }
    });
  } catch (error) {
    logOutside(parts, "comments could not be read", error, signal);
  }
}

/** The issues in active states, or why the tracker could not be asked (S-134). */
export async function readCandidates(
  parts: OrchestratorParts,
  board: Board,
  states: readonly string[],
  signal: AbortSignal,
): Promise<readonly Issue[] | MaestroError> {
  try {
    const found = await withDeadline(parts.clock, CALL_DEADLINE_MS, signal, (bounded) =>
      parts.outside.tracker().issuesByStates(states, { signal: bounded }),
    );
    const now = parts.clock.now();
    return found.map((issue) => board.settled(issue, now));
  } catch (error) {
    logOutside(parts, "candidate fetch failed", error, signal);
    return toMaestroError(error);
  }
}

/** A failed question is a warning unless we are stopping anyway. */
function logOutside(parts: OrchestratorParts, message: string, error: unknown, signal: AbortSignal): void {
  if (signal.aborted) return;
  parts.log.warn(message, { error: toMaestroError(error) });
}
