import type { Command } from "commander";
import type { Cli } from "../cli.ts";
import { addRecordExport } from "./export.ts";
import { addRecordPrune } from "./prune.ts";
import { addRecordVerify } from "./verify.ts";

const EXAMPLES = `
Examples:
  maestro record verify
  maestro record export --output events.jsonl
  maestro record prune --closed-before 2026-01-01 --dry-run`;

/** `maestro record`: what happened, as events. */
export function fillRecord(group: Command, cli: Cli): void {
  group.addHelpText("after", EXAMPLES);
  for (const add of [addRecordVerify, addRecordExport, addRecordPrune]) add(group, cli);
}
