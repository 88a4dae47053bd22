import type { Command } from "commander";
import type { Cli } from "../cli.ts";
import { secondsAsMs } from "../option-values.ts";
import { targetOf, withTarget } from "../target.ts";
import { type AgentSmokeOptions, smokeAgent } from "./agent.ts";
import { type ForgeSmokeOptions, smokeForge } from "./forge.ts";
import { smokeTracker, type TrackerSmokeOptions } from "./tracker.ts";

/** Longest time of one probe of tracker or forge, milliseconds. */
const CALL_LIMIT_MS = 30_000;
/** Longest time of an agent's answer, milliseconds. */
const TURN_LIMIT_MS = 300_000;

const EXAMPLES = `
Examples:
  maestro smoke tracker --issue SHOP-3
  maestro smoke tracker --template memory/no_repo/mock --issue local-memory-1 --json
  maestro smoke forge
  maestro smoke agent --start-only

Exit code 0 when every probe passed, 1 when one failed.`;

/** `maestro smoke`: each part that is outside of Maestro, tried on its own and without a service. */
export function fillSmoke(group: Command, cli: Cli): void {
  group.addHelpText("after", EXAMPLES);
  addTracker(group, cli);
  addForge(group, cli);
  addAgent(group, cli);
}

function addTracker(group: Command, cli: Cli): void {
  common(group.command("tracker"), CALL_LIMIT_MS)
    .description("reach the tracker, list and fetch issues; writes only when it is told to")
    .option("--issue <id>", "fetch this issue, identifier or id")
    .option("--confirm-state-write", "with --issue: write the state back that the issue has")
    .option("--confirm-writes", "with --issue: also set a label and claim the issue, and take both back")
    .addHelpText(
      "after",
      "\nExamples:\n  maestro smoke tracker\n  maestro smoke tracker --issue SHOP-3 --confirm-writes --json\n  maestro smoke tracker --issue SHOP-3 --confirm-state-write\n  maestro smoke tracker --template memory/no_repo/mock --issue local-memory-1 --json",
    )
    .action(async (path: string | undefined, _options: object, command: Command) => {
      await smokeTracker(cli, targetOf(command, path), command.optsWithGlobals<TrackerSmokeOptions>());
    });
}

function addForge(group: Command, cli: Cli): void {
  common(group.command("forge"), CALL_LIMIT_MS)
    .description("reach the forge, find the base branch, list changes; writes only when it is told to")
    .option("--change <id>", "read this change with its diff, number or branch")
    .option("--confirm-writes", "push a branch, open a change of it, close it and delete the branch")
    .addHelpText(
      "after",
      "\nExamples:\n  maestro smoke forge\n  maestro smoke forge --change 3\n  maestro smoke forge --confirm-writes --json\n  maestro smoke forge --template local/local/mock --json",
    )
    .action(async (path: string | undefined, _options: object, command: Command) => {
      await smokeForge(cli, targetOf(command, path), command.optsWithGlobals<ForgeSmokeOptions>());
    });
}

function addAgent(group: Command, cli: Cli): void {
  common(group.command("agent"), TURN_LIMIT_MS)
    .description("start the agent in an empty folder, talk with it once, end it")
    .option("--prompt <text>", "what it is told")
    .option("--start-only", "do not talk with it, which costs nothing")
    .addHelpText(
      "after",
      '\nExamples:\n  maestro smoke agent --start-only\n  maestro smoke agent --prompt "Answer with the word READY."\n  maestro smoke agent --template memory/no_repo/mock --json',
    )
    .action(async (path: string | undefined, _options: object, command: Command) => {
      await smokeAgent(cli, targetOf(command, path), command.optsWithGlobals<AgentSmokeOptions>());
    });
}

function common(command: Command, limitMs: number): Command {
  return withTarget(command)
    .argument("[path]", "the workflow file (default: WORKFLOW.md)")
    .option("--timeout-s <n>", `seconds that one probe may take (default: ${limitMs / 1_000})`, secondsAsMs, limitMs)
    .option("--json", "print a document");
}
