import type { Command } from "commander";
import type { Change } from "../../model/change.ts";
import type { Cli } from "../cli.ts";
import { withTarget } from "../target.ts";
import { changeDocument, instant } from "./documents.ts";
import { findChange, withForge } from "./forge-session.ts";

interface ShowOptions {
  readonly json?: boolean;
}

const EXAMPLES = `
Examples:
  maestro change show 3
  maestro change show maestro/SHOP-3 --json`;

/** `maestro change show`. */
export function addChangeShow(group: Command, cli: Cli): void {
  withTarget(group.command("show"))
    .description("show a change with its reviews, checks and comments")
    .argument("<change>", "number or branch")
    .option("--json", "print a document")
    .addHelpText("after", EXAMPLES)
    .action(async (wanted: string, _options: ShowOptions, command: Command) => {
      await withForge(cli, command, async (session) => {
        const change = await findChange(session, wanted);
        if (command.optsWithGlobals<ShowOptions>().json) cli.printJson({ version: 1, change: changeDocument(change) });
        else cli.print(...describe(change));
      });
    });
}

function describe(change: Change): string[] {
  const { reviews, checks, comments } = change;
  return [
    `#${change.id}  ${change.title}`,
    `state       ${change.state}${change.draft ? ", draft" : ""}${change.mergedSha === null ? "" : `, as ${change.mergedSha}`}`,
    `branch      ${change.branch} at ${change.headSha.slice(0, 10)}, into ${change.base}`,
    `mergeable   ${change.mergeability}`,
    ...(change.url === null ? [] : [`url         ${change.url}`]),
    ...(change.body.trim() === "" ? [] : ["", change.body.trimEnd()]),
    ...section(
      "Checks",
      checks.map((check) => `${check.status}  ${check.name}${old(change, check)}: ${check.summary}`),
    ),
    ...section(
      "Reviews",
      reviews.map((review) => remark(review, `${review.decision.replaceAll("_", " ")}${old(change, review)}`)),
    ),
    ...section(
      "Comments",
      comments.map((comment) => remark(comment, "said")),
    ),
  ];
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ["", title, ...lines.map((line) => `  ${line}`)];
}

/** Reviews and checks of another head say nothing about the present one. */
function old(change: Change, { headSha }: { readonly headSha: string }): string {
  return headSha === change.headSha ? "" : " (of an older head)";
}

function remark(
  { author, at, body }: { readonly author: string; readonly at: number; readonly body: string },
  did: string,
): string {
  return `${instant(at)}  ${author}  ${did}${body.trim() === "" ? "" : `: ${body.trim()}`}`;
}
