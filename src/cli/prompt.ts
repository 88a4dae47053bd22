import { silentLog } from "../base/log.ts";
import { SecretRegistry } from "../base/redact.ts";
import type { Issue } from "../model/issue.ts";
import type { RunPurpose } from "../model/run.ts";
import type { Workflow } from "../model/workflow.ts";
import { createToolbox } from "../tools/index.ts";
import { renderPrompt } from "../workflow/index.ts";
import type { App } from "./app.ts";

/** A run that has not been started. */
export interface PlannedRun {
  readonly issue: Issue;
  readonly number: number;
  readonly purpose: RunPurpose;
  readonly attempt: number | null;
  readonly feedback: string | null;
  readonly branch: string | null;
  readonly workspace: string | null;
}

/** The prompt that a run would begin with. Throws `template_render_error`, `unsupported_tool`. */
export function promptOf({ clock }: App, workflow: Workflow, run: PlannedRun): string {
  const { issue, number, purpose, attempt, feedback, branch, workspace } = run;
  const toolbox = createToolbox({ secrets: new SecretRegistry(), clock, log: silentLog });
  return renderPrompt(workflow, {
    issue,
    attempt,
    retryKind: purpose === "first" ? null : purpose,
    feedback,
    lane: { branch, ...(workspace === null ? {} : { workspace }) },
    tools: toolbox.descriptors(workflow.profile.tools),
    run: { number, purpose },
  });
}
