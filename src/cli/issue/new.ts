import type { Command } from "commander";
import type { Cli } from "../cli.ts";
import { collect, wholeNumber } from "../option-values.ts";
import { usageError } from "../problem.ts";
import { commandLine } from "../next-command.ts";
import { withTarget } from "../target.ts";
import { refreshRunning } from "../refresh.ts";
import { issueDocument } from "./documents.ts";
import { firstState, knownState } from "./states.ts";
import { requireVerb, type TrackerSession, withTracker } from "./tracker-session.ts";

interface NewOptions {
  readonly description?: string;
  readonly state?: string;
  readonly label?: readonly string[];
  readonly priority?: number;
  readonly blockedBy?: readonly string[];
  readonly json?: boolean;
}

const EXAMPLES = `
Examples:
  maestro issue new "Round discounts"
  maestro issue new "Round discounts" --description "999 minus 10 % is 899.1" --label bug --priority 1
  maestro issue new "Show receipts" --blocked-by SHOP-1 --state Todo`;

/** `maestro issue new`. */
export function addIssueNew(group: Command, cli: Cli): void {
  withTarget(group.command("new"))
    .description("make an issue")
    .argument("<title>", "what is to be done, in one line")
    .option("--description <text>", "all there is to know")
    .option("--state <name>", "state to begin in (default: the first one that is to be done)")
    .option("--label <name>", "a label; may be given several times", collect)
    .option("--priority <n>", "lower is more urgent", wholeNumber(0))
    .option("--blocked-by <issue>", "an issue that has to end first; may be given several times", collect)
    .option("--json", "print a document")
    .addHelpText("after", EXAMPLES)
    .action(async (title: string, _options: NewOptions, command: Command) => {
      await withTracker(cli, command, (session) => make(cli, session, title, command.optsWithGlobals<NewOptions>()));
    });
}

async function make(cli: Cli, session: TrackerSession, title: string, options: NewOptions): Promise<void> {
  requireVerb(session, "create");
  if (title.trim() === "") throw usageError("The title is blank.");
  const { app, project, tracker, target, call } = session;
  const workflow = await app.workflow(project);
  const state = options.state === undefined ? firstState(workflow) : knownState(workflow, options.state);
  if (state === undefined) throw usageError("The workflow has no state to begin in.", "Give one with --state.");
  const issue = await tracker.create(
    {
      title,
      description: options.description ?? null,
      state,
      labels: options.label ?? [],
      priority: options.priority ?? null,
      blockedBy: options.blockedBy ?? [],
    },
    call,
  );
  await refreshRunning(cli, app, project);
  if (options.json) return cli.printJson({ version: 1, issue: issueDocument(issue) });
  cli.print(`${issue.identifier} was made, in ${issue.state}.`);
  cli.print(`To see it: ${commandLine(cli, target, "issue", "show", issue.identifier)}`);
}
