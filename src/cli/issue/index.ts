import type { Command } from "commander";
import type { Cli } from "../cli.ts";
import { addIssueComment } from "./comment.ts";
import { addIssueLabel } from "./label.ts";
import { addIssueList } from "./list.ts";
import { addIssueMove } from "./move.ts";
import { addIssueNew } from "./new.ts";
import { addIssueShow } from "./show.ts";

const EXAMPLES = `
Examples:
  maestro issue list
  maestro issue new "Round discounts" --label bug --priority 1
  maestro issue comment SHOP-3 "Please keep the limit configurable."`;

/** `maestro issue`: the tracker of a workflow, by hand. */
export function fillIssue(group: Command, cli: Cli): void {
  group.addHelpText("after", EXAMPLES);
  for (const add of [addIssueNew, addIssueList, addIssueShow, addIssueMove, addIssueComment, addIssueLabel]) {
    add(group, cli);
  }
}
