import type { Command } from "commander";
import { isTerminal, trackerState, type Workflow } from "../../model/workflow.ts";
import type { Cli } from "../cli.ts";
import { collect } from "../option-values.ts";
import { table } from "../table.ts";
import { withTarget } from "../target.ts";
import { issueDocument } from "./documents.ts";
import { knownState } from "./states.ts";
import { type TrackerSession, withTracker } from "./tracker-session.ts";

interface ListOptions {
  readonly state?: readonly string[];
  readonly all?: boolean;
  readonly json?: boolean;
}

const EXAMPLES = `
Examples:
  maestro issue list                              everything that has not ended
  maestro issue list --state "In Review"
  maestro issue list --all --json`;

/** `maestro issue list`. */
export function addIssueList(group: Command, cli: Cli): void {
  withTarget(group.command("list"))
    .description("list the issues that have not ended")
    .option("--state <name>", "only issues in this state; may be given several times", collect)
    .option("--all", "also those that have ended")
    .option("--json", "print a document")
    .addHelpText("after", EXAMPLES)
    .action(async (_options: ListOptions, command: Command) => {
      await withTracker(cli, command, (session) => list(cli, session, command.optsWithGlobals<ListOptions>()));
    });
}

async function list(cli: Cli, session: TrackerSession, options: ListOptions): Promise<void> {
  const { app, project, tracker, call } = session;
  const workflow = await app.workflow(project);
  const issues = await tracker.issuesByStates(chosenStates(workflow, options), call);
  if (options.json) return cli.printJson({ version: 1, issues: issues.map(issueDocument) });
  if (issues.length === 0) return cli.print(...(await emptyLines(session, workflow, options)));
  const rows = issues.map((issue) => [
    issue.identifier,
    issue.state,
    issue.priority === null ? "" : String(issue.priority),
    issue.labels.join(", "),
    issue.title,
  ]);
  cli.print(...table(["ISSUE", "STATE", "PRIORITY", "LABELS", "TITLE"], rows));
}

/** Asked only when nothing else is there to show: what has ended may be a lot. */
async function emptyLines(
  { tracker, call }: TrackerSession,
  workflow: Workflow,
  { state, all }: ListOptions,
): Promise<string[]> {
  const states =
    state !== undefined || all ? [] : workflow.tracker.states.filter(({ name }) => isTerminal(workflow, name));
  const ended =
    states.length === 0
      ? []
      : await tracker.issuesByStates(
          states.map(({ name }) => name),
          call,
        );
  if (ended.length === 0) return ["No issues."];
  const done = ended.filter((issue) => trackerState(workflow, issue.state)?.category === "done").length;
  return ["No issue is open.", `${done} done, ${ended.length - done} canceled; --all shows them.`];
}

function chosenStates(workflow: Workflow, { state, all }: ListOptions): string[] {
  if (state !== undefined) return state.map((name) => knownState(workflow, name));
  const names = workflow.tracker.states.map(({ name }) => name);
  return all ? names : names.filter((name) => !isTerminal(workflow, name));
}
