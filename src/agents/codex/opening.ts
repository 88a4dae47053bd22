import { withDeadline } from "../../base/abort.ts";
import { isMaestroError, MaestroError, toMaestroError } from "../../base/errors.ts";
import type { JsonValue } from "../../base/json.ts";
import type { LaunchedAgent } from "../../contracts/agent-launch.ts";
import type { AgentFailure, SessionRequest } from "../../contracts/agent-provider.ts";
import type { CodexClient } from "./client.ts";
import { validateThreadOpened } from "./schema.gen.ts";
import type { CodexOptions } from "./schema.ts";
import { channelOf, dynamicTools, threadParameters } from "./thread-settings.ts";

/** Codex's code for a request that it does not carry out, e.g. because a thread is not there. */
const REFUSED = -32_600;

/** A thread that is ready for turns. */
export interface OpenThread {
  readonly id: string;
  readonly model: string | null;
  readonly version: string | null;
  readonly resumed: boolean;
  /** Why the session that was to be resumed was not. */
  readonly lost: string | null;
}

/**
 * Shakes hands and opens the thread of a session: the one to resume, else a new one, named after the issue. Takes no longer than a start
 * may. Throws `startup_timeout` and what `CodexClient.ask` throws.
 */
export async function openThread(
  client: CodexClient,
  options: CodexOptions,
  request: SessionRequest,
): Promise<OpenThread> {
  const { clock, limits, signal, title } = request;
  const open = async (inner: AbortSignal): Promise<OpenThread> => {
    const version = await client.greet(inner);
    const thread = { version, ...(await resumeOrStart(client, options, request, inner)) };
    // Its name is for people who look at Codex's own list; a session is as good without it.
    await client.ask("thread/name/set", { threadId: thread.id, name: title }, inner).catch((error: unknown) => {
      if (!isMaestroError(error) || error.code !== "rpc_error") throw error;
      request.log.warn("a thread of Codex has no name", { error: toMaestroError(error) });
    });
    return thread;
  };
  try {
    return await withDeadline(clock, limits.startupMs, signal, open);
  } catch (error) {
    if (!isMaestroError(error) || error.code !== "deadline") throw error;
    const message = `Codex was not ready within ${limits.startupMs} ms.`;
    throw new MaestroError({ code: "startup_timeout", message });
  }
}

async function resumeOrStart(
  client: CodexClient,
  options: CodexOptions,
  request: SessionRequest,
  signal: AbortSignal,
): Promise<Omit<OpenThread, "version">> {
  const parameters = threadParameters(options, request);
  let lost: string | null = null;
  if (request.resume !== null) {
    try {
      const params = { ...parameters, threadId: request.resume, excludeTurns: true };
      return { ...threadIn(await client.ask("thread/resume", params, signal)), resumed: true, lost };
    } catch (error) {
      if (!isMaestroError(error) || error.facts.code !== REFUSED) throw error;
      lost = error.message;
    }
  }
  const tools = channelOf(options, request) === "dynamic" ? dynamicTools(request) : {};
  return { ...threadIn(await client.ask("thread/start", { ...parameters, ...tools }, signal)), resumed: false, lost };
}

function threadIn(answer: JsonValue): Pick<OpenThread, "id" | "model"> {
  if (validateThreadOpened(answer)) return { id: answer.thread.id, model: answer.model ?? null };
  throw new MaestroError({ code: "protocol", message: "Codex opened a thread without telling its id." });
}

/** Why a session could not be opened. */
export async function toStartFailure(error: unknown, agent: LaunchedAgent): Promise<AgentFailure> {
  const { code, message, facts } = toMaestroError(error);
  const failure = (kind: AgentFailure["kind"], sentence: string): AgentFailure => ({ kind, sentence, resetAt: null });
  switch (code) {
    case "startup_timeout":
    case "response_timeout":
      return failure(code, message);
    case "aborted":
      return failure("turn_cancelled", "The session was called off while it began.");
    case "rpc_error":
      return failure("protocol", `Codex refused ${String(facts.method)}: ${message}`);
    case "protocol":
      return failure("protocol", message);
    default:
      // Nobody reads or answers any more: the process has ended or is about to.
      return agent.explainExit(await agent.process.exited);
  }
}
