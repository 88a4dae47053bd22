import { MaestroError } from "../base/errors.ts";
import { withAgent } from "../model/agent-choice.ts";
import { branchName } from "../model/branch-name.ts";
import type { LaneFacts } from "../model/facts.ts";
import type { Issue } from "../model/issue.ts";
import { isOpen, type Lane } from "../model/lane.ts";
import type { Step } from "../model/plan.ts";
import type { RunPurpose } from "../model/run.ts";
import type { Workflow } from "../model/workflow.ts";
import { planLane } from "../lanes/index.ts";
import { attemptOf, chooseAgent, planResumption, planRoute, repairFeedback } from "../policy/index.ts";
import { describeCheckpoint, wordsToTell } from "../policy/index.ts";
import type { Target } from "./app.ts";
import type { Cli } from "./cli.ts";
import { laneFactsOf, type Outlook, readOutlook } from "./explain/outlook.ts";
import { type Standing, standingOf } from "./explain/standing.ts";
import { type PlannedRun, promptOf } from "./prompt.ts";

/** Prints the prompt that an issue's next run would begin with. Throws as `readOutlook` does, and `template_render_error`. */
export async function printPreview(cli: Cli, target: Target, wanted: string, json: boolean): Promise<void> {
  const app = await cli.app();
  const project = await app.locate(target);
  const outlook = await readOutlook(app, project, wanted);
  const standing = standingOf(outlook);
  const run = nextRun(outlook);
  const prompt = await promptOf(app, project, outlook.workflow, run);
  const note = noteOf(outlook, standing, run);
  if (!json) {
    cli.note(note);
    return cli.printExact(prompt);
  }
  const { issue, number, purpose, attempt, feedback, branch, workspace } = run;
  cli.printJson({
    version: 1,
    issue_identifier: issue.identifier,
    ...{ run: number, purpose, attempt, branch, workspace_path: workspace, feedback },
    resumes: run.resumption?.session ?? null,
    stance: standing.stance,
    note,
    prompt,
  });
}

/** The run that would come next, as if nothing kept it from starting. */
function nextRun(outlook: Outlook): PlannedRun {
  const { workflow, lane, issue: shown } = outlook;
  const issue = movedIssue(outlook, shown ?? lane?.issue);
  const facts = laneFactsOf(outlook);
  if (facts === null) {
    const hasBranch = workflow.repo !== null && workflow.profile.completion.deliversChange;
    const ordinal = lane === null || isOpen(lane) ? 1 : lane.ordinal + 1;
    const branch = hasBranch ? branchName(workflow.repo.branchPrefix, issue.identifier, ordinal) : null;
    return { issue, number: 1, purpose: "first", attempt: null, feedback: null, branch, workspace: null };
  }
  const { purpose, feedback } = nextStart(facts);
  return {
    issue,
    number: facts.lane.lastRun + 1,
    purpose,
    attempt: attemptOf(facts.lane, purpose),
    feedback,
    branch: facts.lane.branch?.name ?? null,
    workspace: facts.lane.workspacePath ?? null,
    resumption: planResumption(outlook.runs, agentOf(workflow, issue, facts.lane)),
    answer: facts.lane.answer ?? null,
    words: wordsToTell(facts.lane),
    checkpoint: describeCheckpoint(facts.lane),
  };
}

/** Kind of the agent that the run gets. */
function agentOf(workflow: Workflow, issue: Issue, lane: Lane): string {
  return withAgent(workflow, chooseAgent(workflow, issue, lane)).agentProvider.kind;
}

/** A route may first move the issue; the run sees it where it arrives. */
function movedIssue({ workflow, identifier }: Outlook, issue: Issue | undefined): Issue {
  if (issue === undefined) {
    throw new MaestroError({ code: "issue_not_found", message: `The tracker does not show ${identifier}.` });
  }
  const move = planRoute(workflow, issue);
  return move === null ? issue : { ...issue, state: move.to };
}

/** What the tables say once all that is waited for is over. */
function nextStart(facts: LaneFacts): { readonly purpose: RunPurpose; readonly feedback: string | null } {
  const { lane, now } = facts;
  if (lane.work?.kind === "run") {
    return { purpose: lane.work.state === "queued" ? lane.work.purpose : "continuation", feedback: null };
  }
  const retry = lane.retry === null ? null : { ...lane.retry, dueAt: now };
  const free: LaneFacts = { ...facts, lane: { ...lane, work: null, parked: null, retry }, openOutbox: [] };
  const start = planLane(free).find(isStart);
  if (start !== undefined) return { purpose: start.purpose, feedback: start.feedback };
  if (lane.stage === "working" || lane.stage === "released") return { purpose: "continuation", feedback: null };
  return { purpose: "repair", feedback: repairFeedback(facts) };
}

function isStart(step: Step): step is Extract<Step, { do: "start_run" }> {
  return step.do === "start_run";
}

function noteOf({ identifier }: Outlook, { stance, sentence }: Standing, planned: PlannedRun): string {
  const { number, purpose, resumption } = planned;
  const where = resumption?.session == null ? "" : " in its agent's old session";
  const run = `run ${number} of ${identifier} (${purpose})${where}`;
  return stance === "starts" ? `This is what ${run} gets.` : `This is what ${run} would get. Now: ${sentence}`;
}
