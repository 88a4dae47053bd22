import { withDeadline } from "../base/abort.ts";
import { type MaestroError, toMaestroError } from "../base/errors.ts";
import type { AgentFailure, SessionRequest } from "./agent-provider.ts";
import type { ProcessExit, RunningProcess, SpawnSpec } from "./runtime.ts";

/** What a shell ends with when it does not find a command. */
const NOT_FOUND = 127;
/** `bash: line 1: name: command not found`, and for a path `bash: line 1: /path: No such file or directory`. */
const COMPLAINT = /([^\s:][^:\n]*): (?:command not found|not found|No such file or directory)$/gm;
/** Characters of standard error that tell why a start failed. */
const KEPT_STDERR = 4_096;
/** Characters of its last line that are told, and of the program with its arguments. */
const LONGEST_COMPLAINT = 300;
const LONGEST_PROGRAM = 80;
/** What the runtime gets beyond the grace for killing and reaping the tree, milliseconds. */
const KILL_LIMIT_MS = 10_000;

/** A program and its arguments. */
export interface Launch {
  readonly command: string;
  readonly args: readonly string[];
  /** Set when the program is a shell: the line that it is given. */
  readonly shellLine: string | null;
  /** The whole environment. */
  readonly env: Readonly<Record<string, string>>;
  /** The key that says where the program is, for the mend. Default `agent_provider.options.command`. */
  readonly option?: string;
}

/** The program of an agent's command, for what is asked of it beside sessions; of a shell line the first word. */
export function programIn(command: string | readonly string[]): string {
  return (typeof command === "string" ? command.trim().split(/\s+/)[0] : command[0]) ?? "";
}

/**
 * What a `command` option starts: a list is a program with arguments, a text a line for a login shell, as Symphony has it (S-171). `more` arguments
 * stand behind either; without them a line is run as it stands.
 */
export function launchOf(
  command: string | readonly string[],
  env: Readonly<Record<string, string>>,
  more: readonly string[] = [],
): Omit<Launch, "option"> {
  if (typeof command === "string") {
    const line = `${afterProfile(env)}\n${command}${more.length === 0 ? "" : ' "$@"'}`;
    const given = more.length === 0 ? [] : ["agent", ...more];
    return { command: "bash", args: ["-lc", line, ...given], shellLine: command, env };
  }
  const [first = "", ...args] = command;
  return { command: first, args: [...args, ...more], shellLine: null, env };
}

/** Names that a shell sets itself, or that the runtime adds. */
const SHELL_NAMES = ["PATH", "PWD", "OLDPWD", "SHLVL", "_", "MAESTRO_PROCESS_MARKER"];

/**
 * What a login shell does before its line: the host's PATH comes first again, and whatever the profiles exported beside the environment that
 * was given (a tracker's token, say) is taken out.
 */
function afterProfile(env: Readonly<Record<string, string>>): string {
  const names = [...Object.keys(env), ...SHELL_NAMES].filter((name) => /^\w+$/.test(name)).join("|");
  const path = env.PATH === undefined ? "" : `export PATH=${quoted(env.PATH)}:"$PATH"; `;
  // One that is read-only cannot be unset, but kept from children.
  const others = `case $maestro_each in ${names}) ;; *) unset "$maestro_each" || export -n "$maestro_each" ;; esac`;
  return `${path}for maestro_each in $(compgen -e); do ${others}; done 2>/dev/null`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** An agent's process before anybody talks with it. */
export interface LaunchedAgent {
  readonly process: RunningProcess;
  /** Delivers its lines, also those that came before. Call it once. */
  listen(onLine: (line: string) => void): void;
  /** Why it ended before it was ready, in words that tell a missing program from any other end. */
  explainExit(exit: ProcessExit): AgentFailure;
}

/** Starts an agent's program within the time of a start. Standard error goes to the request's events. Never rejects. */
export async function launchAgent(
  launch: Launch,
  request: SessionRequest,
): Promise<
  { readonly ok: true; readonly agent: LaunchedAgent } | { readonly ok: false; readonly failure: AgentFailure }
> {
  if (request.signal.aborted) {
    return { ok: false, failure: failure("turn_cancelled", "The session was called off before it began.") };
  }
  const early: string[] = [];
  let receive = (line: string): void => void early.push(line);
  let stderr = "";
  try {
    const process = await spawnInTime(request, {
      ...{
        command: launch.command,
        args: launch.args,
        cwd: request.workspace,
        env: launch.env,
        marker: request.marker,
      },
      onLine: (line) => receive(line),
      onError: (text) => {
        stderr = `${stderr}${text}`.slice(-KEPT_STDERR);
        request.onEvent({ type: "stderr", text });
      },
    });
    const listen = (onLine: (line: string) => void): void => {
      receive = onLine;
      for (const line of early.splice(0)) onLine(line);
    };
    return { ok: true, agent: { process, listen, explainExit: (exit) => explain(launch, exit, stderr) } };
  } catch (error) {
    return { ok: false, failure: refusedStart(toMaestroError(error), launch, request) };
  }
}

/** A process that comes too late for that is ended when it comes. Throws what the runtime throws, `deadline` and `aborted`. */
async function spawnInTime({ runtime, clock, limits, signal }: SessionRequest, spec: SpawnSpec) {
  const spawning = runtime.spawn(spec);
  try {
    return await withDeadline(clock, limits.startupMs, signal, () => spawning);
  } catch (error) {
    void spawning.then(
      (process) => process.kill({ graceMs: 0 }),
      // There is none.
      () => undefined,
    );
    throw error;
  }
}

/**
 * Ends an agent's process and everything that it started: first what its protocol has for that (`goodbye`, half of the grace), then
 * signals. Bounded; never rejects.
 */
export async function endAgent(
  process: RunningProcess,
  request: SessionRequest,
  graceMs: number,
  goodbye: () => Promise<void>,
): Promise<void> {
  const { clock, log, marker } = request;
  try {
    await withDeadline(clock, graceMs + KILL_LIMIT_MS, undefined, async () => {
      await withDeadline(clock, graceMs / 2, undefined, async () => {
        await goodbye();
        process.endInput();
        await process.exited;
      }).catch(() => {
        // It does not listen any more; it is killed next.
      });
      await process.kill({ graceMs: graceMs / 2 });
      await process.exited;
    });
  } catch (error) {
    log.error("an agent could not be ended", { marker, error: toMaestroError(error) });
  }
}

/** The end of a process in words. */
export function exitSentence(exit: ProcessExit): string {
  return `The agent's process ended ${howOf(exit)} before its turn was over.`;
}

function howOf({ code, signal }: ProcessExit): string {
  return signal === null ? `with exit code ${code}` : `by ${signal}`;
}

/** Why the system did not start the agent's program. Nothing but the program itself makes it a missing agent. */
function refusedStart(
  { code, facts, retryable, message }: MaestroError,
  launch: Launch,
  { limits }: SessionRequest,
): AgentFailure {
  if (code === "aborted") return failure("turn_cancelled", "The session was called off before it began.");
  if (code === "deadline") {
    return failure("startup_timeout", `The agent's program was not started within ${limits.startupMs} ms.`);
  }
  const isProgram = code === "spawn_failed" && !retryable && (facts.fault ?? "program") === "program";
  if (!isProgram) return failure("process_exit", `The agent could not be started: ${message}`);
  if (facts.errno === "ENOENT") return missing(launch.command, launch);
  return failure("agent_not_found", `${message} ${mend(launch)}`);
}

function explain(launch: Launch, exit: ProcessExit, stderr: string): AgentFailure {
  if (launch.shellLine === null || exit.code !== NOT_FOUND) {
    const program = launch.shellLine ?? [launch.command, ...launch.args].join(" ");
    const last = stderr.trim().split("\n").at(-1)?.trim().slice(0, LONGEST_COMPLAINT) ?? "";
    const said = last === "" ? "" : ` It said: ${last}`;
    const named = program.length <= LONGEST_PROGRAM ? program : launch.command;
    return failure("process_exit", `"${named}" ended ${howOf(exit)} before it was ready.${said}`);
  }
  // The last one: what a login shell reads first may have complained too.
  return missing([...stderr.matchAll(COMPLAINT)].at(-1)?.[1] ?? launch.shellLine, launch);
}

function missing(program: string, launch: Launch): AgentFailure {
  return failure("agent_not_found", `There is no program "${program}". ${mend(launch)}`);
}

function mend({ option = "agent_provider.options.command" }: Launch): string {
  return `Install it where the agent's PATH finds it, or set ${option}.`;
}

function failure(kind: AgentFailure["kind"], sentence: string): AgentFailure {
  return { kind, sentence, resetAt: null };
}
