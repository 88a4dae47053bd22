import type { Command } from "commander";
import type { Cli } from "../cli.ts";
import { withTarget } from "../target.ts";
import { refreshRunning } from "../refresh.ts";
import { findIssue } from "./find-issue.ts";
import { knownState } from "./states.ts";
import { requireVerb, withTracker } from "./tracker-session.ts";

interface MoveOptions {
  readonly json?: boolean;
}

const EXAMPLES = `
Examples:
  maestro issue move SHOP-3 Rework
  maestro issue move SHOP-3 "In Progress"`;

/** `maestro issue move`. */
export function addIssueMove(group: Command, cli: Cli): void {
  withTarget(group.command("move"))
    .description("move an issue to another state")
    .argument("<issue>", "identifier or id")
    .argument("<state>", "one of the workflow's states")
    .option("--json", "print a document")
    .addHelpText("after", EXAMPLES)
    .action(async (wanted: string, typed: string, _options: MoveOptions, command: Command) => {
      await withTracker(cli, command, async (session) => {
        requireVerb(session, "move");
        const { app, project, tracker, call } = session;
        const to = knownState(await app.workflow(project), typed);
        const issue = await findIssue(tracker, wanted, call);
        const result = await tracker.move(issue.id, { to, from: null }, call);
        await refreshRunning(cli, app, project);
        const { json } = command.optsWithGlobals<MoveOptions>();
        if (json) return cli.printJson({ version: 1, identifier: issue.identifier, from: issue.state, to, result });
        cli.print(
          result === "already"
            ? `${issue.identifier} is in ${to} already.`
            : `${issue.identifier} was moved from ${issue.state} to ${to}.`,
        );
      });
    });
}
