import { BUDGET_COUNTS, type Limits, limitWords, NO_LIMITS } from "../../model/budget.ts";
import { agentKinds } from "../../model/agent-choice.ts";
import type { Issue } from "../../model/issue.ts";
import type { Workflow } from "../../model/workflow.ts";
import type { Daemon, Project, Target } from "../app.ts";
import type { Cli } from "../cli.ts";
import { commandLine } from "../next-command.ts";

/** What a starting service says: where everything is, and for a demo what to do with it. */
export function startReport(cli: Cli, target: Target, project: Project, service: Daemon): string[] {
  const { workflow, link, logFile, sandbox } = service;
  const { profile, agent } = workflow;
  const agents = `${agentKinds(workflow)}, at most ${agent.maxConcurrentAgents} at once`;
  return [
    `Maestro ${cli.version}`,
    `  workflow  ${project.workflowPath} (${profile.kind})`,
    `  project   ${workflow.directory}`,
    `  agents    ${agents}`,
    `  sandbox   ${sandbox.ok ? "" : "NONE: "}${sandbox.sentence}`,
    ...budgetReport(workflow).map((line, at) => `  ${at === 0 ? "budget" : "      "}    ${line}`),
    `  state     ${project.stateDirectory}`,
    `  log       ${logFile ?? "none"}`,
    `  page      ${link ?? "none (--port serves one)"}`,
    ...(workflow.warnings ?? []).map(({ sentence }) => `  warning   ${sentence}`),
    "",
    ...(project.demo === null ? [] : demoReport(cli, target, project.demo)),
  ];
}

function demoReport(cli: Cli, target: Target, demo: string): string[] {
  const command = (...words: readonly string[]) => `  ${commandLine(cli, target, ...words)}`;
  return [
    `This is a demo. Its code and its three issues are in ${demo};`,
    "nothing in your own folder is changed. Two changes land by themselves, the third waits for you. In another terminal:",
    command("status"),
    command("change", "list"),
    command("change", "diff", "<id>"),
    command("change", "review", "<id>", "--approve"),
    command("change", "review", "<id>", "--request-changes", "--body", "<text>"),
    command("issue", "new", "<title>"),
    "",
  ];
}

/** Whether a person has to approve an issue's change before it lands. */
export function needsApproval({ profile }: Workflow, issue: Issue): boolean {
  const { landing, autoLandLabel } = profile.completion;
  return landing === "after_approval" && (autoLandLabel === undefined || !issue.labels.includes(autoLandLabel));
}

/** What work may use up, a line per scope. */
function budgetReport({ budget, agent }: Workflow): string[] {
  const { tokens, costUsd, modelCalls, turns = null, wallMs } = budget.run;
  const time = Math.min(wallMs ?? agent.runTimeoutMs, agent.runTimeoutMs);
  const run: Limits = { tokens, costUsd, modelCalls, turns, wallMs: time, sessions: null };
  const scopes = [
    ["run", run],
    ["issue", budget.issue],
    ["day", budget.day],
    ["workflow", budget.workflow],
  ] as const;
  return scopes.flatMap(([scope, limits = NO_LIMITS]) => {
    const words = BUDGET_COUNTS.flatMap((count) => {
      const limit = limits[count];
      if (limit === null) return [];
      const since = scope === "issue" && count === "sessions" ? " since a person last acted" : "";
      return [`${limitWords(count, limit)}${since}`];
    });
    return words.length === 0 ? [] : [`${scope}: ${words.join(", ")}`];
  });
}
