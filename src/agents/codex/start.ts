import { toMaestroError } from "../../base/errors.ts";
import { type LaunchedAgent, launchAgent, launchOf } from "../../contracts/agent-launch.ts";
import type { AgentFailure, SessionRequest, SessionStart } from "../../contracts/agent-provider.ts";
import { findRepository, prepareHome, readGuidance, watchLogin } from "./home.ts";
import { commandOf } from "./options.ts";
import type { CodexOptions } from "./schema.ts";
import { CodexSession, type SessionPlace } from "./session.ts";
import { START_SETTINGS } from "./thread-settings.ts";

/** Grace of a session that could not be opened, milliseconds. */
const FAILED_START_GRACE_MS = 200;

/** A started program with what was found on its machine, or why there is none. */
type Launched =
  | ({ readonly ok: true; readonly agent: LaunchedAgent } & SessionPlace)
  | { readonly ok: false; readonly failure: AgentFailure };

/** Starts Codex and opens a thread. Never rejects; leaves no process behind when it fails. */
export async function startSession(options: CodexOptions, request: SessionRequest): Promise<SessionStart> {
  const launched = await launchCodex(options, request);
  if (!launched.ok) return launched;
  const { agent, ...place } = launched;
  const session = new CodexSession(agent, { ...place, request });
  const failure = await session.open();
  if (failure === null) return { ok: true, session };
  await session.stop({ graceMs: FAILED_START_GRACE_MS });
  return { ok: false, failure };
}

/** Starts the program with its state, its login and our settings. Never rejects. */
export async function launchCodex(options: CodexOptions, request: SessionRequest): Promise<Launched> {
  const command = commandOf(options);
  try {
    const env = await prepareHome(request);
    const place = {
      hasRepository: await findRepository(request),
      login: await watchLogin(request.runtime, env),
      options: options.trust_repository === true ? options : withGuidance(options, await readGuidance(request)),
    };
    // A shell line stands as it is written (S-171); what can be said to the thread is said there.
    const line = typeof command === "string" ? command : [...command, ...START_SETTINGS];
    const launched = await launchAgent(launchOf(line, env), request);
    return launched.ok ? { ...launched, ...place } : launched;
  } catch (error) {
    const sentence = `What Codex needs could not be made ready: ${toMaestroError(error).message}`;
    return { ok: false, failure: { kind: "process_exit", sentence, resetAt: null } };
  }
}

function withGuidance(options: CodexOptions, guidance: string | null): CodexOptions {
  if (guidance === null) return options;
  const { developer_instructions: own } = options;
  return { ...options, developer_instructions: own === undefined ? guidance : `${own}\n\n${guidance}` };
}
