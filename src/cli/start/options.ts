import { type Command, Option } from "commander";
import { secondsAsMs, wholeNumber } from "../option-values.ts";
import type { Workflow } from "../../model/workflow.ts";
import { usageError } from "../problem.ts";
import { withTarget } from "../target.ts";

/** How a service is asked for on the command line. */
export interface StartOptions {
  readonly port?: number;
  readonly host?: string;
  readonly logsRoot?: string;
  readonly verbose?: boolean;
  readonly once?: boolean;
  readonly dryRun?: boolean;
  readonly issue?: string;
  /** Milliseconds, although the option is in seconds. */
  readonly pollIntervalS?: number;
  readonly json?: boolean;
  readonly iUnderstandThatThisWillBeRunningWithoutTheUsualGuardrails?: boolean;
}

/** Adds the options of everything that starts a service. */
export function withStartOptions(command: Command): Command {
  return withTarget(command)
    .option("--port <n>", "serve page and API on this port; 0 takes any free one", wholeNumber(0, 65_535))
    .option("--host <address>", "address to serve on (default: 127.0.0.1)")
    .option("--logs-root <dir>", "folder for logs/maestro.log (default: the state directory)")
    .option("--verbose", "print the log on stderr too")
    .option("--issue <id>", "start no other issue than this one")
    .option("--dry-run", "only print what would be started, and why")
    .option("--json", "print a document (with --once and --dry-run)")
    .addOption(new Option(GUARDRAILS, "needed by profiles that leave everything to the tracker, such as symphony"));
}

/** Needed by a profile that leaves everything to the tracker; accepted, and not needed, where the guardrails are kept. */
const GUARDRAILS = "--i-understand-that-this-will-be-running-without-the-usual-guardrails";

/** Adds `--once`. */
export function withOnce(command: Command): Command {
  return command.option("--once", "poll once, see what it starts through, then end");
}

/** Adds `--poll-interval-s`. */
export function withPollInterval(command: Command): Command {
  return command.option("--poll-interval-s <n>", "seconds between two polls, instead of the workflow's", secondsAsMs);
}

/** Throws `usage` for a workflow that keeps no guardrails when nobody has said that this is understood. */
export function checkGuardrails({ profile }: Workflow, options: StartOptions): void {
  if (profile.unguarded === undefined || options.iUnderstandThatThisWillBeRunningWithoutTheUsualGuardrails) return;
  const list = profile.unguarded.notEnforced.map((sentence) => `\n- ${sentence}`).join("");
  throw usageError(
    `The profile ${profile.kind} runs without the usual guardrails:${list}`,
    `say that you understand that with ${GUARDRAILS}, or name a profile such as coding_pr_delivery in workflow.profile.kind.`,
  );
}

/** Throws `usage` for options that contradict each other. */
export function checkOptions(options: StartOptions): void {
  if (options.json && !options.once && !options.dryRun) {
    throw usageError("--json needs --once or --dry-run.", "A running service is read with `maestro status --json`.");
  }
}
