import { cp, mkdtemp, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { execa } from "execa";
import { MaestroError } from "./base/errors.ts";
import { makeFolder } from "./base/folder.ts";
import { exists } from "./base/presence.ts";
import { packagedFolder } from "./workflow/index.ts";

/** Git sees neither the user's nor the system's settings, so that the demo is the same everywhere. */
const GIT_ENVIRONMENT = {
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_AUTHOR_NAME: "Maestro demo",
  GIT_AUTHOR_EMAIL: "demo@example.invalid",
  GIT_COMMITTER_NAME: "Maestro demo",
  GIT_COMMITTER_EMAIL: "demo@example.invalid",
};
const GIT_DEADLINE_MS = 60_000;

/**
 * Makes the demo project of a template below `home`, once: sample code in a Git repository with a test, and three issues. Made beside its
 * place and renamed, so that a half-made one is never used. Returns its folder. Throws `git_missing`, `demo_failed`, `disk_full`.
 */
export async function makeDemo(home: string, alias: string): Promise<string> {
  const place = join(home, "demo", alias.replaceAll("/", "-"));
  if (await exists(place)) return place;
  await makeFolder(dirname(place));
  const draft = await mkdtemp(`${place}.`);
  try {
    const source = join(packagedFolder("templates"), "demo");
    await cp(join(source, "sample-code"), draft, { recursive: true });
    await git(draft, ["init", "--quiet", "--initial-branch=main"]);
    await git(draft, ["add", "--all"]);
    await git(draft, ["commit", "--quiet", "--message", "Sample code of the Maestro demo"]);
    await cp(join(source, "issues"), join(draft, ".maestro", "issues"), { recursive: true });
    await rename(draft, place);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    throw error;
  }
  return place;
}

async function git(cwd: string, args: readonly string[]): Promise<void> {
  const result = await execa("git", args, {
    cwd,
    env: GIT_ENVIRONMENT,
    timeout: GIT_DEADLINE_MS,
    reject: false,
    stdin: "ignore",
  });
  if (result.code === "ENOENT") {
    throw new MaestroError({
      code: "git_missing",
      message: "Git is not installed.",
      hint: "Install git 2.38 or newer.",
    });
  }
  if (result.exitCode !== 0) {
    throw new MaestroError({
      code: "demo_failed",
      message: `git ${args[0] ?? ""} failed while making the demo: ${result.stderr}`,
    });
  }
}
