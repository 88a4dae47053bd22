import { join } from "node:path";
import type { Findings } from "./finding.ts";
import { addSchemaFindings, readLocated } from "./located-file.ts";
import { validateClientManifest, validateCodexManifest, validateHooksFile } from "./schema.gen.ts";
import type { PluginManifest } from "./schema.ts";

/** The manifests that single clients read, each with the shape that it must have. */
const MANIFESTS = [
  { file: ".codex-plugin/plugin.json", validate: validateCodexManifest },
  { file: ".claude-plugin/plugin.json", validate: validateClientManifest },
  { file: "gemini-extension.json", validate: validateClientManifest },
] as const;

/** Events that at least one of Codex, Claude Code and Gemini knows (their documentation, mid-2026). */
const EVENTS = [
  ...["PreToolUse", "PostToolUse", "PostToolUseFailure", "PostToolBatch", "PermissionRequest", "PermissionDenied"],
  ...["Notification", "UserPromptSubmit", "UserPromptExpansion", "SessionStart", "SessionEnd", "Setup", "Stop"],
  ...["StopFailure", "SubagentStart", "SubagentStop", "PreCompact", "PostCompact", "TeammateIdle", "TaskCreated"],
  ...["TaskCompleted", "Elicitation", "ElicitationResult", "ConfigChange", "InstructionsLoaded", "CwdChanged"],
  ...["FileChanged", "WorktreeCreate", "WorktreeRemove"],
];
const HOOKS = "hooks/hooks.json";

/** Whether the manifests of single clients say the same as the plugin's own one: names and versions that disagree are errors. */
export async function checkClientManifests(
  directory: string,
  manifest: PluginManifest,
  findings: Findings,
): Promise<void> {
  for (const { file, validate } of MANIFESTS) {
    const located = await readLocated(join(directory, file), file, findings);
    if (located === undefined) continue;
    const data: unknown = located.data;
    if (!validate(data)) {
      addSchemaFindings(located, validate.errors ?? [], findings);
      continue;
    }
    if (data.name !== manifest.name)
      findings.error(located.place(["name"]), `must be "${manifest.name}", as in plugin.json`);
    if (data.version !== undefined && data.version !== manifest.version) {
      findings.error(located.place(["version"]), `must be "${manifest.version ?? ""}", as in plugin.json`);
    }
  }
  await checkHooks(directory, findings);
}

async function checkHooks(directory: string, findings: Findings): Promise<void> {
  const located = await readLocated(join(directory, HOOKS), HOOKS, findings);
  if (located === undefined) return;
  const data: unknown = located.data;
  if (!validateHooksFile(data)) {
    addSchemaFindings(located, validateHooksFile.errors ?? [], findings);
    return;
  }
  for (const event of Object.keys(data.hooks)) {
    if (!EVENTS.includes(event)) findings.error(located.place(["hooks", event]), "is an event that no client knows");
  }
}
