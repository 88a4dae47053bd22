import { MaestroError } from "../base/errors.ts";
import type { Lane } from "../model/lane.ts";
import { activeStates } from "../model/workflow.ts";
import { askFromComments } from "./approvals.ts";
import type { Board } from "./board.ts";
import { needsChange } from "./care.ts";
import { type Candidates, openMoves } from "./dispatch.ts";
import { readAnswers, readCandidates, readChanges, readIssues } from "./outside-view.ts";
import type { OrchestratorParts } from "./ports.ts";
import { tend } from "./tending.ts";

/**
 * One poll (S-111): reconcile what is open, then fetch candidates. Its cost follows what is open, never what has been. Returns why the
 * tracker could not tell the candidates, if so.
 */
export async function poll(
  parts: OrchestratorParts,
  board: Board,
  candidates: Candidates,
  signal: AbortSignal,
): Promise<MaestroError | null> {
  const open = [...board.lanes.values()];
  const issues = await readIssues(parts, board, watchedIssues(open), signal);
  const changes = await readChanges(
    parts,
    board,
    open.filter(needsChange).flatMap((lane) => lane.branch?.changeId ?? []),
    signal,
  );
  board.countLooks(changes);
  await readAnswers(parts, board, signal);
  await askFromComments(parts, board);
  await tend(parts, board, new Set(open.map((lane) => lane.id)), { issues, changes }, signal);
  if (parts.workflows.problem() !== null) return null;
  const found = await readCandidates(parts, board, activeStates(parts.workflows.current()), signal);
  if (found instanceof MaestroError) return found;
  for (const issue of found) board.see(issue);
  candidates.replace(found);
  await openMoves(parts, board, found, signal);
  return null;
}

/** Released lanes are asked about too: their issue may have ended. */
function watchedIssues(lanes: readonly Lane[]): string[] {
  return [...new Set(lanes.map((lane) => lane.issue.id))];
}
