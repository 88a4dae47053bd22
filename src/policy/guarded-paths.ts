/** Folders and files that decide how changes are made, checked and reviewed; in lower case, folders with a slash at their end. */
const GUARDED: readonly string[] = [
  // Maestro's own: policy, profiles, prompts, plugins.
  ...[".maestro/", "profiles/"],
  // CI and rules of forges.
  ...[
    ".github/",
    ".gitlab/",
    ".gitlab-ci.yml",
    ".cnb.yml",
    ".cnb/",
    ".forgejo/",
    ".gitea/",
    ".circleci/",
    ".buildkite/",
  ],
  ...[".woodpecker/", ".woodpecker.yml", ".drone.yml", ".travis.yml", "jenkinsfile", "azure-pipelines.yml"],
  ...["bitbucket-pipelines.yml", "appveyor.yml", ".appveyor.yml"],
  // Hooks of Git and of agents.
  ...["hooks/", ".husky/", ".githooks/", ".pre-commit-config.yaml", "lefthook.yml", ".lefthook.yml", ".lefthook/"],
  ...[".agents/", ".claude/", ".codex/", ".gemini/", ".opencode/", "opencode.json"],
];
/** Names that count in every folder. */
const GUARDED_NAMES: readonly string[] = ["workflow.md", "codeowners"];

/**
 * Those of `files` that only a person may let in: the workflow file, profiles, hooks, CI, owners of code. `workflowFile` is the name of
 * the workflow's file, which need not be WORKFLOW.md.
 */
export function guardedPaths(files: readonly string[], workflowFile: string): readonly string[] {
  const names = [...GUARDED_NAMES, workflowFile.toLowerCase()];
  return files.filter((file) => {
    const path = file.toLowerCase().replace(/^\.\//, "");
    const name = path.slice(path.lastIndexOf("/") + 1);
    return names.includes(name) || GUARDED.some((guarded) => isUnder(path, guarded));
  });
}

function isUnder(path: string, guarded: string): boolean {
  return guarded.endsWith("/") ? path.startsWith(guarded) : path === guarded;
}
