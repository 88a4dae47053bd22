/** What was found and kept; empty where there was nothing. */
export interface Salvaged {
  readonly branch: string;
  /** The commit that the patch applies to. */
  readonly head: string;
  readonly commits: number;
  readonly changed: readonly string[];
  readonly copied: readonly string[];
  /** Untracked files over the limits. */
  readonly skipped: readonly string[];
  /** What could not be kept, and why. */
  readonly notes: readonly string[];
}

const MAX_LISTED = 500;

/** What lies in a salvage folder and how to get it back, in Markdown. Pure. */
export function salvageReadme(salvaged: Salvaged): string {
  const { branch, head, commits, changed, copied, skipped, notes } = salvaged;
  const parts = [
    `# Salvage of ${branch}`,
    `Kept before the workspace was removed. Work in a clone of the repository, where \`git fetch\` is up to date.`,
  ];
  if (commits > 0) {
    parts.push(
      `## commits.bundle: ${commits} commits that no branch of the remote had`,
      "```sh\ngit bundle list-heads commits.bundle\ngit fetch commits.bundle '+refs/*:refs/salvage/*'\ngit log --all --not --remotes\n```",
      `The host's own branch is \`refs/salvage/heads/${branch}\`; branches, stash and HEAD of the workspace's own \`.git\` are below \`refs/salvage/agent/\`.`,
    );
  }
  if (changed.length > 0) {
    parts.push(
      "## changes.patch: tracked files that were changed and not committed",
      `\`\`\`sh\ngit checkout --detach ${head}\ngit apply --binary changes.patch\n\`\`\``,
      list(changed),
    );
  }
  if (copied.length > 0) {
    parts.push(
      "## untracked.tar: files that Git did not know and did not ignore",
      "```sh\ntar -xf untracked.tar\n```",
      list(copied),
    );
  }
  if (skipped.length > 0) parts.push("## Not kept: too large, or too many", list(skipped));
  if (notes.length > 0) parts.push("## Not kept: not readable", list(notes));
  return `${parts.join("\n\n")}\n`;
}

function list(items: readonly string[]): string {
  const lines = items.slice(0, MAX_LISTED).map((item) => `- ${item.replace(/\s+/g, " ")}`);
  if (items.length > MAX_LISTED) lines.push(`- and ${items.length - MAX_LISTED} more`);
  return lines.join("\n");
}
