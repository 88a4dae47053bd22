import { withDeadline } from "../../base/abort.ts";
import { isMaestroError, MaestroError, toMaestroError } from "../../base/errors.ts";
import { METHOD_NOT_FOUND, RpcRefusal } from "../../base/json-rpc.ts";
import { endAgent, type LaunchedAgent } from "../../contracts/agent-launch.ts";
import type { AgentProbe, SessionRequest } from "../../contracts/agent-provider.ts";
import { CodexClient } from "./client.ts";
import { removeStubs } from "./home.ts";
import { toStartFailure } from "./opening.ts";
import { commandOf } from "./options.ts";
import { validateAccountRead, validateServerList, validateThreadOpened } from "./schema.gen.ts";
import type { CodexOptions } from "./schema.ts";
import { launchCodex } from "./start.ts";
import { channelOf, dynamicTools, threadParameters, TOOL_SERVER } from "./thread-settings.ts";

/** Versions that the tests of this adapter were run with. */
export const TESTED = "0.169.x";
const TESTED_VERSION = /^0\.169\./;
// Codex may still wait for a look at its login over the network.
const STOP_GRACE_MS = 20_000;

type Request = Omit<SessionRequest, "resume" | "baseline">;
type Step = AgentProbe["steps"][number] & { readonly code?: string };

/** What was found out so far. */
interface Findings {
  readonly steps: Step[];
  version: string | null;
  login: string | null;
}

/** Starts Codex, shakes hands, lets it list its tools and ends it, without asking a model anything. Never rejects. */
export async function probeCodex(options: CodexOptions, asked: Request): Promise<AgentProbe> {
  const request: SessionRequest = { ...asked, resume: null };
  const findings: Findings = { steps: [], version: null, login: null };
  const command = commandOf(options);
  const program = typeof command === "string" ? command : (command[0] ?? null);
  const launched = await timed(request, findings, "program", async () => {
    const result = await launchCodex(options, request);
    if (!result.ok) throw new MaestroError({ code: result.failure.kind, message: result.failure.sentence });
    return { value: result.agent, sentence: `${program} was started.` };
  });
  if (launched !== null) await examine(launched, options, request, findings);
  const { version, login } = findings;
  const missing = findings.steps.find(({ code }) => code === "agent_not_found");
  // A shell is always there; that the program in its line is not shows only with its end.
  const steps = missing === undefined ? findings.steps : [{ ...missing, id: "program" }];
  // A version that nobody tested is told, not refused: new ones come every week.
  const ok = steps.every((step) => step.ok || step.id === "version");
  const isStarted = launched !== null && missing === undefined;
  const told = steps.map(({ id, ok, ms, sentence }) => ({ id, ok, ms, sentence }));
  return { ok, program: isStarted ? program : null, version, tested: TESTED, login, steps: told };
}

/** Looks at what was started. */
async function examine(agent: LaunchedAgent, options: CodexOptions, request: SessionRequest, findings: Findings) {
  let isGone = false;
  void agent.process.exited.then(() => {
    isGone = true;
  });
  const client = new CodexClient(agent, request, {
    onLine: () => undefined,
    onRequest: async (method) => {
      throw new RpcRefusal(METHOD_NOT_FOUND, `Maestro does not answer ${method} now.`);
    },
    onNotification: () => undefined,
    onNoise: () => undefined,
  });
  const step = <T>(id: string, work: (signal: AbortSignal) => Promise<Outcome<T>>): Promise<T | null> =>
    timed(request, findings, id, (signal) =>
      work(signal).catch(async (error: unknown) => {
        const { kind, sentence } = await toStartFailure(error, agent);
        throw new MaestroError({ code: kind, message: sentence });
      }),
    );
  const greeted = await step("handshake", async (signal) => {
    findings.version = await client.greet(signal);
    findings.login = await readLogin(client, options, signal);
    return { value: true, sentence: "The handshake was answered." };
  });
  if (greeted !== null) {
    checkVersion(findings);
    await step("tools", async (signal) => ({
      value: true,
      sentence: await listTools(client, options, request, signal),
    }));
  }
  if (isGone) {
    // Why it ended was told; what it left behind goes.
    await endAgent(agent.process, request, STOP_GRACE_MS, async () => undefined);
    await removeStubs(request);
    return;
  }
  await timed(request, findings, "stop", async () => {
    await endAgent(agent.process, request, STOP_GRACE_MS, async () => undefined);
    await removeStubs(request);
    const { code, signal } = await agent.process.exited;
    if (code === 0) return { value: true, sentence: "It ended by itself when its input ended." };
    throw new MaestroError({ code: "process_exit", message: `It ended with ${signal ?? `exit code ${code}`}.` });
  });
}

function checkVersion({ version, steps }: Findings): void {
  const ok = version !== null && TESTED_VERSION.test(version);
  const sentence = `Version ${version ?? "unknown"}; tested: ${TESTED}.`;
  steps.push({ id: "version", ok, ms: 0, sentence });
}

async function listTools(
  client: CodexClient,
  options: CodexOptions,
  request: SessionRequest,
  signal: AbortSignal,
): Promise<string> {
  const isServed = channelOf(options, request) === "mcp";
  const parameters = {
    ...threadParameters(options, request),
    ephemeral: true,
    ...(isServed ? {} : dynamicTools(request)),
  };
  const opened = await client.ask("thread/start", parameters, signal);
  if (!validateThreadOpened(opened)) throw new MaestroError({ code: "protocol", message: "Codex opened no thread." });
  if (!isServed) return `Codex took ${request.tools.length} tools over its own protocol.`;
  const where = { threadId: opened.thread.id, serverName: TOOL_SERVER };
  const listed = await client.ask("mcpServerStatus/list", where, signal);
  const server = validateServerList(listed) ? listed.data.find(({ name }) => name === TOOL_SERVER) : undefined;
  const found = Object.keys(server?.tools ?? {});
  const missing = request.tools.filter(({ name }) => !found.includes(name)).map(({ name }) => name);
  if (missing.length === 0) return `Codex sees all ${found.length} tools of the run's tool server.`;
  const why = server?.toolsError ? ` (${server.toolsError})` : "";
  throw new MaestroError({ code: "protocol", message: `Codex does not see these tools: ${missing.join(", ")}${why}.` });
}

/** Which login a session would use. A model provider of the settings brings its own key; a login of ChatGPT is looked at over the network. */
async function readLogin(
  client: CodexClient,
  { config = {} }: CodexOptions,
  signal: AbortSignal,
): Promise<string | null> {
  const provider = config.model_provider;
  if (typeof provider === "string" && provider !== "openai") return `the key of the model provider ${provider}`;
  try {
    const answer = await client.ask("account/read", {}, signal);
    return validateAccountRead(answer) ? (LOGINS.get(answer.account?.type) ?? null) : null;
  } catch (error) {
    if (!isMaestroError(error) || error.code !== "rpc_error") throw error;
    return `a login that Codex cannot look at now (${error.message})`;
  }
}

const LOGINS: ReadonlyMap<string | undefined, string> = new Map([
  ["apiKey", "an API key of OpenAI"],
  ["chatgpt", "a login of ChatGPT"],
  ["amazonBedrock", "a login of Amazon Bedrock"],
  ["gcp", "a login of Google Cloud"],
]);

interface Outcome<T> {
  readonly value: T;
  readonly sentence: string;
}

/** Carries a step out within the time of a start, and notes how it went; `null` when it failed. */
async function timed<T>(
  { clock, limits, signal }: SessionRequest,
  { steps }: Findings,
  id: string,
  work: (signal: AbortSignal) => Promise<Outcome<T>>,
): Promise<T | null> {
  const began = clock.monotonic();
  const note = (ok: boolean, sentence: string, code?: string): void =>
    void steps.push({
      ...{ id, ok, ms: Math.round(clock.monotonic() - began), sentence },
      ...(code === undefined ? {} : { code }),
    });
  try {
    const { value, sentence } = await withDeadline(clock, limits.startupMs, signal, work);
    note(true, sentence);
    return value;
  } catch (error) {
    const { code, message } = toMaestroError(error);
    note(false, message, code);
    return null;
  }
}
