import { type Launch, launchAgent } from "../../contracts/agent-launch.ts";
import type { SessionRequest, SessionStart } from "../../contracts/agent-provider.ts";
import type { HostMessage, MockOptions } from "./schema.ts";
import { chooseSteps } from "./script.ts";
import { MockSession } from "./session.ts";

/** Grace of a session that could not be started, milliseconds. */
const FAILED_START_GRACE_MS = 200;

/** Starts the agent's process and waits until it says that it is ready. Never rejects; leaves nothing behind when it fails. */
export async function startSession(
  launch: Launch,
  options: MockOptions,
  request: SessionRequest,
): Promise<SessionStart> {
  const launched = await launchAgent(launch, request);
  if (!launched.ok) return launched;
  const session = new MockSession(launched.agent, request);
  const failure = await session.open(startMessage(options, request));
  if (failure === null) return { ok: true, session };
  await session.stop({ graceMs: FAILED_START_GRACE_MS });
  return { ok: false, failure };
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
    steps: [...chooseSteps(options, identifier, run, request.tools)],
    log: options.log ?? null,
  };
}
