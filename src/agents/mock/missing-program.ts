import type { MaestroError } from "../../base/errors.ts";
import type { AgentFailure } from "../../contracts/agent-provider.ts";
import type { ProcessExit } from "../../contracts/runtime.ts";

/** What a shell ends with when it does not find a command. */
const NOT_FOUND = 127;

/** `bash: line 1: name: command not found`, and for a path `bash: line 1: /path: No such file or directory`. */
const COMPLAINT = /([^\s:][^:\n]*): (?:command not found|not found|No such file or directory)$/gm;

/** Why the system did not start the agent's program. Nothing but the program itself makes it a missing agent. */
export function refusedStart(error: MaestroError, program: string): AgentFailure {
  const { code, facts, retryable, message } = error;
  const isProgram = code === "spawn_failed" && !retryable && (facts.fault ?? "program") === "program";
  if (!isProgram) return failure("process_exit", `The agent could not be started: ${message}`);
  return facts.errno === "ENOENT" ? missing(program) : failure("agent_not_found", `${message} ${MEND}`);
}

/** The failure of a shell line that ended without being ready because it names a program that is not there, else `null`. */
export function missingInShell(line: string, { code }: ProcessExit, stderr: string): AgentFailure | null {
  if (code !== NOT_FOUND) return null;
  // The last one: what a login shell reads first may have complained too.
  return missing([...stderr.matchAll(COMPLAINT)].at(-1)?.[1] ?? line);
}

const MEND = "Install it where the agent's PATH finds it, or set agent_provider.options.command.";

function missing(program: string): AgentFailure {
  return failure("agent_not_found", `There is no program "${program}". ${MEND}`);
}

function failure(kind: AgentFailure["kind"], sentence: string): AgentFailure {
  return { kind, sentence, resetAt: null };
}
