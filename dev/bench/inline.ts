// A daemon with one more kind of agent: `inline`, whose sessions live in its own process. Takes the words of `maestro daemon`.
import { homedir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../src/base/clock.ts";
import { openLog } from "../../src/base/log-writer.ts";
import { systemRandom } from "../../src/base/random.ts";
import { SecretRegistry } from "../../src/base/redact.ts";
import { composeDaemon } from "../../src/app-daemon.ts";
import { builtInKinds } from "../../src/app-kinds.ts";
import { locateProject } from "../../src/app-project.ts";
import type { AgentProviderKind, SessionRequest, SessionStart } from "../../src/contracts/agent-provider.ts";
import { loadWorkflow } from "../../src/workflow/index.ts";

/** What a session tells each second. */
const EVENTS_PER_SECOND = 10;

const inline: AgentProviderKind = {
  kind: "inline",
  parseOptions: (options) => options,
  open: async () => ({
    kind: "inline",
    capabilities: { resume: false, tools: true, usage: false, interrupt: false },
    start: async (request) => sessionOf(request),
  }),
};

function sessionOf({ onEvent, signal, marker }: SessionRequest): SessionStart {
  let end = (): void => undefined;
  const turn = (): Promise<{ status: "failed"; failure: null; finalMessage: null }> =>
    new Promise((resolve) => {
      const timer = setInterval(() => onEvent({ type: "activity", summary: "It works." }), 1000 / EVENTS_PER_SECOND);
      end = () => {
        clearInterval(timer);
        resolve({ status: "failed", failure: null, finalMessage: null });
      };
      signal.addEventListener("abort", () => end(), { once: true });
    });
  const session = { id: marker, resumed: false, turn, interrupt: async () => undefined, stop: async () => end() };
  return { ok: true, session };
}

const ending = new AbortController();
process.on("SIGTERM", () => ending.abort("SIGTERM"));
const out = (text: string): void => void process.stdout.write(text);
const terminal = {
  out,
  error: (text: string): void => void process.stderr.write(text),
  isTerminal: false,
  cwd: process.cwd(),
  environment: process.env,
  signal: ending.signal,
};
const clock = systemClock();
const secrets = new SecretRegistry();
const kinds = builtInKinds();
kinds.agents.register({ kind: "inline", source: "bench", load: async () => inline });
const project = await locateProject({ path: process.argv[3] ?? "" }, terminal, clock);
const home = process.env.MAESTRO_HOME ?? homedir();
const { workflowPath: path, directory, id } = project;
const workflow = await loadWorkflow({ path, directory, id, kinds, environment: process.env, home, secrets });
const daemon = await composeDaemon({
  project,
  options: {
    port: 0,
    host: null,
    logsRoot: null,
    pollIntervalMs: 1_000,
    issue: null,
    onEvent: ({ event }) => event.type === "session_started" && out("  started: a session\n"),
  },
  kinds,
  terminal,
  version: "0",
  clock,
  random: systemRandom(),
  secrets,
  log: await openLog({ targets: [], secrets, clock, lastResort: terminal.error }),
  logFile: join(home, "none"),
  logSettings: workflow.observability,
  home,
  chosenCredentials: new Map(),
});
await daemon.start();
out(`  page ${daemon.link ?? ""}\n`);
ending.signal.addEventListener("abort", () => void daemon.stop("SIGTERM").then(() => process.exit(0)));
