import { spawn } from "node:child_process";
import { systemCode } from "../../base/errors.ts";
import type { Clock, Timer } from "../../base/clock.ts";

/** How one process is run. */
export interface GitCall {
  readonly args: readonly string[];
  /** The whole environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Its standard input; without, there is none. */
  readonly input: string | undefined;
  /** Told to end when aborted; the call is over when it has ended. */
  readonly signal: AbortSignal;
  readonly clock: Clock;
}

/** How it ended. */
export interface GitEnd {
  /** `null` when a signal ended it, or when there is no program to start. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** There is no Git. */
  readonly isMissing: boolean;
}

/** Most bytes that a command may say; one that says more is ended. */
const MAX_OUTPUT = 256 * 1024 * 1024;
/** What a command that is told to end gets before it is killed, milliseconds. */
const GRACE_MS = 5_000;

/** Runs Git once. Rejects only with what the system says to such a start at all, e.g. to arguments that are too long. */
export function runGit({ args, env, input, signal, clock }: GitCall): Promise<GitEnd> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve({ code: null, stdout: "", stderr: "", isMissing: false });
    const child = spawn("git", [...args], { cwd: "/", env, stdio: ["pipe", "pipe", "pipe"] });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    let bytes = 0;
    let failure: Error | null = null;
    let kill: Timer | undefined;
    const end = (): void => {
      child.kill("SIGTERM");
      kill ??= clock.setTimer(GRACE_MS, () => child.kill("SIGKILL"));
    };
    const take = (into: Buffer[]) => (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > MAX_OUTPUT) end();
      else into.push(chunk);
    };
    child.stdout.on("data", take(stdout));
    child.stderr.on("data", take(stderr));
    // A command need not read its input; its exit code tells whether it missed it.
    child.stdin.on("error", () => undefined);
    child.stdin.end(input);
    child.on("error", (error) => {
      failure ??= error;
    });
    signal.addEventListener("abort", end, { once: true });
    child.once("close", (code) => {
      signal.removeEventListener("abort", end);
      kill?.cancel();
      resolve({
        code: failure === null && bytes <= MAX_OUTPUT ? code : null,
        stdout: Buffer.concat(stdout).toString("utf8"),
        stderr: Buffer.concat(stderr).toString("utf8") || (failure?.message ?? ""),
        isMissing: failure !== null && systemCode(failure) === "ENOENT",
      });
    });
  });
}
