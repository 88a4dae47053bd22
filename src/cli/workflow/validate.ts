import type { Command } from "commander";
import { errorDocument } from "../../base/errors.ts";
import { agentKinds } from "../../model/agent-choice.ts";
import type { Workflow } from "../../model/workflow.ts";
import { followValidity, loadWorkflow, type Validity } from "../../workflow/index.ts";
import type { Cli } from "../cli.ts";
import { targetOf, withTarget } from "../target.ts";

interface ValidateOptions {
  readonly watch?: boolean;
  readonly json?: boolean;
}

const EXAMPLES = `
Examples:
  maestro workflow validate                     exit code 0: sound; 3: every mistake with line and column
  maestro workflow validate team/WORKFLOW.md --json
  maestro workflow validate --watch             again after every change, until Ctrl+C`;

/** `maestro workflow validate`. */
export function addWorkflowValidate(group: Command, cli: Cli): void {
  withTarget(group.command("validate"))
    .description("check the workflow file with its profile and its adapters' options")
    .argument("[path]", "the workflow file (default: WORKFLOW.md)")
    .option("--watch", "check again after every change, until it is interrupted")
    .option("--json", "print a document; with --watch one line for each check")
    .addHelpText("after", EXAMPLES)
    .action(async (path: string | undefined, options: ValidateOptions, command: Command) => {
      const app = await cli.app();
      const input = await app.workflowInput(await app.locate(targetOf(command, path)));
      if (options.watch) {
        const { signal } = cli.terminal;
        for await (const found of followValidity(input, { clock: app.clock, signal })) print(cli, found, options);
        return;
      }
      // What is wrong with the file is this command's error, like everybody else's.
      const workflow = await loadWorkflow(input);
      if (options.json) cli.printJson(documentOf({ workflow }));
      else cli.print(...linesOf({ workflow }));
    });
}

function print(cli: Cli, found: Validity, { json }: ValidateOptions): void {
  if (json) cli.printExact(JSON.stringify(documentOf(found)));
  else cli.print(...linesOf(found), "");
}

function linesOf(found: Validity): string[] {
  if ("error" in found) {
    const { message, hint } = found.error;
    return ["The workflow file is not valid:", message, ...(hint === undefined ? [] : [`hint: ${hint}`])];
  }
  const { workflow } = found;
  const { profile, tracker, repo } = workflow;
  const kinds = [
    `profile ${profile.kind}`,
    `tracker ${tracker.kind}`,
    repo === null ? "no repository" : `forge ${repo.provider.kind}`,
    `agent ${agentKinds(workflow)}`,
  ];
  const warnings = (workflow.warnings ?? []).map(({ sentence }) => `warning: ${sentence}`);
  return [`${workflow.path} is valid: ${kinds.join(", ")}.`, ...warnings];
}

function documentOf(found: Validity) {
  if ("error" in found) return { version: 1, valid: false, error: errorDocument(found.error) };
  return { version: 1, valid: true, ...summaryOf(found.workflow) };
}

function summaryOf({ path, hash, profile, tracker, repo, agentProvider, warnings = [] }: Workflow) {
  return {
    path,
    hash,
    profile: { kind: profile.kind, version: profile.version },
    tracker: tracker.kind,
    forge: repo?.provider.kind ?? null,
    agent: agentProvider.kind,
    warnings: warnings.map(({ sentence, ...warning }) => warning),
  };
}
