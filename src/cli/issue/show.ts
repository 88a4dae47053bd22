import type { Command } from "commander";
import type { Issue, IssueComment } from "../../model/issue.ts";
import type { Cli } from "../cli.ts";
import { withTarget } from "../target.ts";
import { commentDocument, instantText, issueDocument } from "./documents.ts";
import { findIssue } from "./find-issue.ts";
import { withTracker } from "./tracker-session.ts";

interface ShowOptions {
  readonly json?: boolean;
}

const EXAMPLES = `
Examples:
  maestro issue show SHOP-3
  maestro issue show SHOP-3 --json`;

/** `maestro issue show`. */
export function addIssueShow(group: Command, cli: Cli): void {
  withTarget(group.command("show"))
    .description("show an issue with its comments")
    .argument("<issue>", "identifier or id")
    .option("--json", "print a document")
    .addHelpText("after", EXAMPLES)
    .action(async (wanted: string, _options: ShowOptions, command: Command) => {
      await withTracker(cli, command, async ({ tracker, call }) => {
        const issue = await findIssue(tracker, wanted, call);
        const comments = await tracker.comments(issue.id, null, call);
        if (command.optsWithGlobals<ShowOptions>().json) {
          cli.printJson({ version: 1, issue: issueDocument(issue), comments: comments.map(commentDocument) });
        } else {
          cli.print(...describe(issue, comments));
        }
      });
    });
}

function describe(issue: Issue, comments: readonly IssueComment[]): string[] {
  const blockers = issue.blockedBy.map(
    ({ identifier, id, state }) => `${identifier ?? id} (${state ?? "state unknown"})`,
  );
  const facts: [string, string | null][] = [
    ["state", issue.state],
    ["priority", issue.priority === null ? null : String(issue.priority)],
    ["labels", issue.labels.join(", ")],
    ["blocked by", blockers.join(", ")],
    ["assignee", issue.assigneeId],
    ["url", issue.url],
    ["changed", instantText(issue.updatedAt)],
  ];
  const lines = facts.flatMap(([name, value]) => (value ? [`${name.padEnd(10)}  ${value}`] : []));
  const remarks = comments.flatMap(({ author, at, body }) => ["", `${author}, ${instantText(at)}`, body.trimEnd()]);
  return [
    `${issue.identifier}  ${issue.title}`,
    ...lines,
    ...(issue.description === null ? [] : ["", issue.description.trimEnd()]),
    ...remarks,
  ];
}
