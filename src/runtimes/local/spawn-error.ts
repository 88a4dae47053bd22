import { stat } from "node:fs/promises";
import { MaestroError, systemCode } from "../../base/errors.ts";

/** What a start is judged by. Arguments and environment may hold secrets, and the system's own error quotes them: all that stays out of ours. */
export interface StartFacts {
  readonly command: string;
  readonly cwd: string;
  readonly marker: string;
}

/** The system was short of something that comes back. */
const PASSING = ["EAGAIN", "EMFILE", "ENFILE", "ENOMEM"];

/**
 * Throws `spawn_failed` for what the system would report misleadingly: a missing working directory looks like a missing program.
 */
export async function refuseSpawn(start: StartFacts): Promise<void> {
  if (!/^[A-Za-z0-9._-]+$/.test(start.marker)) {
    throw failure(
      start,
      "marker",
      "EINVAL",
      `the marker "${start.marker}" has other characters than letters, digits and ._-`,
    );
  }
  const errno = await directoryProblem(start.cwd);
  if (errno !== undefined)
    throw failure(start, "directory", errno, `the working directory ${start.cwd} ${describe(errno)}`);
}

/** The `spawn_failed` for what the system answered; its facts are `errno`, `fault`, `command` and `cwd`. */
export function spawnError(start: StartFacts, error: unknown): MaestroError {
  const errno = systemCode(error) ?? "UNKNOWN";
  return failure(start, "program", errno, `the program ${start.command} ${describe(errno)}`);
}

/** `fault` tells what the error is about: a missing folder is no missing program. */
function failure(
  start: StartFacts,
  fault: "program" | "directory" | "marker",
  errno: string,
  problem: string,
): MaestroError {
  return new MaestroError({
    code: "spawn_failed",
    message: `Cannot start ${start.command}: ${problem}.`,
    retryable: PASSING.includes(errno),
    hint: fault === "program" ? HINTS[errno] : undefined,
    facts: { errno, fault, command: start.command, cwd: start.cwd },
  });
}

function describe(errno: string): string {
  return WORDS[errno] ?? `was refused by the system (${errno})`;
}

const WORDS: Readonly<Record<string, string>> = {
  ENOENT: "does not exist",
  ENOTDIR: "is not a directory",
  EACCES: "may not be used: permission denied",
  E2BIG: "was given too many arguments or too large an environment",
  EAGAIN: "cannot be started: too many processes",
  EMFILE: "cannot be started: too many open files",
  ERR_INVALID_ARG_VALUE: "was given an argument or variable that holds a NUL character",
};

const HINTS: Readonly<Record<string, string>> = {
  ENOENT: "Check the name, whether it is installed, and the PATH that it is started with.",
  EACCES: "Check the permissions (chmod +x for a program).",
  EAGAIN: "Raise the limit of processes (ulimit -u) or run fewer agents at once.",
  EMFILE: "Raise the limit of open files (ulimit -n) or run fewer agents at once.",
};

async function directoryProblem(path: string): Promise<string | undefined> {
  try {
    return (await stat(path)).isDirectory() ? undefined : "ENOTDIR";
  } catch (error) {
    return systemCode(error) ?? "UNKNOWN";
  }
}
