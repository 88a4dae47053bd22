import type { Command } from "commander";
import { personAt } from "../actor.ts";
import type { Cli } from "../cli.ts";
import { usageError } from "../problem.ts";
import { withTarget } from "../target.ts";
import { refreshRunning } from "../refresh.ts";
import { findChange, withForge } from "./forge-session.ts";

interface CommentOptions {
  readonly author?: string;
  readonly json?: boolean;
}

const EXAMPLES = `
Examples:
  maestro change comment 3 "Why a constant and no option?"`;

/** `maestro change comment`. */
export function addChangeComment(group: Command, cli: Cli): void {
  withTarget(group.command("comment"))
    .description("comment on a change")
    .argument("<change>", "number or branch")
    .argument("<text>", "the comment, in Markdown")
    .option("--author <name>", "who says it (default: you)")
    .option("--json", "print a document")
    .addHelpText("after", EXAMPLES)
    .action(async (wanted: string, text: string, _options: CommentOptions, command: Command) => {
      if (text.trim() === "") throw usageError("The comment is blank.");
      await withForge(cli, command, async (session) => {
        const { author, json } = command.optsWithGlobals<CommentOptions>();
        const change = await findChange(session, wanted);
        const id = await session.forge.comment(change.id, author ?? personAt(cli), text, session.call);
        await refreshRunning(cli, session.app, session.project);
        if (json) return cli.printJson({ version: 1, id: change.id, comment_id: id });
        cli.print(`Commented on change #${change.id}.`);
      });
    });
}
