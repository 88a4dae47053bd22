import type { Command } from "commander";
import { personAt } from "../actor.ts";
import type { Cli } from "../cli.ts";
import { usageError } from "../problem.ts";
import { withTarget } from "../target.ts";
import { refreshRunning } from "../refresh.ts";
import { findIssue } from "./find-issue.ts";
import { requireVerb, withTracker } from "./tracker-session.ts";

interface CommentOptions {
  readonly author?: string;
  readonly json?: boolean;
}

const EXAMPLES = `
Examples:
  maestro issue comment SHOP-3 "Please keep the limit configurable."
  maestro issue comment SHOP-3 "Agreed." --author alice`;

/** `maestro issue comment`. */
export function addIssueComment(group: Command, cli: Cli): void {
  withTarget(group.command("comment"))
    .description("comment on an issue")
    .argument("<issue>", "identifier or id")
    .argument("<text>", "the comment, in Markdown")
    .option("--author <name>", "who says it (default: you)")
    .option("--json", "print a document")
    .addHelpText("after", EXAMPLES)
    .action(async (wanted: string, text: string, _options: CommentOptions, command: Command) => {
      await withTracker(cli, command, async (session) => {
        requireVerb(session, "comment");
        if (text.trim() === "") throw usageError("The comment is blank.");
        const { app, project, tracker, call } = session;
        const { author, json } = command.optsWithGlobals<CommentOptions>();
        const issue = await findIssue(tracker, wanted, call);
        const id = await tracker.comment(issue.id, text, author ?? personAt(cli), call);
        await refreshRunning(cli, app, project);
        if (json) return cli.printJson({ version: 1, identifier: issue.identifier, comment_id: id });
        cli.print(`Commented on ${issue.identifier}.`);
      });
    });
}
