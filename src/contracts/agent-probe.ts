import { withDeadline } from "../base/abort.ts";
import { MaestroError, toMaestroError } from "../base/errors.ts";
import type { AgentProbe, AgentSession, SessionRequest, SessionStart } from "./agent-provider.ts";

/** Grace of the session's end, milliseconds. */
const STOP_GRACE_MS = 2_000;
/** Failures by which the program itself was not started. */
const NOT_STARTED: readonly string[] = ["agent_not_found"];

/** What is known of an agent that is looked at by a session with it. */
export interface ProbeParts {
  /** The program as it is named. */
  readonly program: string;
  /** Versions that its adapter was tested with: `1.2.x`, or `any`. */
  readonly tested: string;
  readonly start: (request: SessionRequest) => Promise<SessionStart>;
  /** Which login a session uses; asked when the session's folders stand. */
  readonly login: () => Promise<string | null>;
}

/** Starts a session, waits until it has seen its tools, and ends it without a word to its model. Never rejects; leaves no process. */
export async function probeBySession(
  parts: ProbeParts,
  asked: Omit<SessionRequest, "resume" | "baseline">,
): Promise<AgentProbe> {
  const request: SessionRequest = { ...asked, resume: null };
  const steps: Step[] = [];
  const { program, tested } = parts;
  const session = await timed(request, steps, "handshake", async () => {
    const start = await parts.start(request);
    if (start.ok) return { value: start.session, sentence: "The handshake was answered." };
    throw new MaestroError({ code: start.failure.kind, message: start.failure.sentence, facts: {} });
  });
  const first = steps[0];
  if (session === null && first !== undefined && isMissing(first)) steps[0] = { ...first, id: "program" };
  else steps.unshift({ id: "program", ok: true, ms: 0, sentence: `${program} was started.` });
  const version = session?.version ?? null;
  if (session !== null) {
    const sentence = `Version ${version ?? "unknown"}; tested: ${tested}.`;
    steps.push({ id: "version", ok: isTested(version, tested), ms: 0, sentence });
    await lookAtTools(request, steps);
    await end(request, steps, session);
  }
  const isStarted = steps[0]?.ok === true;
  const login = isStarted ? await parts.login().catch(() => null) : null;
  // A version that nobody tested is told, not refused: new ones come every week.
  const ok = steps.every((step) => step.ok || step.id === "version");
  return { ok, program: isStarted ? program : null, version, tested, login, steps: steps.map(withoutCode) };
}

/** A step with the code of what went wrong. */
type Step = AgentProbe["steps"][number] & { readonly code?: string };

function isMissing({ code = "" }: Step): boolean {
  return NOT_STARTED.includes(code);
}

function withoutCode({ id, ok, ms, sentence }: Step): AgentProbe["steps"][number] {
  return { id, ok, ms, sentence };
}

function isTested(version: string | null, tested: string): boolean {
  return tested === "any" || (version !== null && `${version}.`.startsWith(tested.replace(/x$/, "")));
}

async function lookAtTools(request: SessionRequest, steps: Step[]): Promise<void> {
  const { toolServer, tools } = request;
  const count = tools.length === 1 ? "1 tool" : `${tools.length} tools`;
  await timed(request, steps, "tools", async () => {
    if (toolServer?.listed === undefined)
      return { value: true, sentence: `${count} were given over its own protocol.` };
    await toolServer.listed;
    return { value: true, sentence: `It has read the list of ${count} from the run's tool server.` };
  });
}

async function end(request: SessionRequest, steps: Step[], session: AgentSession): Promise<void> {
  await timed(request, steps, "stop", async () => {
    await session.stop({ graceMs: STOP_GRACE_MS });
    const left = await request.runtime.liveMarkers(request.marker);
    if (left.length === 0) return { value: true, sentence: "It ended when it was asked to, with all its processes." };
    throw new MaestroError({ code: "process_left", message: `${left.length} of its processes live on.` });
  });
}

/** Carries a step out within the time of a start, and notes how it went; `null` when it failed. */
async function timed<T>(
  { clock, limits, signal }: SessionRequest,
  steps: Step[],
  id: string,
  work: () => Promise<{ readonly value: T; readonly sentence: string }>,
): Promise<T | null> {
  const began = clock.monotonic();
  const ms = (): number => Math.round(clock.monotonic() - began);
  try {
    const { value, sentence } = await withDeadline(clock, limits.startupMs, signal, work);
    steps.push({ id, ok: true, ms: ms(), sentence });
    return value;
  } catch (error) {
    const { code, message } = toMaestroError(error);
    const isLate = code === "deadline" && id === "tools";
    steps.push({
      id,
      ok: false,
      ms: ms(),
      sentence: isLate ? "It did not ask for the list of its tools." : message,
      code,
    });
    return null;
  }
}
