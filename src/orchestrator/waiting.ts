import type { Issue } from "../model/issue.ts";
import type { Reason } from "../model/verdict.ts";
import type { Board } from "./board.ts";
import { type Candidates, judgeCandidate } from "./dispatch.ts";
import type { OrchestratorParts } from "./ports.ts";

/** An issue of the last poll that has no lane at work, with why. */
export interface WaitingIssue {
  readonly issue: Issue;
  readonly reason: Reason;
}

/** Every issue that does not run, with the one sentence that says why. */
export function waitingIssues(parts: OrchestratorParts, board: Board, candidates: Candidates): readonly WaitingIssue[] {
  const lanes = [...board.lanes.values()].filter((lane) => lane.work === null);
  const rows = lanes.map((lane) => ({
    issue: board.issues.get(lane.issue.id) ?? lane.issue,
    reason: lane.parked ?? board.waits.get(lane.id) ?? lane.reason,
  }));
  const others = candidates.all().filter((issue) => board.laneOf(issue.id) === undefined);
  const judged = others.map((issue) => {
    const known = candidates.verdicts.get(issue.id);
    return { issue, reason: known?.ok === false ? known : judgeCandidate(parts, board, issue) };
  });
  return [...rows, ...judged].map(({ issue, reason }) => ({
    issue,
    reason: { code: reason.code, sentence: reason.sentence },
  }));
}
