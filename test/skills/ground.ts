import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { execa } from "execa";
import { onTestFinished } from "vitest";

/** A folder of its own, away when the test is over. */
export function newFolder(): string {
  const path = mkdtempSync(join(tmpdir(), "maestro-skill-"));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

const WHO = {
  GIT_AUTHOR_NAME: "Test",
  GIT_AUTHOR_EMAIL: "t@localhost",
  GIT_COMMITTER_NAME: "Test",
  GIT_COMMITTER_EMAIL: "t@localhost",
};
const ENV = { ...WHO, GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_NOSYSTEM: "1", LC_ALL: "C" };

/** How a script ended. */
export interface Said {
  readonly code: number | undefined;
  /** Both streams. */
  readonly text: string;
}

/** Runs a program there; its exit code is an answer. */
export async function say(cwd: string, program: string, ...args: readonly string[]): Promise<Said> {
  const { exitCode, all } = await execa(program, args, { cwd, env: ENV, all: true, reject: false, stdin: "ignore" });
  return { code: exitCode, text: all };
}

/** Runs a skill's script, by `<skill>/<script>`. */
export function script(cwd: string, name: string, ...args: readonly string[]): Promise<Said> {
  const [skill = "", file = ""] = name.split("/");
  return say(cwd, resolve("skills", skill, "scripts", file), ...args);
}

/** Runs Git, which must succeed. */
export async function git(cwd: string, ...args: readonly string[]): Promise<string> {
  const { code, text } = await say(cwd, "git", "-c", "init.defaultBranch=main", ...args);
  if (code !== 0) throw new Error(`git ${args.join(" ")}: ${text}`);
  return text;
}
