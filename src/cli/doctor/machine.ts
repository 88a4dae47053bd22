import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { systemCode } from "../../base/errors.ts";
import { packagePath } from "../../base/package-path.ts";
import { type Check, fail, ok, type Section, warn } from "./check.ts";

/** The first Git with what the host's own git dirs need. */
const LEAST_GIT = "2.38";
const PROGRAM_LIMIT_MS = 5_000;

/** What Maestro itself is started with and calls. */
export const machine: Section = {
  id: "machine",
  title: "This machine",
  checks: async () => [
    checkSystem(),
    checkNode(),
    await checkGit(),
    ...(await Promise.all([
      checkProgram("sh", ["-c", "true"], "Hooks and declared checks are run by it."),
      checkProgram("bash", ["-c", "true"], "Agents that are given as a shell line are started by it."),
      ...(process.platform === "linux"
        ? []
        : [checkProgram("ps", ["-o", "pid=", "-p", "1"], "Processes are found with it.")]),
    ])),
  ],
};

function checkSystem(): Check {
  const { platform, arch } = process;
  if (platform === "linux") return ok("system", `Linux on ${arch}`);
  if (platform !== "darwin") {
    return fail("system", "unsupported_system", `${platform} is not supported`, "Use Linux, macOS, or WSL 2.");
  }
  const mend = "Nothing is lost by it; a machine with Linux finds every process.";
  return warn("system", "macOS: a process that hides its environment may outlive its run", mend);
}

function checkNode(): Check {
  const found = process.versions.node;
  const needed = leastNode();
  return isAtLeast(found, needed)
    ? ok("node", `Node ${found}`)
    : fail("node", "unsupported_node", `Node ${found} is too old`, `Install Node ${needed} or newer.`);
}

/** What package.json states, e.g. `>=20.19`. */
function leastNode(): string {
  const text = readFileSync(packagePath("package.json"), "utf8");
  return /"node":\s*">=([\d.]+)"/.exec(text)?.[1] ?? "20.19";
}

async function checkGit(): Promise<Check> {
  const { code, out } = await run("git", ["--version"]);
  const mend = `Install Git ${LEAST_GIT} or newer.`;
  if (code !== 0) return fail("git", "git_missing", "Git is not installed, or does not start", mend);
  const found = /(\d+\.\d+(?:\.\d+)?)/.exec(out)?.[1];
  if (found === undefined) return warn("git", `Git does not say which it is: ${out.trim()}`, mend);
  return isAtLeast(found, LEAST_GIT)
    ? ok("git", `Git ${found}`)
    : fail("git", "git_missing", `Git ${found} is too old`, mend);
}

async function checkProgram(name: string, args: readonly string[], why: string): Promise<Check> {
  const { code } = await run(name, args);
  return code === 0
    ? ok(name, `${name} starts`)
    : fail(name, "program_missing", `${name} does not start. ${why}`, `Install ${name} where PATH finds it.`);
}

function run(
  program: string,
  args: readonly string[],
): Promise<{ readonly code: number | null; readonly out: string }> {
  return new Promise((resolve) => {
    execFile(program, args, { timeout: PROGRAM_LIMIT_MS }, (error, out) => {
      const isThere = error === null || systemCode(error) === undefined;
      resolve({ code: error === null ? 0 : isThere ? 1 : null, out });
    });
  });
}

/** Whether a version is not older than another; missing parts count as 0. */
export function isAtLeast(version: string, least: string): boolean {
  const [found, needed] = [version, least].map((text) => text.split(".").map(Number));
  for (const [at, part] of (needed ?? []).entries()) {
    const here = found?.[at] ?? 0;
    if (here !== part) return here > part;
  }
  return true;
}
