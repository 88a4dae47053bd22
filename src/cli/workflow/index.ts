import type { Command } from "commander";
import type { Cli } from "../cli.ts";
import { addWorkflowExplain } from "./explain.ts";
import { addWorkflowRender } from "./render.ts";
import { addWorkflowSchema } from "./print-schema.ts";
import { addWorkflowValidate } from "./validate.ts";

const EXAMPLES = `
Examples:
  maestro workflow validate                     is the file sound, and what of it is not in force
  maestro workflow explain agent.max_turns      the value, and where it comes from
  maestro workflow render --issue SHOP-3        the prompt that an agent would get`;

/** `maestro workflow`: the workflow file itself; nothing is started and nothing is written. */
export function fillWorkflow(group: Command, cli: Cli): void {
  group.addHelpText("after", EXAMPLES);
  for (const add of [addWorkflowValidate, addWorkflowRender, addWorkflowExplain, addWorkflowSchema]) add(group, cli);
}
