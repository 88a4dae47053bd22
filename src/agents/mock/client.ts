import { toMaestroError } from "../../base/errors.ts";
import type { AgentFailure, SessionRequest, SessionStart } from "../../contracts/agent-provider.ts";
import type { RunningProcess } from "../../contracts/runtime.ts";
import { missingInShell, refusedStart } from "./missing-program.ts";
import type { HostMessage, MockOptions } from "./schema.ts";
import { chooseSteps } from "./script.ts";
import { MockSession } from "./session.ts";

/** Grace of a session that could not be started, milliseconds. */
const FAILED_START_GRACE_MS = 200;
/** Characters of standard error that tell why a start failed. */
const KEPT_STDERR = 4_096;

/** A program and its arguments. */
export interface Launch {
  readonly command: string;
  readonly args: readonly string[];
  /** Set when the program is a shell: the line that it is given. */
  readonly shellLine: string | null;
}

/** Starts the agent's process and waits until it says that it is ready. Never rejects; leaves nothing behind when it fails. */
export async function startSession(
  launch: Launch,
  options: MockOptions,
  request: SessionRequest,
): Promise<SessionStart> {
  if (request.signal.aborted) return refuse("turn_cancelled", "The session was called off before it began.");
  const early: string[] = [];
  let receive = (line: string): void => {
    early.push(line);
  };
  let stderr = "";
  let process: RunningProcess;
  try {
    process = await request.runtime.spawn({
      command: launch.command,
      args: launch.args,
      cwd: request.workspace,
      env: request.env,
      marker: request.marker,
      onLine: (line) => receive(line),
      onError: (text) => {
        stderr = `${stderr}${text}`.slice(-KEPT_STDERR);
        request.onEvent({ type: "stderr", text });
      },
    });
  } catch (error) {
    return { ok: false, failure: refusedStart(toMaestroError(error), launch.command) };
  }
  const session = new MockSession(process, request);
  receive = (line) => session.receive(line);
  for (const line of early) session.receive(line);
  const failure = await session.open(startMessage(options, request));
  if (failure === null) return { ok: true, session };
  await session.stop({ graceMs: FAILED_START_GRACE_MS });
  if (launch.shellLine === null || failure.kind !== "process_exit") return { ok: false, failure };
  return { ok: false, failure: missingInShell(launch.shellLine, await process.exited, stderr) ?? failure };
}

function startMessage(options: MockOptions, request: SessionRequest): Extract<HostMessage, { type: "start" }> {
  const identifier = request.env.MAESTRO_ISSUE_IDENTIFIER ?? request.title.split(": ")[0] ?? "";
  const run = Number(request.env.MAESTRO_RUN ?? "1");
  return {
    type: "start",
    version: 1,
    session: request.resume ?? request.marker,
    title: request.title,
    workspace: request.workspace,
    tools: request.tools.map(({ name, description, inputSchema }) => ({ name, description, inputSchema })),
    resume: request.resume,
    steps: [...chooseSteps(options, identifier, run)],
    log: options.log ?? null,
  };
}

function refuse(kind: AgentFailure["kind"], sentence: string): SessionStart {
  return { ok: false, failure: { kind, sentence, resetAt: null } };
}
