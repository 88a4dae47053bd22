import { MaestroError } from "../base/errors.ts";

/** What a Git command that failed is judged by. */
export interface FailedCommand {
  readonly args: readonly string[];
  readonly code: number | null;
  readonly signal: string | null;
  readonly stderr: string;
  /** Whether it talked to the remote. */
  readonly remote: boolean;
}

const STDERR_KEPT = 2_000;

const FULL = /No space left on device|Disk quota exceeded|File too large|file write error/i;
const AUTH =
  /Authentication failed|could not read (?:Username|Password)|terminal prompts disabled|Permission denied \(|Host key verification failed|Access denied|invalid credentials|HTTP Basic|returned error: 40[13]|Repository not found|repository '[^']*' not found/i;
const UNREACHABLE =
  /Could not resolve|Connection (?:refused|timed out|reset|closed)|unable to (?:access|look up)|Could not read from remote repository|does not appear to be a git repository|repository '[^']*' does not exist|early EOF|hung up unexpectedly|No route to host|Network is unreachable|unable to connect|unexpected disconnect|returned error: (?:429|5\d\d)/i;

/** The MaestroError for a command that failed: `disk_full`, `git_auth`, `git_unreachable` or `git_failed`. Pure. */
export function gitFailure(failed: FailedCommand): MaestroError {
  const stderr = maskCredentials(failed.stderr.trim()).slice(-STDERR_KEPT);
  const args = failed.args.map(maskCredentials);
  const facts = { args, stderr, exit_code: failed.code, signal: failed.signal };
  const lastLine = stderr.split("\n").findLast((line) => line.trim() !== "") ?? `exit ${failed.code ?? failed.signal}`;
  const name = commandName(args);
  if (FULL.test(stderr)) {
    return new MaestroError({
      code: "disk_full",
      message: `git ${name} found no space left to write to.`,
      hint: "Free space on the volume that holds the project's state and workspaces.",
      facts,
    });
  }
  if (failed.remote && AUTH.test(stderr)) {
    return new MaestroError({
      code: "git_auth",
      message: `The remote refused access: ${lastLine}`,
      hint: hintOf(stderr),
      facts,
    });
  }
  if (failed.remote && UNREACHABLE.test(stderr)) {
    return new MaestroError({
      code: "git_unreachable",
      message: `The remote cannot be reached: ${lastLine}`,
      retryable: true,
      hint: "Check the address of the remote and the network; it is tried again.",
      facts,
    });
  }
  return new MaestroError({ code: "git_failed", message: `git ${name} failed: ${lastLine}`, facts });
}

function hintOf(stderr: string): string {
  if (/Host key verification failed/i.test(stderr))
    return "Maestro does not know the host's key: look at it once with `ssh`, or name a file with it in repo.ssh.known_hosts.";
  if (/Permission denied \(publickey/i.test(stderr))
    return "Name a key that the host lets in: repo.ssh: {auth: key, key: PATH}, or {auth: agent} for those of your SSH agent.";
  return "Check the address of the remote and the token that the workflow names for its forge.";
}

/** The Git command among arguments, behind any settings. Pure. */
export function commandName(args: readonly string[]): string {
  return args.find((arg) => /^[a-z][a-z-]*$/.test(arg)) ?? "";
}

/** A text without what stands between `://` and `@` in its URLs. Pure. */
export function maskCredentials(text: string): string {
  return text.replace(/(\b[a-z][a-z0-9+.-]*:\/\/)[^\s/@]+@/gi, "$1***@");
}

/** The lock file that kept a command from its work, or undefined when it failed for another reason. Pure. */
export function contendedLock(stderr: string): string | undefined {
  return /Unable to create '([^'\n]+\.lock)': File exists/.exec(stderr)?.[1];
}
