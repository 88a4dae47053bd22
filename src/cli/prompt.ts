import { silentLog } from "../base/log.ts";
import { SecretRegistry } from "../base/redact.ts";
import type { Issue } from "../model/issue.ts";
import type { Answer } from "../model/question.ts";
import type { RunPurpose } from "../model/run.ts";
import { toolsOfRun } from "../model/run-tools.ts";
import type { Resumption } from "../model/session.ts";
import type { Workflow } from "../model/workflow.ts";
import { createToolbox } from "../tools/index.ts";
import { renderPrompt, renderResumption } from "../workflow/index.ts";
import type { App, Project } from "./app.ts";

/** A run that has not been started. */
export interface PlannedRun {
  readonly issue: Issue;
  readonly number: number;
  readonly purpose: RunPurpose;
  readonly attempt: number | null;
  readonly feedback: string | null;
  readonly branch: string | null;
  readonly workspace: string | null;
  /** What it builds on; absent for a first run. */
  readonly resumption?: Resumption;
  readonly answer?: Answer | null;
  /** What people said since the run before, and what its agent recorded last, in words. */
  readonly words?: string | null;
  readonly checkpoint?: string | null;
}

/** The prompt that a run would begin with, in its agent's old session when it has one to resume. Throws `template_render_error`, `unsupported_tool`, and the codes of plugins. */
export async function promptOf(app: App, project: Project, workflow: Workflow, run: PlannedRun): Promise<string> {
  const { issue, number, purpose, attempt, feedback, branch, workspace, resumption, answer = null } = run;
  const { words = null, checkpoint = null } = run;
  const more = async () => (await app.workflowInput(project)).kinds.tools;
  const toolbox = createToolbox({ secrets: new SecretRegistry(), clock: app.clock, log: silentLog, more });
  const names = toolsOfRun(workflow, issue.state, purpose);
  await toolbox.load(names);
  const input = {
    issue,
    attempt,
    retryKind: purpose === "first" ? null : purpose,
    feedback,
    lane: { branch, ...(workspace === null ? {} : { workspace }) },
    tools: toolbox.descriptors(names),
    run: { number, purpose },
    ...{ earlier: resumption?.earlier ?? null, answer, words, checkpoint },
  };
  if (resumption === undefined || resumption.session === null) return renderPrompt(workflow, input);
  return renderResumption(workflow, { ...input, interrupted: resumption.interrupted });
}
