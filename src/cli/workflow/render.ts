import type { Command } from "commander";
import { branchName } from "../../model/branch-name.ts";
import type { Issue } from "../../model/issue.ts";
import type { Workflow } from "../../model/workflow.ts";
import { loadWorkflow } from "../../workflow/index.ts";
import type { App, Project } from "../app.ts";
import type { Cli } from "../cli.ts";
import { findIssue } from "../issue/find-issue.ts";
import { type PlannedRun, promptOf } from "../prompt.ts";
import { using } from "../reading.ts";
import { targetOf, withTarget } from "../target.ts";
import { exampleIssue } from "./example-issue.ts";

interface RenderOptions {
  readonly issue?: string;
  readonly json?: boolean;
}

const EXAMPLES = `
Examples:
  maestro workflow render --issue SHOP-3        the prompt of its first run
  maestro workflow render                       with an issue that is made up, without asking the tracker`;

/** `maestro workflow render`. */
export function addWorkflowRender(group: Command, cli: Cli): void {
  withTarget(group.command("render"))
    .description("print the prompt that an agent gets in the first run on an issue")
    .argument("[path]", "the workflow file (default: WORKFLOW.md)")
    .option("--issue <id>", "an issue of the tracker; without it one is made up")
    .option("--json", "print a document")
    .addHelpText("after", EXAMPLES)
    .action(async (path: string | undefined, options: RenderOptions, command: Command) => {
      const app = await cli.app();
      const project = await app.locate(targetOf(command, path));
      const workflow = await loadWorkflow(await app.workflowInput(project));
      const issue = options.issue === undefined ? exampleIssue(workflow) : await issueOf(app, project, options.issue);
      const prompt = await promptOf(app, project, workflow, firstRun(workflow, issue));
      if (options.issue === undefined) cli.note("No --issue is given: the issue in this prompt is made up.");
      if (options.json) cli.printJson({ version: 1, issue_identifier: issue.identifier, prompt });
      else cli.printExact(prompt);
    });
}

async function issueOf(app: App, project: Project, wanted: string): Promise<Issue> {
  return using(await app.tracker(project), (tracker) => findIssue(tracker, wanted, { signal: app.terminal.signal }));
}

function firstRun({ profile, repo }: Workflow, issue: Issue): PlannedRun {
  const hasBranch = repo !== null && profile.completion.deliversChange;
  const branch = hasBranch ? branchName(repo.branchPrefix, issue.identifier, 1) : null;
  return { issue, number: 1, purpose: "first", attempt: null, feedback: null, branch, workspace: null };
}
