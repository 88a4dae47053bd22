import type { Command } from "commander";
import type { Cli } from "../cli.ts";
import { addChangeComment } from "./comment.ts";
import { addChangeDiff } from "./diff.ts";
import { addChangeList } from "./list.ts";
import { addChangeMerge } from "./merge.ts";
import { addChangeReview } from "./review.ts";
import { addChangeShow } from "./show.ts";

const EXAMPLES = `
Examples:
  maestro change list
  maestro change diff 3
  maestro change review 3 --approve`;

/** `maestro change`: the forge of a workflow, by hand. */
export function fillChange(group: Command, cli: Cli): void {
  group.addHelpText("after", EXAMPLES);
  for (const add of [addChangeList, addChangeShow, addChangeDiff, addChangeReview, addChangeComment, addChangeMerge]) {
    add(group, cli);
  }
}
